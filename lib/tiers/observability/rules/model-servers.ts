/** Servers of models: whether they are there with their models, and how requests fare in them. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import { when } from '../../../values/tree';
import type { ModelServer } from '../../ml/model-server';
import type { AlertingRule, RecordingRule, RuleFacts, RuleGroup } from '../rule';
import { type Ratio, meanOf, modelMetrics, rateOf, shareOf } from './model-metrics';
import { podSelector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/**
 * Each server has a group of its own, with the same alerts and runbook.
 *
 * @param hasContainerMetrics whether Prometheus knows from the nodes which pods are ready
 */
export function modelServerRules(
  facts: RuleFacts,
  server: ModelServer,
  thresholds: Thresholds,
  hasContainerMetrics: Input<boolean>,
): RuleGroup {
  const { errorPercent } = { ...thresholdDefaults, ...thresholds };
  const { framework, latencyTargetMilliseconds } = server;
  const tier = server.node.id;
  const all = tierSelector(facts, tier);
  const { requests, errors, duration, queue, batch } = modelMetrics[framework];
  return {
    name: tier,
    runbook: 'model-servers',
    labels: { tier },
    enabled: conditionOf(server),
    rules: [
      recorded('requests:rate5m', requests, rateOf(requests, all)),
      recorded('errors:ratio_rate5m', errors, shareOf(errors, all)),
      recorded('duration_seconds:mean5m', duration, meanOf(duration, all)),
      recorded('queue_seconds:mean5m', queue, meanOf(queue, all)),
      ...(batch === undefined ? [] : [recorded('batch_size:mean5m', batch, meanOf(batch, all))]),
      {
        alert: 'ModelServerDown',
        expr: str`absent(up${all()} == 1)`,
        for: '5m',
        severity: 'critical',
        summary: str`No server of ${tier} answers`,
        description: 'For five minutes: requests for its models get errors.',
      },
      ...loading(facts, tier, hasContainerMetrics),
      {
        alert: 'ModelServerErrors',
        expr: str`model:inference_errors:ratio_rate5m${all()} > ${errorPercent} / 100`,
        for: '10m',
        severity: 'warning',
        summary: str`${subject(errors)} fails {{ $value | humanizePercentage }} of its requests`,
        description: str`For ten minutes more than ${errorPercent} %, by no fault of clients.`,
      },
      {
        alert: 'ModelServerQueueSlow',
        expr: str`model:inference_queue_seconds:mean5m${all()} > ${latencyTargetMilliseconds} / 1000`,
        for: '10m',
        severity: 'warning',
        summary: str`Requests wait {{ $value | humanizeDuration }} in ${subject(queue)}`,
        description: str`For ten minutes they have waited longer than the ${latencyTargetMilliseconds} ms within which they are to be answered: more come than it computes.`,
      },
    ],
  };
}

/** Has the label `model` in any case. */
function recorded(name: string, { model }: Pick<Ratio, 'model'>, expr: Text): RecordingRule {
  const record = `model:inference_${name}`;
  return model === undefined ? { record, expr, labels: { model: 'all' } } : { record, expr };
}

/** What a series is about: a model of a server, or the server. */
function subject({ model }: Ratio): string {
  return model === undefined ? '{{ $labels.tier }}' : '{{ $labels.model }} of {{ $labels.tier }}';
}

/** Which pods are ready, and why they are not, only the nodes know; a server that shows no metrics has not loaded either. */
function loading(facts: RuleFacts, tier: string, hasContainerMetrics: Input<boolean>): readonly AlertingRule[] {
  const pods = podSelector(facts);
  const own = `pod=~".+-${tier}-[0-9]+"`;
  return [
    {
      alert: 'ModelsNotLoaded',
      expr: text`
        up${tierSelector(facts, tier)()} == 0
        ${when<Text>(
          hasContainerMetrics,
          text`
            or on (namespace, pod) kube_pod_status_ready${pods(`${own},condition="true"`)} == 0
          `,
        )}
      `,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.pod }} has not loaded its models',
      description: 'For a quarter of an hour: it fetches or loads them still, or fails to.',
    },
    {
      alert: 'ModelServerRestarts',
      expr: str`increase(kube_pod_container_status_restarts_total${pods(`${own},container="server"`)}[1h]) > 1`,
      severity: 'warning',
      enabled: hasContainerMetrics,
      summary: 'The server in {{ $labels.pod }} has restarted {{ $value | humanize }} times within an hour',
      description:
        'Each time it loads its models anew. Its memory, its GPU or the time that it has to load are too small.',
    },
  ];
}
