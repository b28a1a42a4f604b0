/** What the API promises, and how fast it uses up what it may fail at. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { not } from '../../../values/logic';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Api } from '../../web/api';
import type { LoadBalancer } from '../../web/load-balancer';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { WINDOWS, type Window, burnAlerts } from './burn-rates';
import { type Selector, selectorOf, tierSelector } from './selector';
import { type NamedObjective, type Slo, latencyObjectives, sloDefaults } from './thresholds';

/**
 * Recording rules of all objectives, and alerts on each in four pairs of windows. Errors are those that a load balancer
 * before the API has answered with, where there is one: of requests that reach no instance the API knows nothing.
 */
export function sloRules(facts: RuleFacts, api: Api, slo: Slo, loadBalancer?: LoadBalancer): RuleGroup {
  const { availabilityPercent } = { ...sloDefaults, ...slo };
  const tier = api.node.id;
  const all = tierSelector(facts, tier);
  const objectives = latencyObjectives(slo);
  return {
    name: 'slo',
    labels: { tier },
    enabled: conditionOf(api),
    rules: [
      ...errorRules(facts, api, loadBalancer),
      ...objectives.flatMap(({ name, seconds }) =>
        WINDOWS.map((window) => ({ ...ratio('slow', window, slow(all, window, seconds)), ...labelled(name) })),
      ),
      ...burnAlerts({
        alert: 'ApiAvailability',
        series: 'tier:http_requests_errors:ratio_rate',
        all,
        percent: availabilityPercent,
        what: 'end in an error of the server',
      }),
      ...objectives.flatMap(({ name, percent, seconds }) =>
        burnAlerts({
          alert: 'ApiLatency',
          series: 'tier:http_requests_slow:ratio_rate',
          all: name === undefined ? all : selectorOf(facts, `tier="${tier}"`, `objective="${name}"`),
          percent,
          ...labelled(name),
          what: str`take longer than ${seconds} s`,
        }),
      ),
      ...objectives.flatMap((objective) => unmeasured(all, objective)),
    ],
  };
}

function labelled(name: string | undefined): { readonly labels?: { readonly objective: string } } {
  return name === undefined ? {} : { labels: { objective: name } };
}

/** Of one of several: client libraries have no bucket at 0.3 by themselves, and without it nothing else would ever fire. */
function unmeasured(all: Selector, { name, seconds }: NamedObjective): readonly AlertingRule[] {
  if (name === undefined) return [];
  return [
    {
      alert: 'ApiLatencyUnmeasured',
      expr: text`
        sum by (namespace, release, tier) (http_request_duration_seconds_count${all()})
          unless on (namespace, release, tier) http_request_duration_seconds_bucket${all(inTime(seconds))}
      `,
      for: '15m',
      severity: 'warning',
      labels: { objective: name },
      summary: str`Nobody knows how many requests are answered within ${seconds} s`,
      description: str`The application's histogram has no bucket at ${seconds}: no objective of that is watched.`,
    },
  ];
}

function ratio(kind: 'errors' | 'slow', window: Window, expr: Text): RecordingRule {
  return { record: `tier:http_requests_${kind}:ratio_rate${window}`, expr };
}

function errorRules(facts: RuleFacts, api: Api, balancer: LoadBalancer | undefined): readonly RecordingRule[] {
  const tier = api.node.id;
  const own = { counter: 'http_requests_total', all: tierSelector(facts, tier), by: 'namespace, release, tier' };
  const counted = WINDOWS.map((window) => ratio('errors', window, errors(own, window)));
  if (balancer === undefined) return counted;
  const answered = {
    counter: 'load_balancer_answers_total',
    all: tierSelector(facts, balancer.node.id),
    by: 'namespace, release',
  };
  const isBalanced = conditionOf(balancer);
  return [
    ...WINDOWS.map((window) => ({
      ...ratio('errors', window, errors(answered, window)),
      labels: { tier },
      enabled: isBalanced,
    })),
    ...counted.map((rule) => ({ ...rule, enabled: not(isBalanced) })),
  ];
}

/** What counts answers by their status, and the labels by which its series are added up. */
interface Answers {
  readonly counter: string;
  readonly all: Selector;
  readonly by: string;
}

function errors({ counter, all, by }: Answers, window: Window): Text {
  return text`
    (
      sum by (${by}) (rate(${counter}${all('status=~"5.."')}[${window}]))
      or 0 * sum by (${by}) (rate(${counter}${all()}[${window}]))
    )
    / sum by (${by}) (rate(${counter}${all()}[${window}]))
  `;
}

function slow(all: Selector, window: Window, seconds: Input<string>): Text {
  return text`
    1 -
      sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket${all(inTime(seconds))}[${window}]))
      / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count${all()}[${window}]))
  `;
}

/** Prometheus writes a bucket of whole seconds as 1.0, older ones as the application does. */
function inTime(seconds: Input<string>): Input<string> {
  return str`le=~"${seconds}([.]0)?"`;
}
