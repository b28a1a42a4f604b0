/** What TorchServe is told: config.properties, how it starts, and when it is ready. */
import { choose } from '../../values/choice';
import { sizeOf } from '../../values/collections';
import type { Input } from '../../values/expression';
import { equals, not } from '../../values/logic';
import { add } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type Element, type MapInput, each, eachPair, when } from '../../values/tree';
import type { Accelerator } from './accelerator';
import type { Model, ModelVersion } from './model';

export const INFERENCE_PORT = 8080;
export const MANAGEMENT_PORT = 8081;
export const METRICS_PORT = 8082;
export const GRPC_PORT = 7070;
const GRPC_MANAGEMENT_PORT = 7071;
/** Of the JVM alone: workers are processes of their own, which have the models. */
const HEAP_PERCENT = 10;

/** A model of TorchServe: an archive of torch-model-archiver, made with `--version` and the number of the version. */
export interface TorchModel extends Model {
  /**
   * A file `<model>.mar`, which is unpacked at each start, or a folder `<model>` with what would be in it, as
   * `--archive-format no-archive` makes it, which is read where it is.
   */
  readonly archive: 'file' | 'folder';
  /** Processes that each load each version; the least is also how many there are at the start. */
  readonly minWorkers: number;
  /** Up to which the management API may raise them. */
  readonly maxWorkers: number;
  /** Requests that are put together for one call of the handler. */
  readonly batchSize: number;
  /** The largest batch that the model takes. */
  readonly maxBatchSize: number;
  /** Milliseconds for which a batch waits to be full. */
  readonly maxBatchDelayMilliseconds: number;
  /** Seconds after which a worker that does not answer is restarted. */
  readonly responseTimeoutSeconds: number;
}

interface ConfigProperties {
  readonly models: MapInput<TorchModel>;
  readonly accelerator: Pick<Accelerator, 'kind' | 'count'>;
  readonly jobQueueSize: Input<number>;
  readonly startupTimeoutSeconds: Input<number>;
  /** Where `place.py` puts the archives. */
  readonly store: string;
}

/**
 * Keys that TorchServe does not know it ignores, so that a test has them all.
 *
 * @see https://github.com/pytorch/serve/blob/master/docs/configuration.md
 */
export function configProperties(given: ConfigProperties): Text {
  const { models, accelerator, jobQueueSize, startupTimeoutSeconds, store } = given;
  return text`
    # Written by cdk8s-tiers.
    inference_address=http://0.0.0.0:${INFERENCE_PORT}
    grpc_inference_address=0.0.0.0
    grpc_inference_port=${GRPC_PORT}
    metrics_address=http://0.0.0.0:${METRICS_PORT}
    metrics_mode=prometheus
    # Of the node, which others measure; each minute it would start a Python.
    disable_system_metrics=true

    # Who manages may run code: only from within the pod, where kubectl port-forward comes from.
    management_address=http://127.0.0.1:${MANAGEMENT_PORT}
    grpc_management_address=127.0.0.1
    grpc_management_port=${GRPC_MANAGEMENT_PORT}
    # Models come from the volume: none are registered later, or fetched.
    enable_model_api=false
    allowed_urls=none
    install_py_dep_per_model=false
    # Tokens would change with each start; NetworkPolicies say who may ask.
    disable_token_authorization=true
    enable_envvars_config=false

    vmargs=-XX:MaxRAMPercentage=${HEAP_PERCENT} -XX:+ExitOnOutOfMemoryError
    number_of_gpu=${choose(equals<string>(accelerator.kind, 'none'), 0, accelerator.count)}
    job_queue_size=${jobQueueSize}
    default_startup_timeout=${startupTimeoutSeconds}
    model_store=${store}
    # The first version of a model is its default, whatever else is said. The comma at the end ends the list.
    load_models=\
      ${eachPair<TorchModel, Text>(models, archives)}
      ,
    # By the version that the archive says it has. The empty ones end their lists.
    models={\
      ${eachPair<TorchModel, Text>(models, ofModel)}
      "": {}}
  `;
}

/** The archives of a model, the default version's first. */
function archives(name: Input<string>, { versions }: Element<TorchModel>): Text {
  const isDefault = (index: Input<number>): Input<boolean> => equals(add(index, 1), sizeOf(versions));
  const line = ({ version }: Element<ModelVersion>): Text => text`
    ${name}=${name}-${version}.mar,\
  `;
  return text`
    ${each<ModelVersion, Text>(versions, (version, index) => text`${when(isDefault(index), line(version))}`)}
    ${each<ModelVersion, Text>(versions, (version, index) => text`${when(not(isDefault(index)), line(version))}`)}
  `;
}

function ofModel(name: Input<string>, model: Element<TorchModel>): Text {
  return text`
    "${name}": {\
      ${each<ModelVersion, Text>(
        model.versions,
        ({ version }) => text`
          "${version}": {\
            "marName": "${name}-${version}.mar",\
            "minWorkers": ${model.minWorkers},\
            "maxWorkers": ${model.maxWorkers},\
            "batchSize": ${model.batchSize},\
            "maxBatchDelay": ${model.maxBatchDelayMilliseconds},\
            "responseTimeout": ${model.responseTimeoutSeconds}},\
        `,
      )}
      "": {}},\
  `;
}
