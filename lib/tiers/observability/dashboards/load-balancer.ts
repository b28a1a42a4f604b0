import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { ERROR_RATIO } from './queries';

/** What the dashboard of the load balancer needs. */
export interface LoadBalancerDashboardSettings {
  /** Its tier. @default load-balancer */
  readonly tier?: string;
  /** The tier behind it. @default api */
  readonly api?: string;
}

/** nginx as load balancer, and how even what it hands on is. */
export function loadBalancerDashboard({
  tier = 'load-balancer',
  api = 'api',
}: LoadBalancerDashboardSettings = {}): GrafanaDashboard {
  const own = `${RELEASE},tier="${tier}"`;
  const behind = `${RELEASE},tier="${api}"`;
  return dashboard({
    id: 'load-balancer',
    title: 'Load balancer',
    description: 'Connections and requests of nginx, and how even what it hands on is.',
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Balancers',
            description: 'nginx servers that answer.',
            unit: 'short',
            limits: { warning: 2, critical: 1, falling: true },
            targets: [{ expr: `sum(nginx_up{${own}})` }],
          }),
          stat({
            title: 'Instances',
            description: 'Pods of the API that answer Prometheus.',
            unit: 'short',
            limits: { warning: 2, critical: 1, falling: true },
            targets: [{ expr: `sum(up{${behind}})` }],
          }),
          stat({
            title: 'Connections',
            description: 'Of clients and to instances, open now.',
            unit: 'short',
            targets: [{ expr: `sum(nginx_connections_active{${own}})` }],
          }),
          stat({
            title: 'Error rate',
            description: 'Share of requests answered with 5xx, by an instance or for want of one.',
            unit: 'percentunit',
            limits: { warning: 0.001, critical: 0.01 },
            targets: [{ expr: ERROR_RATIO, legend: '{{tier}}' }],
          }),
        ],
      },
      {
        title: 'Clients',
        panels: [
          timeSeries({
            title: 'Requests',
            description: 'Each second, by balancer: refused ones, and those of probes and of the exporter among them.',
            unit: 'reqps',
            stacked: true,
            targets: [
              {
                expr: `sum by (pod) (rate(nginx_http_requests_total{${own}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Connections by state',
            description: 'Waiting ones cost nearly nothing.',
            unit: 'short',
            stacked: true,
            targets: ['reading', 'writing', 'waiting'].map((state) => ({
              expr: `sum(nginx_connections_${state}{${own}})`,
              legend: state,
            })),
          }),
          timeSeries({
            title: 'Dropped connections',
            description: 'Each second, by balancer: more come than worker_connections allows.',
            unit: 'cps',
            targets: [
              {
                expr:
                  `sum by (pod) (rate(nginx_connections_accepted{${own}}[$__rate_interval]))` +
                  ` - sum by (pod) (rate(nginx_connections_handled{${own}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Instances',
        panels: [
          timeSeries({
            title: 'Requests by instance',
            description: 'Each second. Slower instances get fewer, as they have more connections open.',
            unit: 'reqps',
            targets: [
              {
                expr: `sum by (pod) (rate(http_requests_total{${behind}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Being answered, by instance',
            description: 'Least connections keeps these alike.',
            unit: 'short',
            targets: [{ expr: `sum by (pod) (http_requests_in_progress{${behind}})`, legend: '{{pod}}' }],
          }),
        ],
      },
    ],
  });
}
