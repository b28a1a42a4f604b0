/** Elasticsearch: its cluster, disks and memory, and its snapshots. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { greaterThan } from '../../../values/logic';
import { multiply } from '../../../values/numbers';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Elasticsearch } from '../elasticsearch';
import type { AlertingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** From here on Elasticsearch moves shards away; from 95 % on it takes no more writes to them. */
const FULL_PERCENT = 92;

export function elasticsearchRules(facts: RuleFacts, elasticsearch: Elasticsearch, thresholds: Thresholds): RuleGroup {
  const { memoryPercent, volumePercent } = { ...thresholdDefaults, ...thresholds };
  const tier = elasticsearch.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: tier,
    runbook: 'elasticsearch',
    labels: { tier },
    enabled: conditionOf(elasticsearch),
    rules: [
      ...health(all, elasticsearch.replicas),
      ...disk(all, volumePercent),
      {
        alert: 'ElasticsearchHeapHigh',
        expr: text`
          elasticsearch_jvm_memory_used_bytes${all('area="heap"')}
            / elasticsearch_jvm_memory_max_bytes${all('area="heap"')} > ${memoryPercent} / 100
        `,
        for: '15m',
        severity: 'warning',
        summary: '{{ $labels.name }} uses {{ $value | humanizePercentage }} of its heap',
        description: str`For a quarter of an hour more than ${memoryPercent} %: soon it refuses requests to protect itself.`,
      },
      {
        alert: 'ElasticsearchRejectsWrites',
        expr: str`increase(elasticsearch_thread_pool_rejected_count${all('type="write"')}[5m]) > 0`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.name }} has refused {{ $value | humanize }} writes within five minutes',
        description: 'For ten minutes more has come than it can write. Who writes tries again, and falls behind.',
      },
      ...snapshots(all, elasticsearch),
    ],
  };
}

function health(all: Selector, replicas: Input<number>): readonly AlertingRule[] {
  return [
    {
      alert: 'ElasticsearchDown',
      expr: str`absent(elasticsearch_cluster_health_number_of_nodes${all()})`,
      for: '5m',
      severity: 'critical',
      summary: 'Elasticsearch does not answer',
      description: 'For five minutes its exporter has asked in vain: no log is found, and lines wait to be written.',
    },
    {
      alert: 'ElasticsearchRed',
      expr: str`elasticsearch_cluster_health_status${all('color="red"')} == 1`,
      for: '2m',
      severity: 'critical',
      summary: 'Elasticsearch has lost sight of data',
      description: 'For two minutes a shard has had no copy at all: searches are incomplete, writes to it fail.',
    },
    {
      alert: 'ElasticsearchYellow',
      expr: str`elasticsearch_cluster_health_status${all('color="yellow"')} == 1`,
      for: '30m',
      severity: 'warning',
      summary: 'Shards of Elasticsearch have no second copy',
      description: 'For half an hour, which no roll-out of a node takes: the loss of another node may lose data.',
    },
    {
      alert: 'ElasticsearchNodeMissing',
      expr: str`elasticsearch_cluster_health_number_of_nodes${all()} < ${replicas}`,
      for: '15m',
      severity: 'warning',
      summary: str`Elasticsearch has {{ $value }} of ${replicas} nodes`,
      description: 'For a quarter of an hour. Without a majority it stops.',
      enabled: greaterThan(replicas, 1),
    },
  ];
}

function disk(all: Selector, volumePercent: Input<number>): readonly AlertingRule[] {
  const used = text`
    1 - elasticsearch_filesystem_data_available_bytes${all()} / elasticsearch_filesystem_data_size_bytes${all()}
  `;
  const above = (percent: Input<number>) => text`
    (
      ${used}
    ) > ${percent} / 100
  `;
  return [
    {
      alert: 'ElasticsearchDiskHigh',
      expr: above(volumePercent),
      for: '15m',
      severity: 'warning',
      summary: 'The volume of {{ $labels.name }} is {{ $value | humanizePercentage }} full',
      description: str`For a quarter of an hour more than ${volumePercent} %: Elasticsearch puts no more shards there.`,
    },
    {
      alert: 'ElasticsearchDiskFull',
      expr: above(FULL_PERCENT),
      for: '5m',
      severity: 'critical',
      summary: 'The volume of {{ $labels.name }} is {{ $value | humanizePercentage }} full',
      description: 'From 95 % on its indices take no more writes, and logs stop.',
    },
  ];
}

function snapshots(all: Selector, { snapshots: { enabled, everyHours } }: Elasticsearch): readonly AlertingRule[] {
  const window = str`${multiply(everyHours, 2)}h`;
  const policy = all('policy="snapshots"');
  return [
    {
      alert: 'ElasticsearchSnapshotFailed',
      expr: str`increase(elasticsearch_slm_stats_snapshots_failed_total${policy}[1h]) > 0`,
      severity: 'warning',
      summary: 'A snapshot of Elasticsearch has failed',
      description: 'Within the last hour. What was written since the one before is in the cluster alone.',
      enabled,
    },
    {
      alert: 'ElasticsearchSnapshotMissing',
      // Where there has been one policy for that long.
      expr: text`
        increase(elasticsearch_slm_stats_snapshots_taken_total${policy}[${window}]) == 0
          and elasticsearch_slm_stats_snapshots_taken_total${policy} offset ${window}
      `,
      for: '1h',
      severity: 'warning',
      summary: str`No snapshot of Elasticsearch for ${window}`,
      description: str`There should be one every ${everyHours} hours.`,
      enabled,
    },
  ];
}
