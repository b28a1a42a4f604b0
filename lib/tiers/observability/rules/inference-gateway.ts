/** The inference gateway: what clients of models get, by model and by variant of an experiment. */
import { conditionOf } from '../../../objects/conditions';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { InferenceGateway } from '../../ml/inference-gateway';
import { OWN_CLUSTERS } from '../../ml/inference-gateway-routes';
import type { ModelServer } from '../../ml/model-server';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { WINDOWS, type Window, burnAlerts } from './burn-rates';
import { type Selector, tierSelector } from './selector';
import { type ModelSlo, type Thresholds, modelSloDefaults, thresholdDefaults } from './thresholds';

const SERVER = 'namespace, release, tier, server';
const MODEL = `${SERVER}, model`;
const VARIANT = `${MODEL}, variant`;
/** Clusters that are of no experiment. */
const OWN = `variant!~"${Object.values(OWN_CLUSTERS).join('|')}"`;

/** What is wrong with a server's models is silenced by what is worse with the server, and not by another's. */
const OF_SERVER = { tier: '{{ $labels.server }}' };

/** Envoy counts an answer once, as the client gets it, whoever gave it and however often it was tried. */
const ANSWERS = 'envoy_cluster_upstream_rq_xx';
/** In milliseconds, of each try. */
const DURATION = 'envoy_cluster_upstream_rq_time_bucket';

/** @param servers which it stands before */
export function inferenceGatewayRules(
  facts: RuleFacts,
  gateway: InferenceGateway,
  servers: readonly ModelServer[],
  slo: ModelSlo,
  thresholds: Thresholds,
): RuleGroup {
  const tier = gateway.node.id;
  const all = tierSelector(facts, tier);
  // It is a client of its own admin interface too.
  const models: Selector = (matchers) => all(matchers === undefined ? 'model!=""' : str`model!="",${matchers}`);
  return {
    name: tier,
    runbook: 'inference-gateway',
    labels: { tier },
    enabled: conditionOf(gateway),
    rules: [
      ...recorded(models),
      ...servers.map((server) => latencyTarget(all, server)),
      ...WINDOWS.map((window) => ({
        record: `model:gateway_errors:ratio_rate${window}`,
        expr: errors(models, MODEL, window),
      })),
      ...servers.flatMap((server) => WINDOWS.map((window) => slow(all, server, window))),
      {
        alert: 'InferenceGatewayDown',
        expr: str`absent(up${all()} == 1)`,
        for: '2m',
        severity: 'critical',
        summary: 'No inference gateway answers',
        description: 'For two minutes: no model can be asked, though servers may run.',
      },
      {
        alert: 'InferenceGatewayOverloaded',
        expr: str`envoy_overload_envoy_overload_actions_stop_accepting_requests_active${all()} == 1`,
        for: '1m',
        severity: 'critical',
        summary: '{{ $labels.pod }} refuses requests, as its memory is nearly used up',
        description: 'For a minute: what it holds for clients and servers is close to its limit.',
      },
      ...reached(models),
      ...answered(all, thresholds),
      ...objectives(all, slo),
      {
        alert: 'ExperimentVariantIdle',
        expr: text`
          sum by (${VARIANT}) (increase(envoy_cluster_upstream_rq_total${models(OWN)}[6h])) == 0
            and on (namespace, release, tier, model)
              sum by (namespace, release, tier, model) (increase(envoy_cluster_upstream_rq_total${models(OWN)}[6h])) > 100
        `,
        for: '1h',
        severity: 'info',
        labels: OF_SERVER,
        summary: 'Variant {{ $labels.variant }} of {{ $labels.model }} gets no requests',
        description:
          'For six hours, in which the others got some: its weight is 0, or another is promoted, and the experiment can end.',
      },
    ],
  };
}

/** What dashboards show of each variant, and some alerts ask for. */
function recorded(models: Selector): readonly RecordingRule[] {
  return [
    { record: 'variant:gateway_requests:rate5m', expr: str`sum by (${VARIANT}) (rate(${ANSWERS}${models()}[5m]))` },
    { record: 'variant:gateway_errors:ratio_rate5m', expr: errors(models, VARIANT, '5m') },
    ...[50, 95].map((percentile) => ({
      record: `variant:gateway_duration_seconds:p${percentile}_5m`,
      expr: text`
        histogram_quantile(${percentile / 100},
          sum by (${VARIANT}, le) (rate(${DURATION}${models()}[5m]))) / 1000
      `,
    })),
  ];
}

/** A series for each server, with the labels that those of its models have. */
function latencyTarget(all: Selector, server: ModelServer): RecordingRule {
  return {
    record: 'server:latency_target_seconds:constant',
    expr: text`
      0 * max by (namespace, release, tier) (up${all()}) + ${server.latencyTargetMilliseconds} / 1000
    `,
    labels: { server: server.node.id },
    enabled: conditionOf(server),
  };
}

function errors(models: Selector, by: string, window: Window): Text {
  return text`
    (
      sum by (${by}) (rate(${ANSWERS}${models('envoy_response_code_class="5"')}[${window}]))
      or 0 * sum by (${by}) (rate(${ANSWERS}${models()}[${window}]))
    )
    / sum by (${by}) (rate(${ANSWERS}${models()}[${window}]))
  `;
}

/** The share of requests that took longer than their server's target, which is a bucket's bound or between two of them. */
function slow(all: Selector, server: ModelServer, window: Window): RecordingRule {
  const own = all(`server="${server.node.id}"`);
  return {
    record: `model:gateway_slow:ratio_rate${window}`,
    expr: text`
      1 - histogram_fraction(0, ${server.latencyTargetMilliseconds},
        sum by (${MODEL}, le) (rate(${DURATION}${own}[${window}])))
    `,
    labels: { server: server.node.id },
    enabled: conditionOf(server),
  };
}

/** Whether there are servers, and what the gateway spares them. */
function reached(models: Selector): readonly AlertingRule[] {
  const grown = (metrics: readonly string[], window: string) =>
    metrics
      .map((metric) => str`sum by (${MODEL}) (increase(envoy_cluster_${metric}${models()}[${window}]))`)
      .reduce((left, right) => str`${left} + ${right}`);
  return [
    {
      alert: 'ModelServerUnreachable',
      expr: str`max by (${SERVER}) (envoy_cluster_membership_healthy${models()}) == 0`,
      for: '2m',
      severity: 'critical',
      labels: OF_SERVER,
      summary: 'The gateway knows of no server of {{ $labels.server }} that is ready',
      description: 'For two minutes: whoever asks for one of its models gets 503.',
    },
    {
      alert: 'ModelServerEjected',
      expr: str`${grown(['outlier_detection_ejections_enforced_total'], '15m')} > 0`,
      severity: 'warning',
      labels: OF_SERVER,
      summary: 'A server of {{ $labels.server }} has had no requests for {{ $labels.model }} for a while',
      description: '{{ $value | humanize }} times within a quarter of an hour, as it failed several in a row.',
    },
    {
      alert: 'ModelCircuitOpen',
      expr: str`${grown(['upstream_rq_pending_overflow', 'upstream_rq_active_overflow'], '5m')} > 0`,
      for: '5m',
      severity: 'warning',
      labels: OF_SERVER,
      summary: '{{ $value | humanize }} requests for {{ $labels.model }} were refused within five minutes',
      description: 'For five minutes more have been under way than circuitBreaker allows: clients get 503 at once.',
    },
    {
      alert: 'ModelRetriesExhausted',
      expr: str`${grown(['upstream_rq_retry_overflow'], '5m')} > 0`,
      for: '5m',
      severity: 'warning',
      labels: OF_SERVER,
      summary: '{{ $value | humanize }} requests for {{ $labels.model }} were not tried again within five minutes',
      description:
        'For five minutes more have failed than retryBudget allows to be tried again: clients see the failures.',
    },
  ];
}

function answered(all: Selector, thresholds: Thresholds): readonly AlertingRule[] {
  const { errorPercent } = { ...thresholdDefaults, ...thresholds };
  return [
    {
      alert: 'ModelErrors',
      expr: str`variant:gateway_errors:ratio_rate5m${all()} > ${errorPercent} / 100`,
      for: '10m',
      severity: 'warning',
      labels: OF_SERVER,
      summary:
        '{{ $value | humanizePercentage }} of requests for {{ $labels.model }}/{{ $labels.variant }} end in an error',
      description: str`More than ${errorPercent} % have for ten minutes, of the server {{ $labels.server }} or for want of one.`,
    },
    {
      alert: 'ModelSlow',
      expr: text`
        variant:gateway_duration_seconds:p95_5m${all()}
          > on (${SERVER}) group_left ()
            server:latency_target_seconds:constant${all()}
          and on (${VARIANT}) variant:gateway_requests:rate5m${all()} > 0.1
      `,
      for: '10m',
      severity: 'warning',
      labels: OF_SERVER,
      summary:
        '95 % of requests for {{ $labels.model }}/{{ $labels.variant }} take up to {{ $value | humanizeDuration }}',
      description:
        'For ten minutes longer than the latency target of {{ $labels.server }}. Below one request in ten seconds it does not count.',
    },
  ];
}

function objectives(all: Selector, slo: ModelSlo): readonly AlertingRule[] {
  const { availabilityPercent, latencyPercent } = { ...modelSloDefaults, ...slo };
  const whose = ' for {{ $labels.model }}';
  return [
    ...burnAlerts({
      alert: 'ModelAvailability',
      series: 'model:gateway_errors:ratio_rate',
      all,
      percent: availabilityPercent,
      whose,
      labels: OF_SERVER,
      what: 'end in an error of the server',
    }),
    ...burnAlerts({
      alert: 'ModelLatency',
      series: 'model:gateway_slow:ratio_rate',
      all,
      percent: latencyPercent,
      whose,
      labels: OF_SERVER,
      what: 'take longer than the latency target of {{ $labels.server }}',
    }),
  ];
}
