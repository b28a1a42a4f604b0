import { type GrafanaDashboard, type Row, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { ERROR_RATIO, recorded, responseTime } from './queries';
import { type ResponseTimeTargets, limitsOf, responseTimeTargetDefaults } from './targets';

/** What the dashboard of the application needs. */
export interface ApmDashboardSettings {
  /** Lines that panels of response times draw. @default - 100 ms for P95, 250 ms for P99 */
  readonly responseTimes?: ResponseTimeTargets;
  /** Whether a Frontend is before it, and no dashboard of its own shows that. @default true */
  readonly frontend?: boolean;
  /** Whether its application counts sessions and conversions, and no dashboard of its own shows users. @default true */
  readonly users?: boolean;
}

/** The application from within: requests by handler, its processes, and what users do. */
export function apmDashboard({
  responseTimes = responseTimeTargetDefaults,
  frontend = true,
  users = true,
}: ApmDashboardSettings = {}): GrafanaDashboard {
  const limits = limitsOf(responseTimes);
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
            targets: [{ expr: recorded('tier:http_requests:rate5m'), legend: '{{tier}}' }],
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
            targets: [{ expr: ERROR_RATIO, legend: '{{tier}}' }],
          }),
          stat({
            title: 'P99 response time',
            description: 'Ninety-nine of a hundred answers take no longer.',
            unit: 's',
            limits: limits.p99,
            targets: [{ expr: responseTime(99), legend: '{{tier}}' }],
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
                expr: `topk(10, ${recorded('handler:http_requests:rate5m')})`,
                legend: '{{method}} {{handler}}',
              },
            ],
          }),
          timeSeries({
            title: 'P95 by handler',
            description: `Which routes are slow. The target is ${responseTimes.p95} ms.`,
            unit: 's',
            limits: limits.p95,
            targets: [
              { expr: `topk(10, ${recorded('handler:http_request_duration_seconds:p95_5m')})`, legend: '{{handler}}' },
            ],
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
      ...(frontend ? [NGINX] : []),
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
      ...(users ? [USERS] : []),
    ],
  });
}

/** The Frontend before it. */
const NGINX: Row = {
  title: 'nginx before it',
  panels: [
    timeSeries({
      title: 'Requests at nginx',
      description: 'Files, and requests handed on.',
      unit: 'reqps',
      stacked: true,
      targets: [
        {
          expr: recorded('tier:nginx_http_requests:rate5m'),
          legend: '{{tier}}',
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
};

/** What users do. */
const USERS: Row = {
  title: 'Users',
  panels: [
    timeSeries({
      title: 'Active users',
      description: 'With a request in the last five minutes.',
      unit: 'short',
      targets: [{ expr: `max(business_active_users{${RELEASE}})`, legend: 'users' }],
    }),
    timeSeries({
      title: 'Requests per user',
      description: 'Requests of each active user in a minute.',
      unit: 'short',
      targets: [
        {
          expr:
            `60 * sum(${recorded('tier:http_requests:rate5m')})` +
            ` / clamp_min(max(business_active_users{${RELEASE}}), 1)`,
          legend: 'requests',
        },
      ],
    }),
    timeSeries({
      title: 'Conversions',
      description: 'Steps that the product wants, for each session begun, within the last hour.',
      unit: 'percentunit',
      targets: [{ expr: recorded('tier:business_conversions:ratio_rate1h'), legend: '{{tier}}' }],
    }),
  ],
};
