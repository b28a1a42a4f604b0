import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { QUERY_TIME, recorded } from './queries';

/** PgBouncer: its pools, and how long clients wait for a connection. */
export function pgBouncerDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'pgbouncer',
    title: 'PgBouncer',
    description: 'The pools of all pods, and how long clients wait for a connection.',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Pods',
            description: 'Pods that answer.',
            unit: 'short',
            limits: { warning: 1, critical: 1, falling: true },
            targets: [{ expr: `sum(pgbouncer_up{${RELEASE}})` }],
          }),
          stat({
            title: 'Waiting clients',
            description: 'Clients that want a server connection and have none. Should be 0.',
            unit: 'short',
            limits: { warning: 1, critical: 20 },
            targets: [{ expr: `sum(${recorded('tier:pgbouncer_pools_client_waiting_connections:sum')})` }],
          }),
          stat({
            title: 'Longest wait',
            description: 'Of the client that has waited longest.',
            unit: 's',
            limits: { warning: 1, critical: 5 },
            targets: [{ expr: `max(pgbouncer_pools_client_maxwait_seconds{${RELEASE}})` }],
          }),
          stat({
            title: 'Average query',
            description: 'As PgBouncer sees it. The target for P95 is 50 ms.',
            unit: 's',
            limits: { warning: 0.05, critical: 0.25 },
            targets: [{ expr: QUERY_TIME, legend: '{{tier}}' }],
          }),
        ],
      },
      {
        title: 'Pools',
        panels: [
          timeSeries({
            title: 'Clients',
            description: 'Connected to a server, or waiting for one.',
            unit: 'short',
            stacked: true,
            targets: [
              { expr: `sum(pgbouncer_pools_client_active_connections{${RELEASE}})`, legend: 'active' },
              { expr: `sum(pgbouncer_pools_client_waiting_connections{${RELEASE}})`, legend: 'waiting' },
            ],
          }),
          timeSeries({
            title: 'Server connections',
            description: 'Lent to a client, or ready.',
            unit: 'short',
            stacked: true,
            targets: [
              { expr: `sum(pgbouncer_pools_server_active_connections{${RELEASE}})`, legend: 'active' },
              { expr: `sum(pgbouncer_pools_server_idle_connections{${RELEASE}})`, legend: 'idle' },
            ],
          }),
          timeSeries({
            title: 'Longest wait by pool',
            description: 'A pool at its size makes clients wait.',
            unit: 's',
            limits: { warning: 1, critical: 5 },
            targets: [
              {
                expr: `max by (database, user) (pgbouncer_pools_client_maxwait_seconds{${RELEASE}})`,
                legend: '{{user}}@{{database}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Queries',
        panels: [
          timeSeries({
            title: 'Queries and transactions',
            description: 'Each second, by pod.',
            unit: 'ops',
            targets: [
              {
                expr: `sum by (pod) (rate(pgbouncer_stats_queries_pooled_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'queries {{pod}}',
              },
              {
                expr: `sum by (pod) (rate(pgbouncer_stats_sql_transactions_pooled_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'transactions {{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Average query',
            description: 'From the query to its answer.',
            unit: 's',
            limits: { warning: 0.05, critical: 0.25 },
            targets: [{ expr: QUERY_TIME, legend: '{{tier}}' }],
          }),
          timeSeries({
            title: 'Traffic',
            description: 'Between clients and PgBouncer.',
            unit: 'Bps',
            targets: [
              {
                expr: `sum(rate(pgbouncer_stats_received_bytes_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'from clients',
              },
              {
                expr: `sum(rate(pgbouncer_stats_sent_bytes_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'to clients',
              },
            ],
          }),
        ],
      },
    ],
  });
}
