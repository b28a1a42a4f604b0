/** What TensorFlow Serving is told: protobuf messages in the text format. */
import type { Input } from '../../values/expression';
import { and, equals, isSet, valueOf } from '../../values/logic';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type MapInput, each, eachPair, when } from '../../values/tree';
import type { Model, ModelVersion } from './model';
import { MODELS_FOLDER } from './model-server-props';

/** Where metrics are, on the port of the REST API. */
export const METRICS_PATH = '/monitoring/prometheus/metrics';

/** A model of TensorFlow Serving. */
export interface TensorFlowModel extends Model {
  readonly versions: readonly TensorFlowVersion[];
  /** The most examples that one run of the model takes. A batch is never larger. */
  readonly maxBatchSize: number;
  /**
   * Versions that are loaded: all that are listed, or the highest alone, beside which the others lie on the volume, to
   * come back soon.
   * @default specific
   */
  readonly policy?: 'specific' | 'latest' | null | undefined;
}

/** A version of a SavedModel. */
export interface TensorFlowVersion extends ModelVersion {
  /** A name by which clients may ask for it, such as `canary`. @default - none */
  readonly label?: string | null | undefined;
}

/** Batches of all models: requests that wait are run together. */
export interface Batching {
  /** Whether requests are put together. */
  readonly enabled: Input<boolean>;
  /** Examples of one batch. */
  readonly maxBatchSize: Input<number>;
  /** Microseconds that the first request waits for others. */
  readonly batchTimeoutMicros: Input<number>;
  /** Batches that wait, of each model; beyond them requests are refused. */
  readonly maxEnqueuedBatches: Input<number>;
  /** Batches that run at a time. */
  readonly numBatchThreads: Input<number>;
}

/** ModelServerConfig. https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/config/model_server_config.proto */
export function modelConfig(models: MapInput<TensorFlowModel>): Text {
  return text`
    # Written by cdk8s-tiers.
    model_config_list {
      ${eachPair<TensorFlowModel, Text>(
        models,
        (name, { versions, policy = null }) => text`
          config {
            name: "${name}"
            base_path: "${MODELS_FOLDER}/${name}"
            model_platform: "tensorflow"
            model_version_policy {
              ${when<Text>(
                and(isSet(policy), equals<string>(valueOf(policy), 'latest')),
                text`latest { num_versions: 1 }`,
                text`
                  specific {
                    ${each<TensorFlowVersion, Text>(versions, ({ version }) => text`versions: ${version}`)}
                  }
                `,
              )}
            }
            ${each<TensorFlowVersion, Text>(
              versions,
              ({ version, label = null }) => text`
                ${when<Text>(isSet(label), text`version_labels { key: "${valueOf(label)}" value: ${version} }`)}
              `,
            )}
          }
        `,
      )}
    }
  `;
}

/** BatchingParameters. https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/servables/tensorflow/session_bundle_config.proto */
export function batchingParameters(batching: Batching): Text {
  return text`
    # Written by cdk8s-tiers.
    max_batch_size { value: ${batching.maxBatchSize} }
    batch_timeout_micros { value: ${batching.batchTimeoutMicros} }
    max_enqueued_batches { value: ${batching.maxEnqueuedBatches} }
    num_batch_threads { value: ${batching.numBatchThreads} }
    # The label thread_pool_name of metrics.
    thread_pool_name { value: "batches" }
  `;
}

/** MonitoringConfig. https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/config/monitoring_config.proto */
export const monitoringConfig: Text = text`
  # Written by cdk8s-tiers.
  prometheus_config {
    enable: true
    path: "${METRICS_PATH}"
  }
`;
