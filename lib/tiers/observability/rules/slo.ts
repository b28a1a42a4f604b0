/** What the API promises, and how fast it uses up what it may fail at. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Api } from '../../web/api';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Slo, sloDefaults } from './thresholds';

/** All windows that an alert or a dashboard asks for. */
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
type Window = (typeof WINDOWS)[number];

/** Two windows, the short one of which lets an alert end soon after the cause has. */
interface Burn {
  readonly long: Window;
  readonly short: Window;
  /** How many times as fast as would use the budget up in 30 days. */
  readonly factor: number;
  readonly for: string;
  /** What is gone of the budget when it fires. */
  readonly gone: string;
}

// https://sre.google/workbook/alerting-on-slos/, table 5-8: 2 % of the budget in an hour, 5 % in six, 10 % in three days.
const FAST: readonly [Burn, Burn] = [
  { long: '1h', short: '5m', factor: 14.4, for: '2m', gone: '2 % in an hour' },
  { long: '6h', short: '30m', factor: 6, for: '15m', gone: '5 % in six hours' },
];
const SLOW: readonly [Burn, Burn] = [
  { long: '1d', short: '2h', factor: 3, for: '1h', gone: '10 % in a day' },
  { long: '3d', short: '6h', factor: 1, for: '3h', gone: '10 % in three days' },
];

/** Recording rules of both objectives, and alerts on each in four pairs of windows. */
export function sloRules(facts: RuleFacts, api: Api, slo: Slo): RuleGroup {
  const { availabilityPercent, latencyPercent, latencySeconds } = { ...sloDefaults, ...slo };
  const tier = api.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'slo',
    labels: { tier },
    enabled: conditionOf(api),
    rules: [
      ...WINDOWS.map((window) => ratio('errors', window, errors(all, window))),
      ...WINDOWS.map((window) => ratio('slow', window, slow(all, window, latencySeconds))),
      ...burnAlerts('Availability', 'errors', all, availabilityPercent, str`end in an error of the server`),
      ...burnAlerts('Latency', 'slow', all, latencyPercent, str`take longer than ${latencySeconds} s`),
    ],
  };
}

function ratio(kind: 'errors' | 'slow', window: Window, expr: Text): RecordingRule {
  return { record: `tier:http_requests_${kind}:ratio_rate${window}`, expr };
}

function errors(all: Selector, window: Window): Text {
  return text`
    (
      sum by (namespace, release, tier) (rate(http_requests_total${all('status=~"5.."')}[${window}]))
      or 0 * sum by (namespace, release, tier) (rate(http_requests_total${all()}[${window}]))
    )
    / sum by (namespace, release, tier) (rate(http_requests_total${all()}[${window}]))
  `;
}

function slow(all: Selector, window: Window, seconds: Input<string>): Text {
  // Prometheus writes a bucket of whole seconds as 1.0, older ones as the application does.
  const inTime = all(str`le=~"${seconds}([.]0)?"`);
  return text`
    1 -
      sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket${inTime}[${window}]))
      / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count${all()}[${window}]))
  `;
}

function burnAlerts(
  objective: 'Availability' | 'Latency',
  kind: 'errors' | 'slow',
  all: Selector,
  percent: Input<number>,
  what: Input<string>,
): readonly AlertingRule[] {
  const alert = (burns: readonly Burn[], speed: 'Fast' | 'Slowly', severity: 'critical' | 'warning') =>
    burns.map(({ long, short, factor, for: pending, gone }): AlertingRule => ({
      alert: `Api${objective}Burns${speed}`,
      expr: text`
          tier:http_requests_${kind}:ratio_rate${long}${all()} > ${factor} * (1 - ${percent} / 100)
            and tier:http_requests_${kind}:ratio_rate${short}${all()} > ${factor} * (1 - ${percent} / 100)
        `,
      for: pending,
      severity,
      labels: { window: long },
      summary: str`{{ $value | humanizePercentage }} of the requests of ${long} ${what}`,
      description: str`The objective is ${percent} % over 30 days. At this pace the budget for it goes ${factor} times as fast as it may: ${gone}.`,
    }));
  return [...alert(FAST, 'Fast', 'critical'), ...alert(SLOW, 'Slowly', 'warning')];
}
