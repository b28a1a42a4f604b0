import type { Input } from '../../../values/expression';
import { str } from '../../../values/texts';
import { type ModelSlo, modelSloDefaults } from '../rules/thresholds';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { type Panel, RELEASE, stat, timeSeries } from './panels';
import { recorded } from './queries';

export interface ModelsDashboardSettings {
  /** @default true */
  readonly enabled?: Input<boolean>;
  /** What each model promises. @default - modelSloDefaults */
  readonly slo?: ModelSlo;
}

/** A model, and how it is asked for: by itself, by gRPC, or as a variant of an experiment. */
const VARIANT = '{{model}}/{{variant}} of {{server}}';
/** A model of a server; of some servers some numbers are of all models together. */
const SERVED = '{{tier}} {{model}}';

/** To be closed by a brace. Envoy counts an answer once, however often it was tried. */
const ANSWERS = `envoy_cluster_upstream_rq_xx{${RELEASE},model!=""`;

/** Models: what clients get through the gateway, against what is promised, and where the time goes in the servers. */
export function modelsDashboard({ enabled = true, slo = {} }: ModelsDashboardSettings = {}): GrafanaDashboard {
  const { availabilityPercent, latencyPercent } = { ...modelSloDefaults, ...slo };
  return dashboard({
    id: 'models',
    title: 'Models',
    description: 'What clients of models get, against what is promised, and where the time goes in the servers.',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Requests',
            description: 'That the gateway answered each second.',
            unit: 'reqps',
            targets: [{ expr: `sum(${recorded('variant:gateway_requests:rate5m')})` }],
          }),
          stat({
            title: 'Error rate',
            description: 'Share of requests that ended in an error of the server, or for want of one.',
            unit: 'percentunit',
            limits: { warning: 0.001, critical: 0.01 },
            targets: [
              {
                expr:
                  `(sum(rate(${ANSWERS},envoy_response_code_class="5"}[5m])) or vector(0))` +
                  ` / sum(rate(${ANSWERS}}[5m]))`,
              },
            ],
          }),
          stat({
            title: 'P95 of the target',
            description: 'Of the model that is slowest by the target of its server. Above 100 % it is too slow.',
            unit: 'percentunit',
            limits: { warning: 0.8, critical: 1 },
            targets: [
              {
                expr:
                  `max(${recorded('variant:gateway_duration_seconds:p95_5m')}` +
                  ` / on (namespace, release, tier, server) group_left ()` +
                  ` ${recorded('server:latency_target_seconds:constant')})`,
              },
            ],
          }),
          stat({
            title: 'Ready servers',
            description: 'Pods to which the gateway sends requests, of each server.',
            unit: 'short',
            limits: { warning: 1, critical: 1, falling: true },
            targets: [
              {
                expr: `min by (server) (envoy_cluster_membership_healthy{${RELEASE},model!=""})`,
                legend: '{{server}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'What clients get',
        panels: [
          timeSeries({
            title: 'Requests by model',
            description: 'Answered each second, whatever the answer.',
            unit: 'reqps',
            stacked: true,
            targets: [{ expr: recorded('variant:gateway_requests:rate5m'), legend: VARIANT }],
          }),
          timeSeries({
            title: 'Errors by model',
            description: 'Share of requests that ended in an error of the server, or for want of one.',
            unit: 'percentunit',
            targets: [{ expr: recorded('variant:gateway_errors:ratio_rate5m'), legend: VARIANT }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'P95 by model',
            description:
              'Ninety-five of a hundred answers take no longer. Each server has a target, which is a line of its own.',
            unit: 's',
            targets: [
              { expr: recorded('variant:gateway_duration_seconds:p95_5m'), legend: VARIANT },
              { expr: recorded('server:latency_target_seconds:constant'), legend: 'target of {{server}}' },
            ],
          }),
          timeSeries({
            title: 'P50 by model',
            description: 'Half of the answers take no longer.',
            unit: 's',
            targets: [{ expr: recorded('variant:gateway_duration_seconds:p50_5m'), legend: VARIANT }],
          }),
        ],
      },
      {
        title: 'What is promised',
        panels: [
          burn('Burn rate: errors', 'errors', availabilityPercent),
          burn('Burn rate: slow requests', 'slow', latencyPercent),
        ],
      },
      {
        title: 'In the servers',
        panels: [
          timeSeries({
            title: 'Time in the server',
            description: 'Mean, from a request that arrives to its answer, by the account of the server.',
            unit: 's',
            targets: [{ expr: recorded('model:inference_duration_seconds:mean5m'), legend: SERVED }],
          }),
          timeSeries({
            title: 'Time in a queue',
            description: 'Mean, of that time: waiting for others to make a batch with, or for a worker.',
            unit: 's',
            targets: [{ expr: recorded('model:inference_queue_seconds:mean5m'), legend: SERVED }],
          }),
          timeSeries({
            title: 'Errors in the server',
            description: 'Share of requests that it failed, by no fault of clients.',
            unit: 'percentunit',
            targets: [{ expr: recorded('model:inference_errors:ratio_rate5m'), legend: SERVED }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Requests in the server',
            description: 'Each second, with those that did not come through the gateway.',
            unit: 'reqps',
            stacked: true,
            targets: [{ expr: recorded('model:inference_requests:rate5m'), legend: SERVED }],
          }),
          timeSeries({
            title: 'Waiting in Triton',
            description:
              'Requests that no instance of the model has taken yet. The other servers do not say how many wait.',
            unit: 'short',
            targets: [
              {
                expr: `sum by (tier, model) (nv_inference_pending_request_count{${RELEASE}})`,
                legend: SERVED,
              },
            ],
          }),
          timeSeries({
            title: 'Batch size',
            description: 'Requests that are computed at once, on average. TorchServe does not say.',
            unit: 'short',
            targets: [{ expr: recorded('model:inference_batch_size:mean5m'), legend: SERVED }],
          }),
          timeSeries({
            title: 'Load time',
            description: 'Of a model, and of a worker of TorchServe, when it was last loaded. Triton does not say.',
            unit: 's',
            targets: [
              {
                expr: `max by (tier, model_path) (:tensorflow:cc:saved_model:load_latency{${RELEASE}}) / 1e6`,
                legend: '{{tier}} {{model_path}}',
              },
              {
                expr: `max by (tier, WorkerName) (WorkerLoadTime{${RELEASE}}) / 1000`,
                legend: '{{tier}} {{WorkerName}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'In the gateway',
        panels: [
          timeSeries({
            title: 'Under way',
            description: 'Requests that servers are answering, by model. A circuit breaker is for each of these lines.',
            unit: 'short',
            stacked: true,
            targets: [
              {
                expr: `sum by (server, model, variant) (envoy_cluster_upstream_rq_active{${RELEASE},model!=""})`,
                legend: VARIANT,
              },
            ],
          }),
          timeSeries({
            title: 'Tried again, and refused',
            description:
              'Second tries, those that the retry budget did not allow, and requests that a circuit breaker refused.',
            unit: 'reqps',
            targets: [
              { expr: gateway('upstream_rq_retry'), legend: '{{model}}: tried again' },
              { expr: gateway('upstream_rq_retry_overflow'), legend: '{{model}}: not tried again' },
              { expr: gateway('upstream_rq_pending_overflow'), legend: '{{model}}: refused, too many wait' },
              { expr: gateway('upstream_rq_active_overflow'), legend: '{{model}}: refused, too many under way' },
            ],
          }),
          timeSeries({
            title: 'Ejected servers',
            description: 'That get no requests for a while, as they failed several in a row.',
            unit: 'short',
            targets: [
              {
                expr: `max by (server, model) (envoy_cluster_outlier_detection_ejections_active{${RELEASE}})`,
                legend: '{{model}} of {{server}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}

/** Within an hour, by model: what the budgets of all are made of. */
function burn(title: string, kind: 'errors' | 'slow', percent: Input<number>): Panel {
  return timeSeries({
    title,
    description: str`How many times as fast as allowed the budget goes, of an objective of ${percent} %. At 14.4 somebody is woken.`,
    unit: 'short',
    limits: { warning: 1, critical: 14.4 },
    targets: [
      {
        expr: str`${recorded(`model:gateway_${kind}:ratio_rate1h`)} / (1 - ${percent} / 100)`,
        legend: '{{model}} of {{server}}',
      },
    ],
  });
}

/** What the gateway counts, per second, by model. */
function gateway(metric: string): string {
  return `sum by (model) (rate(envoy_cluster_${metric}{${RELEASE},model!=""}[$__rate_interval]))`;
}
