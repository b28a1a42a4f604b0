import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { ERROR_RATIO, quantile } from './queries';

/** The application from within: requests by handler, its processes, and what users do. */
export function apmDashboard(): GrafanaDashboard {
  return dashboard({
    id: 'apm',
    title: 'APM',
    description: 'The application from within: requests by handler, its processes, and what users do.',
    rows: [
      {
        title: 'Requests',
        height: 4,
        panels: [
          stat({
            title: 'Requests',
            description: 'Answered each second.',
            unit: 'reqps',
            targets: [{ expr: `sum(rate(http_requests_total{${RELEASE}}[$__rate_interval]))` }],
          }),
          stat({
            title: 'Being answered',
            description: 'Requests that are in the application now.',
            unit: 'short',
            targets: [{ expr: `sum(http_requests_in_progress{${RELEASE}})` }],
          }),
          stat({
            title: 'Error rate',
            description: 'Share of requests answered with 5xx.',
            unit: 'percentunit',
            limits: { warning: 0.001, critical: 0.01 },
            targets: [{ expr: ERROR_RATIO }],
          }),
          stat({
            title: 'P99 response time',
            description: 'Ninety-nine of a hundred answers take no longer.',
            unit: 's',
            limits: { warning: 0.25, critical: 1 },
            targets: [{ expr: quantile(0.99) }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Requests by handler',
            description: 'Which routes are asked most.',
            unit: 'reqps',
            stacked: true,
            targets: [
              {
                expr: `topk(10, sum by (method, handler) (rate(http_requests_total{${RELEASE}}[$__rate_interval])))`,
                legend: '{{method}} {{handler}}',
              },
            ],
          }),
          timeSeries({
            title: 'P95 by handler',
            description: 'Which routes are slow. The target is 100 ms.',
            unit: 's',
            limits: { warning: 0.1, critical: 0.25 },
            targets: [{ expr: `topk(10, ${quantile(0.95, 'handler')})`, legend: '{{handler}}' }],
          }),
          timeSeries({
            title: 'Errors by handler',
            description: 'Which routes fail, by status.',
            unit: 'reqps',
            targets: [
              {
                expr: `sum by (handler, status) (rate(http_requests_total{${RELEASE},status=~"5.."}[$__rate_interval]))`,
                legend: '{{status}} {{handler}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'nginx before it',
        panels: [
          timeSeries({
            title: 'Requests at nginx',
            description: 'Files and requests handed on, by pod.',
            unit: 'reqps',
            stacked: true,
            targets: [
              {
                expr: `sum by (pod) (rate(nginx_http_requests_total{${RELEASE}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Connections at nginx',
            description: 'Browsers that are connected. Waiting ones cost nearly nothing.',
            unit: 'short',
            targets: [
              { expr: `sum(nginx_connections_reading{${RELEASE}})`, legend: 'reading' },
              { expr: `sum(nginx_connections_writing{${RELEASE}})`, legend: 'writing' },
              { expr: `sum(nginx_connections_waiting{${RELEASE}})`, legend: 'waiting' },
            ],
          }),
        ],
      },
      {
        title: 'Processes',
        panels: [
          timeSeries({
            title: 'CPU by pod',
            description: 'Cores that the application used, by its own account.',
            unit: 'short',
            targets: [
              {
                expr: `sum by (pod) (rate(process_cpu_seconds_total{${RELEASE},component="api"}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Memory by pod',
            description: 'Resident memory, by its own account. A line that only rises is a leak.',
            unit: 'bytes',
            targets: [
              { expr: `sum by (pod) (process_resident_memory_bytes{${RELEASE},component="api"})`, legend: '{{pod}}' },
            ],
          }),
        ],
      },
      {
        title: 'Users',
        panels: [
          timeSeries({
            title: 'Active users',
            description: 'With a request in the last five minutes.',
            unit: 'short',
            targets: [{ expr: `sum(business_active_users{${RELEASE}})`, legend: 'users' }],
          }),
          timeSeries({
            title: 'Requests per user',
            description: 'Requests of each active user in a minute.',
            unit: 'short',
            targets: [
              {
                expr:
                  `60 * sum(rate(http_requests_total{${RELEASE}}[$__rate_interval]))` +
                  ` / clamp_min(sum(business_active_users{${RELEASE}}), 1)`,
                legend: 'requests',
              },
            ],
          }),
          timeSeries({
            title: 'Conversions',
            description: 'Share of the sessions begun that took a step the product wants.',
            unit: 'percentunit',
            targets: [
              {
                expr:
                  `sum by (conversion) (rate(business_conversions_total{${RELEASE}}[1h]))` +
                  ` / on () group_left () sum(rate(business_sessions_total{${RELEASE}}[1h]))`,
                legend: '{{conversion}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
