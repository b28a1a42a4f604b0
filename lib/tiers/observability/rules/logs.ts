/** The way of logs: Filebeat on nodes, Logstash, and what Elasticsearch refuses. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Logstash } from '../logstash';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';

export function logstashRules(facts: RuleFacts, logstash: Logstash): RuleGroup {
  const tier = logstash.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'logstash',
    labels: { tier },
    enabled: conditionOf(logstash),
    rules: [
      {
        alert: 'LogstashDown',
        expr: str`absent(logstash_jvm_heap_used_bytes${all()})`,
        for: '10m',
        severity: 'critical',
        summary: 'No Logstash runs',
        description: 'For ten minutes: logs wait on the nodes, and are lost when the kubelet throws their files away.',
      },
      {
        alert: 'LogstashPipelineStalled',
        expr: text`
          logstash_pipeline_queue_events${all()} > 0
            and increase(logstash_pipeline_events_out_total${all()}[10m]) == 0
        `,
        for: '10m',
        severity: 'critical',
        summary: 'The pipeline {{ $labels.pipeline }} in {{ $labels.pod }} hands nothing on',
        description: '{{ $value | humanize }} lines wait in it, and none has left it for ten minutes.',
      },
      {
        alert: 'LogstashQueueFilling',
        expr: str`logstash_pipeline_queue_bytes${all()} / (logstash_pipeline_queue_max_bytes${all()} > 0) > 0.8`,
        for: '15m',
        severity: 'warning',
        summary: 'The queue of {{ $labels.pipeline }} in {{ $labels.pod }} is {{ $value | humanizePercentage }} full',
        description: 'More comes in than goes out. When it is full, lines wait on the nodes.',
      },
      {
        alert: 'LogstashDeadLetters',
        expr: str`increase(logstash_pipeline_events_in_total${all('pipeline="rejected"')}[1h]) > 0`,
        severity: 'warning',
        summary: 'Elasticsearch refused {{ $value | humanize }} documents within an hour',
        description: 'They are in the data stream of rejected lines, each as one text, with the reason.',
      },
      {
        alert: 'LogstashDeadLettersLost',
        expr: str`increase(logstash_pipeline_dead_letters_lost_total${all()}[1h]) > 0`,
        severity: 'critical',
        summary: '{{ $labels.pod }} has lost {{ $value | humanize }} lines that Elasticsearch refused',
        description:
          'More are refused than there is room for: something has changed for all lines of {{ $labels.pipeline }}.',
      },
      {
        alert: 'LogstashReloadFailed',
        expr: str`increase(logstash_pipeline_reload_failures_total${all()}[15m]) > 0`,
        severity: 'warning',
        summary: '{{ $labels.pod }} has refused a change of the pipeline {{ $labels.pipeline }}',
        description: 'It goes on with what it had: what was changed since does not hold.',
      },
      {
        alert: 'LogstashHeapFull',
        expr: str`logstash_jvm_heap_used_bytes${all()} / logstash_jvm_heap_max_bytes${all()} > 0.9`,
        for: '15m',
        severity: 'warning',
        summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its heap',
        description: 'For a quarter of an hour: it collects garbage instead of lines.',
      },
    ],
  };
}

/** @param enabled whether a Logstash of this release waits for lines, and Prometheus has the metrics of nodes */
export function filebeatRules(enabled: Input<boolean>): RuleGroup {
  return {
    name: 'filebeat',
    labels: { tier: 'filebeat' },
    enabled,
    rules: [
      {
        alert: 'FilebeatNotShipping',
        expr: text`
          filebeat_events_active > 0
            and increase(filebeat_events_acked_total[15m]) == 0
        `,
        for: '15m',
        severity: 'warning',
        summary: 'Filebeat on {{ $labels.node }} gets no line away',
        description: '{{ $value | humanize }} lines wait, and Logstash has taken none for a quarter of an hour.',
      },
      {
        alert: 'FilebeatDropping',
        expr: 'increase(filebeat_events_dropped_total[15m]) > 0',
        severity: 'warning',
        summary: 'Filebeat on {{ $labels.node }} gave {{ $value | humanize }} lines up',
        description: 'Within a quarter of an hour. They are not in Elasticsearch.',
      },
      {
        alert: 'FilebeatMissing',
        expr: text`
          kube_node_status_condition{condition="Ready",status="true"} == 1
            unless on (node) filebeat_events_active
        `,
        for: '15m',
        severity: 'warning',
        summary: 'Nobody reads the logs on {{ $labels.node }}',
        description: 'For a quarter of an hour its Filebeat has shown no metrics.',
      },
    ],
  };
}
