/** PgBouncer: pools that run out, and clients that wait. */
import { conditionOf } from '../../../objects/conditions';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { PgBouncer } from '../../data/pgbouncer';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

export function pgBouncerRules(facts: RuleFacts, pgbouncer: PgBouncer, thresholds: Thresholds): RuleGroup {
  const { poolWaitSeconds, connectionsPercent, queryMilliseconds } = { ...thresholdDefaults, ...thresholds };
  const tier = pgbouncer.node.id;
  const all = tierSelector(facts, tier);
  const pools = all('database!="pgbouncer"');
  return {
    name: 'pgbouncer',
    labels: { tier },
    enabled: conditionOf(pgbouncer),
    rules: [
      {
        record: 'tier:pgbouncer_pools_client_waiting_connections:sum',
        expr: str`sum by (namespace, release, tier, database) (pgbouncer_pools_client_waiting_connections${pools})`,
      },
      {
        record: 'tier:pgbouncer_stats_queries_duration_seconds:mean5m',
        expr: text`
          sum by (namespace, release, tier) (rate(pgbouncer_stats_queries_duration_seconds_total${pools}[5m]))
            / sum by (namespace, release, tier) (rate(pgbouncer_stats_queries_pooled_total${pools}[5m]))
        `,
      },
      {
        alert: 'PgBouncerDown',
        expr: str`absent(pgbouncer_up${all()} == 1)`,
        for: '1m',
        severity: 'critical',
        summary: 'No PgBouncer answers',
        description: 'For a minute none has: the API reaches no database.',
      },
      {
        alert: 'PgBouncerPoolExhausted',
        expr: str`pgbouncer_pools_client_maxwait_seconds${pools} > ${poolWaitSeconds}`,
        for: '1m',
        severity: 'critical',
        summary: 'Clients of {{ $labels.database }} wait {{ $value | humanizeDuration }} for a connection',
        description: str`All connections of the pool in {{ $labels.pod }} are lent. More than ${poolWaitSeconds} s for a minute; at query_wait_timeout queries fail.`,
      },
      {
        alert: 'PgBouncerClientsWaiting',
        expr: str`tier:pgbouncer_pools_client_waiting_connections:sum${all()} > 0`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $value }} clients of {{ $labels.database }} wait for a connection',
        description:
          'For five minutes there has always been one that does: the pool is too small, or queries are slow.',
      },
      {
        alert: 'DatabaseQueriesSlow',
        expr: str`tier:pgbouncer_stats_queries_duration_seconds:mean5m${all()} > ${queryMilliseconds} / 1000`,
        for: '15m',
        severity: 'warning',
        summary: 'Queries take {{ $value | humanizeDuration }} on average',
        description: str`For a quarter of an hour they have taken more than ${queryMilliseconds} ms.`,
      },
      {
        alert: 'PgBouncerClientsHigh',
        expr: text`
          pgbouncer_used_clients${all()} / pgbouncer_config_max_client_connections${all()}
            > ${connectionsPercent} / 100
        `,
        for: '5m',
        severity: 'warning',
        summary: '{{ $labels.pod }} has {{ $value | humanizePercentage }} of its clients',
        description: str`For five minutes more than ${connectionsPercent} % of max_client_conn; beyond it clients are refused.`,
      },
    ],
  };
}
