/** PostgreSQL: the primary, its replicas, and its connections. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Postgres } from '../../data/postgres';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

type Limits = Required<Thresholds>;

export function postgresRules(facts: RuleFacts, postgres: Postgres, thresholds: Thresholds): RuleGroup {
  const limits = { ...thresholdDefaults, ...thresholds };
  const tier = postgres.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'postgres',
    labels: { tier },
    enabled: conditionOf(postgres),
    rules: [
      ...recordings(all),
      {
        alert: 'PostgresDown',
        expr: str`absent(${answering(all, postgres, 'primary')})`,
        for: '1m',
        severity: 'critical',
        summary: 'The primary of PostgreSQL does not answer',
        description: 'For a minute nothing could be written, or read where there are no replicas.',
      },
      ...replication(all, postgres, limits),
      ...connections(all, limits),
      {
        alert: 'PostgresDeadlocks',
        expr: str`sum by (namespace, release, tier, datname) (increase(pg_stat_database_deadlocks${all()}[10m])) > 5`,
        severity: 'info',
        summary: '{{ $value | humanize }} deadlocks in {{ $labels.datname }} within ten minutes',
        description: 'Each has ended a transaction, which the application may or may not have tried again.',
      },
    ],
  };
}

/** Of servers of which more than one may be the primary. */
export function promotionRules(facts: RuleFacts, postgres: Postgres): RuleGroup {
  const tier = postgres.node.id;
  return {
    name: 'postgres-promotion',
    labels: { tier },
    enabled: conditionOf(postgres),
    rules: [
      {
        alert: 'PostgresTwoPrimaries',
        expr: str`count(pg_replication_is_replica${tierSelector(facts, tier)()} == 0) > 1`,
        for: '30s',
        severity: 'critical',
        summary: '{{ $value }} servers of PostgreSQL take writes',
        description: 'What is written to the one that is not named is lost once it steps down.',
      },
    ],
  };
}

/** Servers that answer their exporter, by their part; what a pod may become another says is its component no more. */
function answering(all: Selector, { isPromotable }: Postgres, part: 'primary' | 'replica'): Input<string> {
  if (!isPromotable) return str`pg_up${all(`component="${part}"`)} == 1`;
  const isReplica = part === 'replica' ? 1 : 0;
  return str`pg_up${all()} == 1 and on (namespace, pod) pg_replication_is_replica${all()} == ${isReplica}`;
}

function recordings(all: Selector): readonly RecordingRule[] {
  return [
    {
      record: 'tier:pg_stat_activity_count:sum',
      expr: str`sum by (namespace, release, tier, component, pod) (pg_stat_activity_count${all()})`,
    },
    {
      record: 'tier:pg_stat_database_blks_hit:ratio_rate5m',
      expr: text`
        sum by (namespace, release, tier) (rate(pg_stat_database_blks_hit${all()}[5m]))
          / (
            sum by (namespace, release, tier) (rate(pg_stat_database_blks_hit${all()}[5m]))
            + sum by (namespace, release, tier) (rate(pg_stat_database_blks_read${all()}[5m]))
          )
      `,
    },
  ];
}

function replication(all: Selector, postgres: Postgres, limits: Limits): readonly AlertingRule[] {
  const { replicaCount, hasReplicas, isPromotable } = postgres;
  const slots = isPromotable ? 'slot_name=~"(primary|replica)_.*"' : 'slot_name=~"replica_.*"';
  const lagging = isPromotable ? all() : all('component="replica"');
  return [
    {
      alert: 'PostgresReplicaMissing',
      expr: str`(count(${answering(all, postgres, 'replica')}) or vector(0)) < ${replicaCount}`,
      for: '10m',
      severity: 'warning',
      enabled: hasReplicas,
      summary: str`{{ $value }} of ${replicaCount} replicas of PostgreSQL answer`,
      description: 'Reads have fewer servers, or go to the primary, since ten minutes.',
    },
    {
      alert: 'PostgresReplicationStopped',
      expr: text`
        (count(pg_stat_replication_pg_wal_lsn_diff${all(slots)}) or vector(0))
          < ${replicaCount}
          and on () (${answering(all, postgres, 'primary')})
      `,
      for: '5m',
      severity: 'critical',
      enabled: hasReplicas,
      summary: str`{{ $value }} of ${replicaCount} replicas receive WAL`,
      description: 'Replicas fall behind, and the primary keeps WAL for them until max_slot_wal_keep_size.',
    },
    {
      alert: 'PostgresReplicationLag',
      expr: str`pg_replication_lag_seconds${lagging} > ${limits.replicationLagSeconds}`,
      for: '2m',
      severity: 'warning',
      enabled: hasReplicas,
      summary: '{{ $labels.pod }} is {{ $value | humanizeDuration }} behind',
      description: str`For two minutes it has been more than ${limits.replicationLagSeconds} s: reads show old rows.`,
    },
    {
      alert: 'PostgresSlotInactive',
      expr: str`pg_replication_slot_slot_is_active${all()} == 0`,
      for: '30m',
      severity: 'warning',
      summary: 'Nobody reads the replication slot {{ $labels.slot_name }}',
      description:
        'For half an hour. The primary keeps WAL for it, which fills the volume up to max_slot_wal_keep_size.',
    },
  ];
}

function connections(all: Selector, limits: Limits): readonly AlertingRule[] {
  const most = str`max by (namespace, release, tier, component, pod) (pg_settings_max_connections${all()})`;
  const share = str`tier:pg_stat_activity_count:sum${all()} / ${most}`;
  return [
    {
      alert: 'PostgresConnectionsHigh',
      expr: str`${share} > ${limits.connectionsPercent} / 100`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.pod }} has {{ $value | humanizePercentage }} of its connections taken',
      description: str`For five minutes more than ${limits.connectionsPercent} % have been.`,
    },
    {
      alert: 'PostgresConnectionsExhausted',
      expr: str`${share} > 0.97`,
      for: '1m',
      severity: 'critical',
      summary: '{{ $labels.pod }} has no connections left',
      description: '{{ $value | humanizePercentage }} are taken, and the rest are reserved: who comes is refused.',
    },
    {
      alert: 'PostgresTransactionOpen',
      expr: str`pg_long_running_transactions_oldest_timestamp_seconds${all()} > ${limits.transactionSeconds}`,
      for: '1m',
      severity: 'warning',
      summary: 'A transaction in {{ $labels.pod }} has been open for {{ $value | humanizeDuration }}',
      description: 'It holds its locks, and vacuum cannot remove what it may still see.',
    },
  ];
}
