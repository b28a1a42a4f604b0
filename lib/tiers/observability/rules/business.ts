/** What users come for: whether their transactions succeed, and whether there are more users than was planned. */
import { conditionOf } from '../../../objects/conditions';
import { type Input, literalOf } from '../../../values/expression';
import { isSet, valueOf } from '../../../values/logic';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Api } from '../../web/api';
import type { AlertingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';

/** From where on what users do is worth an alert. */
export interface BusinessThresholds {
  /** Percent of transactions that fail for a cause of the system's own. @default 2 */
  readonly failedTransactionsPercent?: Input<number>;
  /** Transactions within half an hour of the day before, from where on none within half an hour is worth an alert. @default 20 */
  readonly transactionsExpected?: Input<number>;
  /** Active users that the system is sized for. @default null, as many as come */
  readonly users?: Input<number | null>;
}

/** Defaults of `BusinessThresholds`. */
export const businessThresholdDefaults = { failedTransactionsPercent: 2, transactionsExpected: 20 } as const;

/** Percent of the users that the system is sized for, from where on somebody should plan for more. */
const USERS_PERCENT = 90;
/** Transactions a second below which the share of failed ones says little: one in half a minute. */
const LEAST_RATE = 0.03;

export function businessRules(facts: RuleFacts, api: Api, thresholds: BusinessThresholds): RuleGroup {
  const { users = null, ...settings } = { ...businessThresholdDefaults, ...thresholds };
  const tier = api.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'business',
    labels: { tier },
    enabled: conditionOf(api),
    rules: [
      {
        record: 'tier:business_active_users:max',
        // Each pod tells of all users.
        expr: str`max by (namespace, release, tier) (business_active_users${all()})`,
      },
      {
        record: 'transaction:business_transactions:rate5m',
        expr: text`
          sum by (namespace, release, tier, transaction, status) (rate(business_transactions_total${all()}[5m]))
        `,
      },
      {
        record: 'transaction:business_transactions_failed:ratio_rate5m',
        expr: text`
          (
            sum by (namespace, release, tier, transaction) (rate(business_transactions_total${all('status="failure"')}[5m]))
            or 0 * sum by (namespace, release, tier, transaction) (rate(business_transactions_total${all()}[5m]))
          )
          / sum by (namespace, release, tier, transaction) (rate(business_transactions_total${all()}[5m]))
        `,
      },
      ...transactions(all, settings),
      ...(literalOf(users) === null ? [] : [tooManyUsers(all, users)]),
    ],
  };
}

function transactions(
  all: Selector,
  { failedTransactionsPercent, transactionsExpected }: Required<Omit<BusinessThresholds, 'users'>>,
): readonly AlertingRule[] {
  const within = (offset = ''): Input<string> =>
    str`sum by (namespace, release, tier) (increase(business_transactions_total${all()}[30m]${offset}))`;
  return [
    {
      alert: 'TransactionsFail',
      expr: text`
        transaction:business_transactions_failed:ratio_rate5m${all()} > ${failedTransactionsPercent} / 100
          and on (namespace, release, tier, transaction)
            sum by (namespace, release, tier, transaction) (transaction:business_transactions:rate5m${all()}) > ${LEAST_RATE}
      `,
      for: '10m',
      severity: 'critical',
      summary: '{{ $value | humanizePercentage }} of the transactions {{ $labels.transaction }} fail',
      description: str`More than ${failedTransactionsPercent} % have for ten minutes, though users did all that was asked of them. Below two a minute it does not count.`,
    },
    {
      alert: 'TransactionsStopped',
      expr: text`
        ${within(' offset 1d')} > ${transactionsExpected}
          unless on (namespace, release, tier) ${within()} > 0
      `,
      for: '10m',
      severity: 'warning',
      summary: 'No transactions, where there were {{ $value | humanize }} in the same half hour of the day before',
      description: 'Requests may be answered, and a step before the transaction be broken.',
    },
  ];
}

function tooManyUsers(all: Selector, planned: Input<number | null>): AlertingRule {
  const users = valueOf(planned);
  return {
    alert: 'UsersNearPlan',
    enabled: isSet(planned),
    expr: str`tier:business_active_users:max${all()} > ${USERS_PERCENT} / 100 * ${users}`,
    for: '30m',
    severity: 'warning',
    summary: '{{ $value | humanize }} users are active',
    description: str`For half an hour more than ${USERS_PERCENT} % of the ${users} that the system is sized for.`,
  };
}
