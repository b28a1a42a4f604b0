/** What the API promises, and how fast it uses up what it may fail at. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Api } from '../../web/api';
import type { RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { WINDOWS, type Window, burnAlerts } from './burn-rates';
import { type Selector, tierSelector } from './selector';
import { type Slo, sloDefaults } from './thresholds';

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
      ...burnAlerts({
        alert: 'ApiAvailability',
        series: 'tier:http_requests_errors:ratio_rate',
        all,
        percent: availabilityPercent,
        what: 'end in an error of the server',
      }),
      ...burnAlerts({
        alert: 'ApiLatency',
        series: 'tier:http_requests_slow:ratio_rate',
        all,
        percent: latencyPercent,
        what: str`take longer than ${latencySeconds} s`,
      }),
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
