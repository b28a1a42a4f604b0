/** In which minutes the API serves, and how many of those that it may fail in are gone. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import { when } from '../../../values/tree';
import type { Api } from '../../web/api';
import type { LoadBalancer } from '../../web/load-balancer';
import type { RuleFacts, RuleGroup } from '../rule';
import { selectorOf, tierSelector } from './selector';

/** Percent of requests within five minutes from where on the API does not serve, though it answers. */
const DOWN_PERCENT = 5;
/** For which an objective holds. */
export const MINUTES = 30 * 24 * 60;

/** By what the API is reached. */
export interface WayIn {
  /** What stands before its instances. @default - nothing that is watched */
  readonly loadBalancer?: LoadBalancer | undefined;
  /** Whether public names are asked for from outside. @default false */
  readonly probes?: Input<boolean>;
}

/**
 * One sample a minute, so that their sum is a number of minutes. A minute in which Prometheus does not run has none, and
 * counts for neither.
 */
export function uptimeRules(
  facts: RuleFacts,
  api: Api,
  percent: Input<number>,
  { loadBalancer, probes = false }: WayIn = {},
): RuleGroup {
  const tier = api.node.id;
  const all = tierSelector(facts, tier);
  // Without the label `tier`: what is told for weeks must silence nothing else.
  const gone = str`sum by (namespace, release) (sum_over_time(tier:http_down:bool${all()}[30d]))`;
  const allowed = str`${MINUTES} * (1 - ${percent} / 100)`;
  return {
    name: 'uptime',
    interval: '1m',
    runbook: 'slo',
    enabled: conditionOf(api),
    rules: [
      {
        record: 'tier:http_down:bool',
        expr: text`
          0 * (
            max by (namespace, release, tier) (up${all()}) == 1
            ${loadBalancer && when(conditionOf(loadBalancer), balanced(facts, loadBalancer))}
            unless tier:http_requests_errors:ratio_rate5m${all()} > ${DOWN_PERCENT} / 100
            ${when(probes, unreached(facts))}
          )
          or 1 + 0 * max by (namespace, release, tier) (up${all()})
          or absent(up${all()})
        `,
      },
      {
        alert: 'UptimeBudgetLow',
        expr: str`${gone} > 0.75 * ${allowed}`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $value | humanize }} minutes of the last 30 days without the API',
        description: str`Three quarters of what ${percent} % allow are gone: put off what may make it worse.`,
      },
      {
        alert: 'UptimeMissed',
        expr: str`${gone} > ${allowed}`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $value | humanize }} minutes of the last 30 days without the API',
        description: str`More than ${percent} % allow: the promise is broken until the oldest of them are 30 days old.`,
      },
    ],
  };
}

function balanced(facts: RuleFacts, balancer: LoadBalancer): Text {
  const all = tierSelector(facts, balancer.node.id);
  return text`and on (namespace, release) max by (namespace, release) (nginx_up${all()}) == 1`;
}

/** None of the public names answers. */
function unreached(facts: RuleFacts): Text {
  const all = selectorOf(facts, 'job="blackbox"');
  return text`unless on (namespace, release) max by (namespace, release) (probe_success${all()}) == 0`;
}
