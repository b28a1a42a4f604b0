import type { Input } from '../../../values/expression';
import { containerRows } from './containers';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { REDIS, RELEASE, stat, timeSeries } from './panels';
import { CACHE_HITS, QUERY_TIME, recorded, responseTime } from './queries';

export interface PerformanceDashboardSettings {
  /** Whether Prometheus has the metrics of containers and volumes. @default false */
  readonly containers?: Input<boolean>;
}

/** What the targets of the product are held to, and what gives way first: CPU, memory, volumes. */
export function performanceDashboard({ containers = false }: PerformanceDashboardSettings = {}): GrafanaDashboard {
  return dashboard({
    id: 'performance',
    title: 'Performance',
    description: 'The targets of the product, and what gives way first.',
    rows: [
      {
        title: 'Targets',
        height: 5,
        panels: [
          stat({
            title: 'API, P95',
            description: 'The target is 100 ms.',
            unit: 's',
            limits: { warning: 0.1, critical: 0.25 },
            targets: [{ expr: responseTime(95), legend: '{{tier}}' }],
          }),
          stat({
            title: 'Database query, average',
            description: 'As PgBouncer sees it. The target for P95 is 50 ms.',
            unit: 's',
            limits: { warning: 0.05, critical: 0.25 },
            targets: [{ expr: QUERY_TIME, legend: '{{tier}}' }],
          }),
          stat({
            title: 'Cache hit rate',
            description: 'The target is 95 %.',
            unit: 'percentunit',
            limits: { warning: 0.95, critical: 0.8, falling: true },
            targets: [{ expr: CACHE_HITS, legend: '{{tier}}' }],
          }),
          stat({
            title: 'Requests',
            description: 'Of nginx, files among them. The platform is sized for 5,000 a second.',
            unit: 'reqps',
            targets: [{ expr: recorded('tier:nginx_http_requests:rate5m'), legend: '{{tier}}' }],
          }),
        ],
      },
      {
        title: 'Saturation',
        panels: [
          timeSeries({
            title: 'Requests being answered',
            description: 'By pod of the API. A line that stays up while the rate does not is a queue.',
            unit: 'short',
            targets: [{ expr: `sum by (pod) (http_requests_in_progress{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Waiting for a database connection',
            description: 'Clients of PgBouncer, by database.',
            unit: 'short',
            targets: [
              {
                expr: recorded('tier:pgbouncer_pools_client_waiting_connections:sum'),
                legend: '{{database}}',
              },
            ],
          }),
          timeSeries({
            title: 'Memory of Redis',
            description: 'Share of maxmemory, by server.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.9, critical: 1 },
            targets: [
              {
                expr:
                  `max by (pod) (redis_memory_used_bytes{${REDIS}})` +
                  ` / max by (pod) (redis_memory_max_bytes{${REDIS}} > 0)`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
      ...containerRows(containers),
    ],
  });
}
