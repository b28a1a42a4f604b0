import { type Input, literalOf } from '../../../values/expression';
import { isSet, valueOf } from '../../../values/logic';
import { str } from '../../../values/texts';
import { type GrafanaDashboard, type Row, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { recorded, responseTime } from './queries';
import { uptimePanels } from './uptime';

/** What the dashboard of users and transactions needs. */
export interface BusinessDashboardSettings {
  /** Active users that the system is sized for. @default null, as many as come */
  readonly users?: Input<number | null>;
  /** Percent of the minutes of thirty days in which the API serves, as promised. @default - its minutes are not counted */
  readonly uptimePercent?: Input<number> | undefined;
}

const USERS = recorded('tier:business_active_users:max');
const TRANSACTIONS = recorded('transaction:business_transactions:rate5m');
const FAILED = recorded('transaction:business_transactions_failed:ratio_rate5m');

/** What users do, whether it succeeds, and whether what they were promised is kept. */
export function businessDashboard({ users = null, uptimePercent }: BusinessDashboardSettings = {}): GrafanaDashboard {
  return dashboard({
    id: 'business',
    title: 'Business',
    description: 'What users do, whether it succeeds, and whether what they were promised is kept.',
    since: '24h',
    rows: [
      {
        height: 5,
        panels: [
          stat({
            title: 'Active users',
            description: 'With a request in the last five minutes.',
            unit: 'short',
            decimals: 0,
            targets: [{ expr: USERS, legend: '{{tier}}' }],
          }),
          stat({
            title: 'Transactions',
            description: 'Ended within a minute, however they ended.',
            unit: 'short',
            targets: [{ expr: `60 * sum(${TRANSACTIONS})` }],
          }),
          stat({
            title: 'Failed transactions',
            description: "Share of those that failed for a cause of the system's own, of the kind that fails most.",
            unit: 'percentunit',
            limits: { warning: 0.005, critical: 0.02 },
            targets: [{ expr: `max(${FAILED})` }],
          }),
        ],
      },
      ...(uptimePercent === undefined
        ? []
        : [{ title: 'Service level', height: 6, panels: uptimePanels(uptimePercent) }]),
      ...(literalOf(users) === null ? [] : [planRow(users)]),
      {
        title: 'Users',
        panels: [
          timeSeries({
            title: 'Active users',
            description: 'With a request in the last five minutes, now and a day before.',
            unit: 'short',
            targets: [
              { expr: USERS, legend: 'now' },
              { expr: `${USERS} offset 1d`, legend: 'a day before' },
            ],
          }),
          timeSeries({
            title: 'Requests per user',
            description: 'Requests of each active user in a minute.',
            unit: 'short',
            targets: [
              {
                expr: `60 * sum(${recorded('tier:http_requests:rate5m')}) / clamp_min(sum(${USERS}), 1)`,
                legend: 'requests',
              },
            ],
          }),
          timeSeries({
            title: 'What they wait',
            description: 'Response times of the API.',
            unit: 's',
            targets: [
              { expr: responseTime(95), legend: 'P95 {{tier}}' },
              { expr: responseTime(99), legend: 'P99 {{tier}}' },
            ],
          }),
        ],
      },
      {
        title: 'Transactions',
        panels: [
          timeSeries({
            title: 'Transactions by kind',
            description: 'Ended within a minute, however they ended.',
            unit: 'short',
            stacked: true,
            targets: [{ expr: `60 * sum by (transaction) (${TRANSACTIONS})`, legend: '{{transaction}}' }],
          }),
          timeSeries({
            title: 'How they ended',
            description: 'Within a minute. Rejected ones are what the product refuses, such as what is sold out.',
            unit: 'short',
            stacked: true,
            targets: [{ expr: `60 * sum by (status) (${TRANSACTIONS})`, legend: '{{status}}' }],
          }),
          timeSeries({
            title: 'Failed by kind',
            description: "Share that failed for a cause of the system's own.",
            unit: 'percentunit',
            targets: [{ expr: FAILED, legend: '{{transaction}}' }],
          }),
          timeSeries({
            title: 'Compared with the day before',
            description: 'Transactions of an hour beside the same hour of the day before: 1 is alike.',
            unit: 'short',
            targets: [
              {
                expr:
                  `sum(increase(business_transactions_total{${RELEASE}}[1h]))` +
                  ` / sum(increase(business_transactions_total{${RELEASE}}[1h] offset 1d))`,
                legend: 'now by then',
              },
            ],
          }),
        ],
      },
    ],
  });
}

function planRow(planned: Input<number | null>): Row {
  const users = valueOf(planned);
  return {
    title: 'Plan',
    enabled: isSet(planned),
    height: 6,
    panels: [
      stat({
        title: 'Users of the plan',
        description: str`Share of the ${users} users that the system is sized for.`,
        unit: 'percentunit',
        limits: { warning: 0.9, critical: 1 },
        targets: [{ expr: str`${USERS} / ${users}`, legend: '{{tier}}' }],
      }),
      timeSeries({
        title: 'Users beside the plan',
        description: str`Active users, and the ${users} that the system is sized for.`,
        unit: 'short',
        targets: [
          { expr: USERS, legend: '{{tier}}' },
          { expr: str`vector(${users})`, legend: 'plan' },
        ],
      }),
    ],
  };
}
