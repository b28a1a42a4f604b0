import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { CONNECTIONS_USED, recorded } from './queries';

/** PostgreSQL: the primary and its replicas, by what postgres_exporter says. */
export function postgresDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'postgres',
    title: 'PostgreSQL',
    description: 'The primary and its replicas.',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Servers',
            description: 'Servers that answer.',
            unit: 'short',
            limits: { warning: 1, critical: 1, falling: true },
            targets: [{ expr: `sum(pg_up{${RELEASE}})` }],
          }),
          stat({
            title: 'Replicas',
            description: 'Servers in recovery, which serve reads.',
            unit: 'short',
            targets: [{ expr: `sum(pg_replication_is_replica{${RELEASE}})` }],
          }),
          stat({
            title: 'Replication lag',
            description: 'Of the replica that is furthest behind. It counts up while nothing is written.',
            unit: 's',
            limits: { warning: 1, critical: 30 },
            targets: [{ expr: `max(pg_replication_lag_seconds{${RELEASE}})` }],
          }),
          stat({
            title: 'Size',
            description: 'Of all databases, without WAL.',
            unit: 'bytes',
            targets: [{ expr: `max(sum by (pod) (pg_database_size_bytes{${RELEASE}}))` }],
          }),
        ],
      },
      {
        title: 'Load',
        panels: [
          timeSeries({
            title: 'Transactions',
            description: 'Ended each second. Rollbacks that rise with nothing else are errors of the application.',
            unit: 'ops',
            targets: [
              {
                expr: `sum by (pod) (rate(pg_stat_database_xact_commit{${RELEASE}}[$__rate_interval]))`,
                legend: 'commits {{pod}}',
              },
              {
                expr: `sum by (pod) (rate(pg_stat_database_xact_rollback{${RELEASE}}[$__rate_interval]))`,
                legend: 'rollbacks {{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Connections used',
            description: 'Share of max_connections.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.8, critical: 0.9 },
            targets: [{ expr: CONNECTIONS_USED, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Connections by state',
            description: 'Those idle in transaction hold locks and keep vacuum from its work.',
            unit: 'short',
            stacked: true,
            targets: [{ expr: `sum by (state) (pg_stat_activity_count{${RELEASE}})`, legend: '{{state}}' }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Pages found in memory',
            description: 'Share of the pages asked for that were in shared buffers. Below 99 % for long: more memory.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.99, critical: 0.95, falling: true },
            targets: [{ expr: recorded('tier:pg_stat_database_blks_hit:ratio_rate5m'), legend: '{{tier}}' }],
          }),
          timeSeries({
            title: 'Longest transaction',
            description: 'How long the oldest open transaction has been running.',
            unit: 's',
            targets: [{ expr: `max by (pod) (pg_stat_activity_max_tx_duration{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Deadlocks and spilling',
            description: 'Transactions ended by a deadlock, and bytes of temporary files: sorts larger than work_mem.',
            unit: 'short',
            targets: [
              {
                expr: `sum(rate(pg_stat_database_deadlocks{${RELEASE}}[$__rate_interval]))`,
                legend: 'deadlocks per second',
              },
              {
                expr: `sum(rate(pg_stat_database_temp_bytes{${RELEASE}}[$__rate_interval]))`,
                legend: 'temporary bytes per second',
              },
            ],
          }),
        ],
      },
      {
        title: 'Replication and housekeeping',
        panels: [
          timeSeries({
            title: 'Replication lag',
            description: 'How old what a replica has replayed is. The target is 1 s.',
            unit: 's',
            limits: { warning: 1, critical: 30 },
            targets: [{ expr: `max by (pod) (pg_replication_lag_seconds{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'WAL on disk',
            description: 'A slot that nobody reads keeps it from being removed, up to max_slot_wal_keep_size.',
            unit: 'bytes',
            targets: [{ expr: `max by (pod) (pg_wal_size_bytes{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Dead rows',
            description: 'Rows that vacuum has yet to clear, of the tables that have most.',
            unit: 'short',
            targets: [
              {
                expr: `topk(5, max by (relname) (pg_stat_user_tables_n_dead_tup{${RELEASE}}))`,
                legend: '{{relname}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
