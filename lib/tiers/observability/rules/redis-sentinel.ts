/** Failover of a Redis with Sentinels: whether it would work, and that it has happened. */
import { conditionOf } from '../../../objects/conditions';
import { str } from '../../../values/texts';
import { text } from '../../../values/text';
import type { RedisSentinel } from '../../data/redis-sentinel';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';

/** Beside the alerts that all kinds of Redis have. */
export function redisSentinelRules(facts: RuleFacts, redis: RedisSentinel): RuleGroup {
  const tier = redis.node.id;
  const servers = tierSelector(facts, tier);
  const sentinels = tierSelector(facts, `${tier}-sentinel`);
  const master = str`redis_instance_info${servers('role="master"')}`;
  const masters = str`max by (namespace, release, tier, pod) (${master})`;
  return {
    name: `${tier}-sentinel`,
    runbook: 'redis-sentinel',
    labels: { tier },
    enabled: conditionOf(redis),
    rules: [
      {
        alert: 'RedisSentinelNoQuorum',
        expr: text`
          max by (namespace, release, tier) (redis_sentinel_master_ckquorum_status${sentinels()}) == 0
            or absent(redis_sentinel_master_ckquorum_status${sentinels()})
        `,
        for: '2m',
        severity: 'critical',
        summary: 'The Sentinels cannot agree on another master',
        description:
          'For two minutes too few of them have reached each other: were the master to go, nothing would replace it.',
      },
      {
        alert: 'RedisSentinelDown',
        expr: str`redis_up${sentinels()} == 0`,
        for: '5m',
        severity: 'warning',
        summary: 'The Sentinel {{ $labels.pod }} does not answer',
        description: 'For five minutes: with the loss of one more there may be no majority left for a failover.',
      },
      {
        alert: 'RedisSeveralMasters',
        expr: str`count by (namespace, release, tier) (${masters}) > 1`,
        for: '1m',
        severity: 'critical',
        summary: '{{ $value }} servers say that they are master',
        description: 'For a minute: one was cut off, and what clients still write to it will be lost.',
      },
      {
        alert: 'RedisMasterMissing',
        expr: text`
          count by (namespace, release, tier) (redis_up${servers()} == 1)
            unless on (namespace, release, tier) ${master}
        `,
        for: '1m',
        severity: 'critical',
        summary: 'No server is master',
        description: 'For a minute the Sentinels have chosen none: every write fails.',
      },
      {
        alert: 'RedisReplicaOutOfStep',
        expr: str`redis_master_link_up${servers()} == 0`,
        for: '2m',
        severity: 'warning',
        summary: 'The replica {{ $labels.pod }} is not connected with its master',
        description: 'For two minutes: a failover to it would lose what was written since.',
      },
      {
        alert: 'RedisNoReplicaInStep',
        expr: str`redis_connected_slaves${servers()} == 0 and on (namespace, release, tier, pod) ${master}`,
        for: '2m',
        severity: 'critical',
        summary: 'The master {{ $labels.pod }} has no replica',
        description: 'For two minutes: its loss would lose what was written since, or leave nobody to be chosen.',
      },
      {
        alert: 'RedisMasterChanged',
        expr: text`
          ${masters}
            unless on (namespace, release, tier, pod) (${master} offset 5m)
            and on (namespace, release, tier) (${master} offset 5m)
        `,
        severity: 'info',
        summary: '{{ $labels.pod }} has become master',
        description: 'Within the last five minutes, after a failover or the handover of a pod that ended.',
      },
    ],
  };
}
