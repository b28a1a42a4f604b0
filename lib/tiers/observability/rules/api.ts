/** The API: whether it is there, and how it does beside what it promises. */
import { conditionOf } from '../../../objects/conditions';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Api } from '../../web/api';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** @param conversions whether the application counts sessions, and steps that the product wants */
export function apiRules(facts: RuleFacts, api: Api, thresholds: Thresholds, conversions = true): RuleGroup {
  const { errorPercent, requestsInProgress, throughputPercent } = { ...thresholdDefaults, ...thresholds };
  const tier = api.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'api',
    labels: { tier },
    enabled: conditionOf(api),
    rules: [
      {
        record: 'tier:http_requests:rate5m',
        expr: str`sum by (namespace, release, tier) (rate(http_requests_total${all()}[5m]))`,
      },
      {
        record: 'handler:http_requests:rate5m',
        expr: str`sum by (namespace, release, tier, method, handler) (rate(http_requests_total${all()}[5m]))`,
      },
      ...[50, 95, 99].map((percentile) => ({
        record: `tier:http_request_duration_seconds:p${percentile}_5m`,
        expr: text`
          histogram_quantile(${percentile / 100},
            sum by (namespace, release, tier, le) (rate(http_request_duration_seconds_bucket${all()}[5m])))
        `,
      })),
      {
        record: 'handler:http_request_duration_seconds:p95_5m',
        expr: text`
          histogram_quantile(0.95,
            sum by (namespace, release, tier, handler, le) (rate(http_request_duration_seconds_bucket${all()}[5m])))
        `,
      },
      ...(conversions ? [conversionRate(all)] : []),
      {
        alert: 'ApiDown',
        expr: str`absent(up${all()} == 1)`,
        for: '2m',
        severity: 'critical',
        summary: 'No pod of the API answers',
        description: 'For two minutes no pod has shown its metrics: users get errors, or none runs.',
      },
      {
        alert: 'ApiErrors',
        expr: str`tier:http_requests_errors:ratio_rate5m${all()} > ${errorPercent} / 100`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $value | humanizePercentage }} of requests end in an error of the server',
        description: str`More than ${errorPercent} % have for ten minutes.`,
      },
      {
        alert: 'ApiSaturated',
        expr: str`http_requests_in_progress${all()} > ${requestsInProgress}`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.pod }} answers {{ $value }} requests at a time',
        description: str`More than ${requestsInProgress} have been in progress for ten minutes: requests come faster than they are answered, and wait.`,
      },
      {
        alert: 'ApiPerformanceDegraded',
        expr: text`
          tier:http_request_duration_seconds:p95_5m${all()}
            > 2 * avg_over_time(tier:http_request_duration_seconds:p95_5m${all()}[1h] offset 1d)
            and tier:http_request_duration_seconds:p95_5m${all()} > 0.02
        `,
        for: '30m',
        severity: 'info',
        summary: '95 % of requests take up to {{ $value | humanizeDuration }}, twice as long as a day ago',
        description: 'For half an hour, compared with the same hour of the day before. Below 20 ms it does not count.',
      },
      {
        alert: 'ApiThroughputLow',
        expr: text`
          tier:http_requests:rate5m${all()}
            < ${throughputPercent} / 100 * avg_over_time(tier:http_requests:rate5m${all()}[1h] offset 1d)
            and avg_over_time(tier:http_requests:rate5m${all()}[1h] offset 1d) > 1
        `,
        for: '30m',
        severity: 'info',
        summary: '{{ $value | humanize }} requests per second, far fewer than a day ago',
        description: str`For half an hour there have been less than ${throughputPercent} % of the same hour of the day before. Where that had less than one per second, it does not count.`,
      },
      ...(conversions ? [conversionsStopped(all)] : []),
    ],
  };
}

function conversionRate(all: Selector): RecordingRule {
  return {
    record: 'tier:business_conversions:ratio_rate1h',
    expr: text`
      sum by (namespace, release, tier) (rate(business_conversions_total${all()}[1h]))
        / sum by (namespace, release, tier) (rate(business_sessions_total${all()}[1h]))
    `,
  };
}

function conversionsStopped(all: Selector): AlertingRule {
  return {
    alert: 'ConversionsStopped',
    expr: text`
      sum by (namespace, release, tier) (increase(business_sessions_total${all()}[1h])) > 100
        unless sum by (namespace, release, tier) (increase(business_conversions_total${all()}[1h])) > 0
    `,
    for: '30m',
    severity: 'info',
    summary: '{{ $value | humanize }} sessions in an hour, and not one conversion',
    description: 'A step that the product wants may be broken, though requests are answered.',
  };
}
