import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { CACHE_HITS, CONNECTIONS_USED, ERROR_RATIO, responseTime } from './queries';
import { type ResponseTimeTargets, limitsOf, responseTimeTargetDefaults } from './targets';

/** What the dashboard of the whole system needs. */
export interface OverviewDashboardSettings {
  /** Lines that panels of response times draw. @default - 100 ms for P95 */
  readonly responseTimes?: ResponseTimeTargets;
}

/** Whether the product works, at a glance: eight panels. */
export function overviewDashboard({
  responseTimes = responseTimeTargetDefaults,
}: OverviewDashboardSettings = {}): GrafanaDashboard {
  return dashboard({
    id: 'overview',
    title: 'Overview',
    description: 'Whether the product works, at a glance.',
    refresh: '30s',
    rows: [
      {
        height: 5,
        panels: [
          stat({
            title: 'Health',
            description: 'Share of the parts that answer. Below 100 %: Alerts says which does not.',
            unit: 'percentunit',
            limits: { warning: 1, critical: 0.9, falling: true },
            targets: [{ expr: `avg(up{${RELEASE}})` }],
          }),
          stat({
            title: 'Alerts',
            description: "Alerts that fire now, those of severity info and the dead man's switch left out.",
            unit: 'short',
            limits: { warning: 1, critical: 5 },
            targets: [
              { expr: 'sum(ALERTS{release="$release",alertstate="firing",severity=~"critical|warning"}) or vector(0)' },
            ],
          }),
          stat({
            title: 'Error rate',
            description: 'Share of requests answered with 5xx.',
            unit: 'percentunit',
            limits: { warning: 0.001, critical: 0.01 },
            targets: [{ expr: ERROR_RATIO, legend: '{{tier}}' }],
          }),
          stat({
            title: 'P95 response time',
            description: `Ninety-five of a hundred answers of the API take no longer. The target is ${responseTimes.p95} ms.`,
            unit: 's',
            limits: limitsOf(responseTimes).p95,
            targets: [{ expr: responseTime(95), legend: '{{tier}}' }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Request rate',
            description: 'Requests that the API answered, by status.',
            unit: 'reqps',
            stacked: true,
            targets: [
              {
                expr: `sum by (status) (rate(http_requests_total{${RELEASE}}[$__rate_interval]))`,
                legend: '{{status}}',
              },
            ],
          }),
          timeSeries({
            title: 'Response time',
            description: 'Of the API, to the last byte.',
            unit: 's',
            targets: [
              { expr: responseTime(50), legend: 'P50 {{tier}}' },
              { expr: responseTime(95), legend: 'P95 {{tier}}' },
              { expr: responseTime(99), legend: 'P99 {{tier}}' },
            ],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Database connections',
            description: 'Share of max_connections in use, of each server.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.8, critical: 0.9 },
            targets: [{ expr: CONNECTIONS_USED, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Cache hit rate',
            description: 'Share of keys that Redis had. The target is 95 %.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.95, critical: 0.8, falling: true },
            targets: [{ expr: CACHE_HITS, legend: '{{tier}}' }],
          }),
        ],
      },
    ],
  });
}
