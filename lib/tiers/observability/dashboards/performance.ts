import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { REDIS, RELEASE, RELEASE_PODS, stat, timeSeries } from './panels';
import { CACHE_HITS, QUERY_TIME, recorded, responseTime } from './queries';

/** Claims are named after their volume and their pod. */
const VOLUMES = 'namespace=~"$namespace",persistentvolumeclaim=~".*-$release-.*"';

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
      {
        title: 'Containers',
        enabled: containers,
        panels: [
          timeSeries({
            title: 'CPU of the request',
            description: 'Share of the CPU set aside, by pod. Around 60 % is what the platform is sized for.',
            unit: 'percentunit',
            targets: [
              {
                expr:
                  `sum by (pod) (pod:container_cpu_usage_seconds:rate5m{${RELEASE_PODS}})` +
                  ` / sum by (pod) (kube_pod_container_resource_requests{${RELEASE_PODS},resource="cpu"})`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Memory of the limit',
            description:
              'Share of the memory at which the container is killed, by pod. Around 70 % is as it should be.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.85, critical: 0.95 },
            targets: [
              {
                expr:
                  `sum by (pod) (pod:container_memory_working_set_bytes:sum{${RELEASE_PODS}})` +
                  ` / sum by (pod) (kube_pod_container_resource_limits{${RELEASE_PODS},resource="memory"})`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Throttled',
            description: 'Share of the scheduler periods in which a pod wanted more than its CPU limit.',
            unit: 'percentunit',
            limits: { warning: 0.25, critical: 0.5 },
            targets: [
              {
                expr:
                  `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${RELEASE_PODS}}[$__rate_interval]))` +
                  ` / sum by (pod) (rate(container_cpu_cfs_periods_total{${RELEASE_PODS}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
      {
        enabled: containers,
        panels: [
          timeSeries({
            title: 'Volumes',
            description: 'Share of each volume in use.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.8, critical: 0.9 },
            targets: [
              {
                expr:
                  `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${VOLUMES}})` +
                  ` / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{${VOLUMES}})`,
                legend: '{{persistentvolumeclaim}}',
              },
            ],
          }),
          timeSeries({
            title: 'Network',
            description: 'Bytes that all pods received and sent each second.',
            unit: 'Bps',
            targets: [
              {
                expr: `sum(rate(container_network_receive_bytes_total{${RELEASE_PODS}}[$__rate_interval]))`,
                legend: 'received',
              },
              {
                expr: `sum(rate(container_network_transmit_bytes_total{${RELEASE_PODS}}[$__rate_interval]))`,
                legend: 'sent',
              },
            ],
          }),
          timeSeries({
            title: 'Restarts',
            description: 'Of containers, within the last hour, by pod.',
            unit: 'short',
            limits: { warning: 1, critical: 3 },
            targets: [
              {
                expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${RELEASE_PODS}}[1h])) > 0`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
