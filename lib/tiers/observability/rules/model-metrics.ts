/** What each framework's server counts, in its own words, and PromQL that asks the same of all of them. */
import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { ModelServer } from '../../ml/model-server';
import type { Selector } from './selector';

/** A counter, or some of its series. */
type Counter = readonly [metric: string, matchers?: string];

/** By how much counters have grown for each one that others have. */
export interface Ratio {
  /** Added up. */
  readonly of: readonly Counter[];
  readonly per: readonly Counter[];
  /** How many of it make one. @default 1 */
  readonly unit?: number;
  /** Label with the model's name. @default - none: all models of a server are counted together */
  readonly model?: string;
}

interface FrameworkMetrics {
  readonly requests: Omit<Ratio, 'per'>;
  /** Requests that failed by no fault of the client. */
  readonly errors: Ratio;
  /** Seconds from a request's arrival to its answer. */
  readonly duration: Ratio;
  /** Seconds that it waited for others to make a batch with, or for a worker. */
  readonly queue: Ratio;
  /** Requests that are computed at once; TorchServe does not say. */
  readonly batch?: Ratio;
}

/** All three count in microseconds. */
const MICROSECONDS = 1e6;

const TENSORFLOW = ':tensorflow:serving:';
const TORCH_REQUESTS: Counter = ['ts_inference_requests_total'];
const TRITON_ANSWERED: Counter = ['nv_inference_request_success'];
/** What a client has done wrong, or no longer wants: https://github.com/abseil/abseil-cpp/blob/master/absl/status/status.h. */
const OF_CLIENTS = 'OK|CANCELLED|INVALID_ARGUMENT|NOT_FOUND|OUT_OF_RANGE|PERMISSION_DENIED|UNAUTHENTICATED';

export const modelMetrics: Readonly<Record<ModelServer['framework'], FrameworkMetrics>> = {
  // https://github.com/tensorflow/serving: servables/tensorflow/util.cc, batching/batching_session.cc; a slash is a colon.
  tensorflow: {
    requests: { of: [[`${TENSORFLOW}request_count`]], model: 'model_name' },
    errors: {
      of: [[`${TENSORFLOW}request_count`, `status!~"${OF_CLIENTS}"`]],
      per: [[`${TENSORFLOW}request_count`]],
      model: 'model_name',
    },
    duration: {
      of: [[`${TENSORFLOW}request_latency_sum`]],
      per: [[`${TENSORFLOW}request_latency_count`]],
      unit: MICROSECONDS,
      model: 'model_name',
    },
    queue: {
      of: [[`${TENSORFLOW}batching_session:queuing_latency_sum`]],
      per: [[`${TENSORFLOW}batching_session:queuing_latency_count`]],
      unit: MICROSECONDS,
    },
    batch: {
      of: [[`${TENSORFLOW}batching_session:queuing_latency_count`]],
      per: [[`${TENSORFLOW}batching_session:wrapped_run_count`]],
    },
  },
  // https://github.com/pytorch/serve/blob/master/docs/metrics.md. What it answered with 5xx it counts for all models together.
  torchserve: {
    requests: { of: [TORCH_REQUESTS], model: 'model_name' },
    errors: { of: [['Requests5XX']], per: [TORCH_REQUESTS] },
    duration: {
      of: [['ts_inference_latency_microseconds']],
      per: [TORCH_REQUESTS],
      unit: MICROSECONDS,
      model: 'model_name',
    },
    queue: {
      of: [['ts_queue_latency_microseconds']],
      per: [TORCH_REQUESTS],
      unit: MICROSECONDS,
      model: 'model_name',
    },
  },
  // https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md
  triton: {
    requests: { of: [TRITON_ANSWERED, ['nv_inference_request_failure']], model: 'model' },
    errors: {
      of: [['nv_inference_request_failure', 'reason!="CANCELED"']],
      per: [TRITON_ANSWERED, ['nv_inference_request_failure']],
      model: 'model',
    },
    duration: {
      of: [['nv_inference_request_duration_us']],
      per: [TRITON_ANSWERED],
      unit: MICROSECONDS,
      model: 'model',
    },
    queue: { of: [['nv_inference_queue_duration_us']], per: [TRITON_ANSWERED], unit: MICROSECONDS, model: 'model' },
    batch: { of: [['nv_inference_count']], per: [['nv_inference_exec_count']], model: 'model' },
  },
};

/** Per second, over five minutes, by model where the server tells them apart. */
export function rateOf({ of, model }: Omit<Ratio, 'per'>, all: Selector): Text {
  return sum(of, model, all);
}

/** How many of those that are counted, over five minutes; 0 where there has been none yet. */
export function shareOf({ of, per, model }: Ratio, all: Selector): Text {
  const whole = sum(per, model, all);
  return text`
    (
      ${sum(of, model, all)}
      or
      0 *
      ${whole}
    )
    /
    ${whole}
  `;
}

/** How much of it each one has, over five minutes. */
export function meanOf({ of, per, unit = 1, model }: Ratio, all: Selector): Text {
  return text`
    ${sum(of, model, all)}
    /
    ${sum(per, model, all)}
    ${unit === 1 ? undefined : text`/ ${unit}`}
  `;
}

/** Requests per second below which a mean is taken for none, rather than divided by nothing. */
const LEAST_RATE = 0.01;

/** Mean milliseconds that requests have waited within two minutes, in all pods together: one number, by which KEDA scales. */
export function queueTimeOf(framework: ModelServer['framework'], all: Selector): Input<string> {
  const { of, per, unit = 1 } = modelMetrics[framework].queue;
  const rate = (counters: readonly Counter[]): Input<string> =>
    counters
      .map(([metric, matchers]) => str`sum(rate(${metric}${all(matchers)}[2m]))`)
      .reduce((left, right) => str`${left} + ${right}`);
  return str`${rate(of)} / clamp_min(${rate(per)}, ${LEAST_RATE}) / ${unit / 1000}`;
}

function sum(counters: readonly Counter[], model: string | undefined, all: Selector): Text {
  const [first, ...others] = counters.map(([metric, matchers]) => {
    const rate = str`rate(${metric}${all(matchers)}[5m])`;
    if (model === undefined) return text`sum by (namespace, release, tier) (${rate})`;
    if (model === 'model') return text`sum by (namespace, release, tier, model) (${rate})`;
    return text`
      sum by (namespace, release, tier, model) (
        label_replace(${rate}, "model", "$1", "${model}", "(.*)"))
    `;
  });
  return others.length === 0
    ? text`${first}`
    : text`
        (
          ${first}
          ${others.map(
            (other) => text`
            +
            ${other}
          `,
          )}
        )
      `;
}
