/** Redis, by itself, with Sentinels or as a cluster. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { RedisCache } from '../../data/redis-cache';
import { RedisCluster } from '../../data/redis-cluster';
import type { RedisSentinel } from '../../data/redis-sentinel';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** Each tier has a group of its own, with the same alerts and runbook. */
export function redisRules(
  facts: RuleFacts,
  redis: RedisCluster | RedisCache | RedisSentinel,
  thresholds: Thresholds,
): RuleGroup {
  const limits = { ...thresholdDefaults, ...thresholds };
  const tier = redis.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: tier,
    runbook: 'redis',
    labels: { tier },
    enabled: conditionOf(redis),
    rules: [
      hitRatio(all),
      {
        alert: 'RedisDown',
        expr: str`absent(redis_up${all()} == 1)`,
        for: '1m',
        severity: 'critical',
        summary: 'No Redis answers',
        description: 'For a minute none has: there are no sessions and no cache, and every query goes to the database.',
      },
      {
        alert: 'RedisServerDown',
        expr: str`redis_up${all()} == 0`,
        for: '5m',
        severity: 'warning',
        summary: 'Redis in {{ $labels.pod }} does not answer',
        description: 'Its exporter does, and has asked it in vain for five minutes.',
      },
      ...(redis instanceof RedisCluster ? clusterAlerts(all) : []),
      ...memory(all, limits.memoryPercent),
      ...persistence(all),
      {
        alert: 'RedisConnectionsRejected',
        expr: str`increase(redis_rejected_connections_total${all()}[5m]) > 0`,
        severity: 'warning',
        summary: '{{ $labels.pod }} has refused {{ $value | humanize }} connections within five minutes',
        description: 'It has as many clients as maxclients allows.',
      },
      {
        alert: 'RedisHitRatioLow',
        expr: text`
          tier:redis_keyspace_hits:ratio_rate5m${all()} < ${limits.cacheHitPercent} / 100
            and on (namespace, release, tier)
              sum by (namespace, release, tier) (rate(redis_commands_processed_total${all()}[5m])) > 10
        `,
        for: '30m',
        severity: 'info',
        summary: 'The cache answers {{ $value | humanizePercentage }} of lookups',
        description: str`For half an hour less than ${limits.cacheHitPercent} %: it is cold, too small, or its keys expire too soon.`,
      },
    ],
  };
}

function hitRatio(all: Selector): RecordingRule {
  return {
    record: 'tier:redis_keyspace_hits:ratio_rate5m',
    expr: text`
      sum by (namespace, release, tier) (rate(redis_keyspace_hits_total${all()}[5m]))
        / (
          sum by (namespace, release, tier) (rate(redis_keyspace_hits_total${all()}[5m]))
          + sum by (namespace, release, tier) (rate(redis_keyspace_misses_total${all()}[5m]))
        )
    `,
  };
}

function clusterAlerts(all: Selector): readonly AlertingRule[] {
  return [
    {
      alert: 'RedisClusterBroken',
      expr: str`redis_cluster_state${all()} == 0`,
      for: '1m',
      severity: 'critical',
      summary: '{{ $labels.pod }} says that the cluster has failed',
      description: 'For a minute slots have had no master that it can reach: commands on their keys fail.',
    },
    {
      alert: 'RedisSlotsFailing',
      expr: str`max by (namespace, release, tier) (redis_cluster_slots_fail${all()} + redis_cluster_slots_pfail${all()}) > 0`,
      for: '2m',
      severity: 'warning',
      summary: '{{ $value }} slots are on masters that do not answer',
      description: 'For two minutes, where a replica should have taken over within seconds.',
    },
    {
      alert: 'RedisReplicaDisconnected',
      expr: str`redis_master_link_up${all()} == 0`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.pod }} is not connected with its master',
      description: 'For five minutes: a failover to it would lose what was written since.',
    },
    {
      alert: 'RedisMasterAlone',
      expr: str`redis_connected_slaves${all()} == 0 and on (namespace, release, tier, pod) redis_instance_info${all('role="master"')}`,
      for: '10m',
      severity: 'warning',
      summary: 'The master {{ $labels.pod }} has no replica',
      description: 'For ten minutes: its loss would lose its slots.',
    },
  ];
}

function memory(all: Selector, memoryPercent: Input<number>): readonly AlertingRule[] {
  return [
    {
      alert: 'RedisMemoryHigh',
      expr: text`
        redis_memory_used_bytes${all()} / (redis_memory_max_bytes${all()} > 0) > ${memoryPercent} / 100
      `,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of maxmemory',
      description: str`For a quarter of an hour more than ${memoryPercent} %: soon it evicts keys, sessions among them.`,
    },
    {
      alert: 'RedisEvictsKeys',
      expr: str`rate(redis_evicted_keys_total${all()}[5m]) > 1`,
      for: '15m',
      severity: 'info',
      summary: '{{ $labels.pod }} evicts {{ $value | humanize }} keys per second',
      description: 'What it holds is more than maxmemory.',
    },
  ];
}

function persistence(all: Selector): readonly AlertingRule[] {
  return [
    {
      alert: 'RedisWritesFailing',
      expr: str`redis_aof_last_write_status${all()} == 0 or redis_rdb_last_bgsave_status${all()} == 0`,
      for: '2m',
      severity: 'critical',
      summary: '{{ $labels.pod }} cannot write to its disk',
      description: 'For two minutes: it refuses writes, or loses with its process what was written since.',
    },
  ];
}
