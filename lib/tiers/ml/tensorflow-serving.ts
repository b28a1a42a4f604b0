import type { Construct } from 'constructs';
import { images } from '../../images';
import { demand, demandEach } from '../../objects/checks';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { atMost, equals, isSet, lessThan, not, or, valueOf } from '../../values/logic';
import { cores, multiply } from '../../values/numbers';
import type { Tree } from '../../values/parts';
import { checksum } from '../../values/text';
import { named, str } from '../../values/texts';
import { type MapInput, when } from '../../values/tree';
import type { Image } from '../../workload/platform';
import { queueTimeOf } from '../observability/rules/model-metrics';
import { acceleratedImage } from './accelerator';
import { ModelServer } from './model-server';
import { type ModelServerProps, SERVER_FOLDER, type ServerProgram, modelServerDefaults } from './model-server-props';
import {
  type Batching,
  METRICS_PATH,
  type TensorFlowModel,
  batchingParameters,
  modelConfig,
  monitoringConfig,
} from './tensorflow-serving-configuration';

/** Props of `TensorFlowServing`. */
export interface TensorFlowServingProps extends ModelServerProps {
  /** SavedModels. Who names no version gets the highest: TensorFlow Serving knows no other default. */
  readonly models: MapInput<TensorFlowModel>;
  /** Requests that are computed together. @default - see tensorFlowServingDefaults */
  readonly batching?: Batching;
  /** Part of each GPU's memory that TensorFlow takes, at once and for good: below 1 where others share it. @default 0.9 */
  readonly gpuMemoryFraction?: Input<number>;
  /** Without GPUs. @default - see lib/images.ts */
  readonly image?: Image;
  /** With GPUs. @default - see lib/images.ts */
  readonly gpuImage?: Image;
}

/** Defaults of `TensorFlowServingProps`. */
export const tensorFlowServingDefaults = {
  ...modelServerDefaults,
  latencyTargetMilliseconds: 50,
  batching: {
    enabled: true,
    maxBatchSize: 32,
    batchTimeoutMicros: 2000,
    maxEnqueuedBatches: 100,
    numBatchThreads: 4,
  },
  gpuMemoryFraction: 0.9,
  resources: {
    requests: { cpu: '500m', memory: '1Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '2', memory: '2Gi', ephemeralStorage: '512Mi' },
  },
  image: images.tensorflowServing,
  gpuImage: images.tensorflowServingGpu,
} as const;

const GRPC_PORT = 8500;
const HTTP_PORT = 8501;
/** Nothing in the image asks for a user of its own. */
const USER = 10_001;
/** REST requests that take longer are given up. TensorFlow Serving's own. */
const REST_TIMEOUT_MILLISECONDS = 30_000;
/**
 * As the first process of its container it does not see SIGTERM (https://github.com/tensorflow/serving/issues/1853): it
 * serves on until it is killed, so that the hook before is all the time that requests have.
 */
const EXIT_SECONDS = 2;

const MODELS_FILE = 'models.config';
const BATCHING_FILE = 'batching.config';
const MONITORING_FILE = 'monitoring.config';

/**
 * TensorFlow Serving: SavedModels, by REST on port 8501 and by gRPC on 8500.
 *
 * ```ts
 * const server = new TensorFlowServing(chart, 'tensorflow-serving', {
 *   storage: new ModelStorage(chart, 'model-storage', { bucket: 'shop-models' }),
 *   models: { half_plus_two: { versions: [{ version: 1 }], size: '1Mi', maxBatchSize: 64 } },
 * });
 * ```
 */
export class TensorFlowServing extends ModelServer {
  readonly framework = 'tensorflow';

  constructor(scope: Construct, id: string, props: TensorFlowServingProps) {
    const settings = { ...tensorFlowServingDefaults, ...props };
    super(scope, id, settings, programOf(id, settings));
    const { autoscaling, batching, latencyTargetMilliseconds, models } = settings;
    demand(
      this,
      or(not(autoscaling.queueTime.enabled), batching.enabled),
      'autoscaling.queueTime.enabled needs batching, since only batches wait; set batching.enabled to true.',
    );
    demandEach<TensorFlowModel>(this, models, (name, { maxBatchSize }) => ({
      holds: or(not(batching.enabled), atMost(batching.maxBatchSize, maxBatchSize)),
      message: str`batching.maxBatchSize ${batching.maxBatchSize} is above the maxBatchSize ${maxBatchSize} of the model ${name}; lower it to ${maxBatchSize} or less.`,
    }));
    const target = multiply(latencyTargetMilliseconds, 1000);
    demand(
      this,
      or(not(batching.enabled), lessThan(batching.batchTimeoutMicros, target)),
      str`batching.batchTimeoutMicros ${batching.batchTimeoutMicros} leaves nothing of latencyTargetMilliseconds ${latencyTargetMilliseconds}; lower it below ${target}, or raise the target.`,
    );
  }
}

type Settings = Required<
  Pick<TensorFlowServingProps, 'accelerator' | 'batching' | 'drainSeconds' | 'gpuMemoryFraction'>
> &
  Required<Pick<TensorFlowServingProps, 'gpuImage' | 'image' | 'models' | 'resources'>>;

function programOf(id: string, settings: Settings): ServerProgram {
  const { accelerator, batching, drainSeconds, gpuImage, image, models } = settings;
  const modelsFile = modelConfig(models);
  const batchingFile = batchingParameters(batching);
  return {
    protocol: 'tensorflow',
    httpPort: HTTP_PORT,
    grpcPort: GRPC_PORT,
    user: USER,
    container: {
      image: acceleratedImage(accelerator, image, gpuImage),
      // The image's own is a shell, which would stay the first process.
      command: ['tensorflow_model_server'],
      args: argumentsOf(id, settings),
      writable: { '/tmp': '64Mi' },
    },
    isAlive: { httpGet: { path: METRICS_PATH, port: 'http' } },
    // The port is open once every version of every model is loaded: they are waited for before the server starts.
    // https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/model_servers/server.cc
    isReady: { grpc: { port: GRPC_PORT } },
    scrape: { port: HTTP_PORT, path: METRICS_PATH },
    queueTime: (selector) => queueTimeOf('tensorflow', selector),
    files: { [MODELS_FILE]: modelsFile, [BATCHING_FILE]: batchingFile, [MONITORING_FILE]: monitoringConfig },
    checksums: { [MODELS_FILE]: checksum(modelsFile), [BATCHING_FILE]: checksum(batchingFile) },
    stop: { preStopSeconds: drainSeconds, exitSeconds: EXIT_SECONDS },
  };
}

function argumentsOf(
  id: string,
  { accelerator, batching, gpuMemoryFraction, resources }: Settings,
): readonly Tree<string>[] {
  const { cpu } = resources.limits;
  const threads = named(`${id}.threads`, 'A thread for each core.', cores(choose(isSet(cpu), valueOf(cpu), '1')));
  const given: readonly (Tree<string> | undefined)[] = [
    `--port=${GRPC_PORT}`,
    `--rest_api_port=${HTTP_PORT}`,
    `--rest_api_timeout_in_ms=${REST_TIMEOUT_MILLISECONDS}`,
    `--model_config_file=${SERVER_FOLDER}/${MODELS_FILE}`,
    // Once: versions come with a new pod, which has loaded them before it is asked.
    '--file_system_poll_wait_seconds=0',
    // A label is read before the version that it is of is loaded.
    '--allow_version_labels_for_unavailable_models=true',
    `--monitoring_config_file=${SERVER_FOLDER}/${MONITORING_FILE}`,
    '--enable_grpc_healthcheck_service=true',
    when<string>(batching.enabled, '--enable_batching=true'),
    when<string>(batching.enabled, `--batching_parameters_file=${SERVER_FOLDER}/${BATCHING_FILE}`),
    // By itself it takes a thread for each core of the node, and is throttled.
    when<string>(isSet(cpu), str`--tensorflow_intra_op_parallelism=${threads}`),
    when<string>(isSet(cpu), str`--tensorflow_inter_op_parallelism=${threads}`),
    when<string>(
      not(equals<string>(accelerator.kind, 'none')),
      str`--per_process_gpu_memory_fraction=${gpuMemoryFraction}`,
    ),
  ];
  return given.filter((argument) => argument !== undefined);
}
