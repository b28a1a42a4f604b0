import type { Construct } from 'constructs';
import { images } from '../../images';
import { demandEach } from '../../objects/checks';
import { isNotEmpty, largest, sizeOf } from '../../values/collections';
import { choose } from '../../values/choice';
import { sumOf } from '../../values/folds';
import { hashOfValue } from '../../values/hashes';
import { atMost, equals, isSet, lessThan, not, or, valueOf } from '../../values/logic';
import { add, bytes, cores, maximum, multiply } from '../../values/numbers';
import type { Tree } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { type MapInput, eachEntry, merge } from '../../values/tree';
import type { Image } from '../../workload/platform';
import { queueTimeOf } from '../observability/rules/model-metrics';
import { modelList } from './model-fetcher';
import { ModelServer } from './model-server';
import {
  type ModelServerProps,
  type ModelServerSettings,
  SERVER_FOLDER,
  type ServerProgram,
  modelServerDefaults,
} from './model-server-props';
import { REPOSITORY, type TritonModel, WORK, modelConfiguration, startServer } from './triton-configuration';

/** Props of `Triton`. */
export interface TritonProps extends ModelServerProps {
  /** Models of ONNX and engines of TensorRT. Who names no version gets the highest. */
  readonly models: MapInput<TritonModel>;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `TritonProps`. */
export const tritonDefaults = {
  ...modelServerDefaults,
  latencyTargetMilliseconds: 20,
  resources: {
    requests: { cpu: '500m', memory: '1Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '2', memory: '2Gi', ephemeralStorage: '512Mi' },
  },
  image: images.triton,
} as const;

const HTTP_PORT = 8000;
const GRPC_PORT = 8001;
const METRICS_PORT = 8002;
/** Nothing in the image asks for a user of its own. */
const USER = 10_001;
/** Until nobody knows the pod any more. From SIGTERM on Triton takes no new requests, and waits for those in flight. */
const PRE_STOP_SECONDS = 5;
/** Beyond what Triton waits itself, for models to be unloaded. */
const EXIT_MARGIN_SECONDS = 10;

/**
 * NVIDIA Triton: models of ONNX by ONNX Runtime, on the CPU or on GPUs, and engines of TensorRT on GPUs; by the Open
 * Inference Protocol, over HTTP on port 8000 and gRPC on 8001.
 *
 * ```ts
 * const server = new Triton(chart, 'onnx', {
 *   storage: new ModelStorage(chart, 'model-storage', { bucket: 'shop-models' }),
 *   models: {
 *     ranking: {
 *       versions: [{ version: 1 }],
 *       size: '64Mi',
 *       backend: 'onnxruntime',
 *       device: 'cpu',
 *       instances: 1,
 *       threads: 1,
 *       maxBatchSize: 8,
 *       preferredBatchSizes: [],
 *       maxQueueDelayMicroseconds: 500,
 *       maxQueueSize: 100,
 *       inputs: [],
 *       outputs: [],
 *       warmUpBatchSizes: [],
 *       warmUpLength: 1,
 *     },
 *   },
 * });
 * ```
 */
export class Triton extends ModelServer {
  readonly framework = 'triton';

  constructor(scope: Construct, id: string, props: TritonProps) {
    const settings = { ...tritonDefaults, ...props };
    super(scope, id, settings, programOf(id, settings));
    this.demandBatches(settings);
    this.demandDevices(settings);
  }

  private demandBatches({ latencyTargetMilliseconds: target, models }: Settings): void {
    demandEach<TritonModel>(this, models, (name, { maxBatchSize, preferredBatchSizes }) => ({
      holds: atMost(largest(preferredBatchSizes), maxBatchSize),
      message: str`preferredBatchSizes of the model ${name} go up to ${largest(preferredBatchSizes)}, above its maxBatchSize ${maxBatchSize}; lower them to ${maxBatchSize} or less.`,
    }));
    // One that knows no batches takes one request at a time.
    demandEach<TritonModel>(this, models, (name, { maxBatchSize, warmUpBatchSizes }) => ({
      holds: atMost(largest(warmUpBatchSizes), maximum(maxBatchSize, 1)),
      message: str`warmUpBatchSizes of the model ${name} go up to ${largest(warmUpBatchSizes)}, above its maxBatchSize ${maxBatchSize}; lower them to ${maximum(maxBatchSize, 1)} or less.`,
    }));
    demandEach<TritonModel>(this, models, (name, { inputs, warmUpBatchSizes }) => ({
      holds: or(not(isNotEmpty(warmUpBatchSizes)), isNotEmpty(inputs)),
      message: str`warmUpBatchSizes of the model ${name} need its inputs, and there are none; name them, or empty warmUpBatchSizes.`,
    }));
    const most = multiply(target, 1000);
    demandEach<TritonModel>(this, models, (name, { maxBatchSize, maxQueueDelayMicroseconds: delay }) => ({
      holds: or(equals(maxBatchSize, 0), lessThan(delay, most)),
      message: str`maxQueueDelayMicroseconds ${delay} of the model ${name} leaves nothing of latencyTargetMilliseconds ${target}; lower it below ${most}, or raise the target.`,
    }));
  }

  private demandDevices({ accelerator, models, resources }: Settings): void {
    const { cpu } = resources.limits;
    const limit = choose<string>(isSet(cpu), valueOf(cpu), '1');
    const hasGpus = not(equals<string>(accelerator.kind, 'none'));
    demandEach<TritonModel>(this, models, (name, { backend }) => ({
      holds: or(hasGpus, not(equals<string>(backend, 'tensorrt'))),
      message: str`the model ${name} is an engine of TensorRT, which computes on GPUs, and accelerator.kind is ${accelerator.kind}; set it to gpu, shared or mig, or serve the model by onnxruntime.`,
    }));
    demandEach<TritonModel>(this, models, (name, { backend, device }) => ({
      holds: or(hasGpus, equals<string>(backend, 'tensorrt'), equals<string>(device, 'cpu')),
      message: str`the model ${name} has instances on GPUs, and accelerator.kind is ${accelerator.kind}; set it to gpu, shared or mig, or device to cpu.`,
    }));
    demandEach<TritonModel>(this, models, (name, { backend, device }) => ({
      holds: or(equals<string>(backend, 'onnxruntime'), equals<string>(device, 'gpu')),
      message: str`the model ${name} is an engine of TensorRT, but device is ${device}; set it to gpu.`,
    }));
    demandEach<TritonModel>(this, models, (name, { device, threads }) => ({
      holds: or(equals<string>(device, 'gpu'), not(isSet(cpu)), atMost(threads, cores(limit))),
      message: str`threads ${threads} of the model ${name} are more than the cores of resources.limits.cpu ${limit}; lower them to ${cores(limit)} or less.`,
    }));
  }
}

type Settings = Omit<ModelServerSettings, 'models'> &
  Pick<TritonProps, 'models'> &
  Required<Pick<TritonProps, 'image'>>;

function programOf(id: string, settings: Settings): ServerProgram {
  const { accelerator, drainSeconds, image, models } = settings;
  const gpus = choose(equals<string>(accelerator.kind, 'gpu'), accelerator.count, 1);
  return {
    protocol: 'kserve',
    httpPort: HTTP_PORT,
    grpcPort: GRPC_PORT,
    otherPorts: [{ name: 'metrics', containerPort: METRICS_PORT }],
    user: USER,
    container: {
      image,
      command: ['sh', `${SERVER_FOLDER}/start.sh`],
      args: argumentsOf(settings),
      writable: { [WORK]: '16Mi', '/tmp': '64Mi' },
    },
    isAlive: { httpGet: { path: '/v2/health/live', port: 'http' } },
    isReady: { httpGet: { path: '/v2/health/ready', port: 'http' } },
    scrape: { port: METRICS_PORT, path: '/metrics' },
    queueTime: (selector) => queueTimeOf('triton', selector),
    files: { 'start.sh': startServer, models: modelList(models) },
    modelFiles: merge<Record<string, string>>(
      eachEntry<TritonModel, string>(models, (name, model) => [str`${name}.pbtxt`, modelConfiguration(name, model)]),
    ),
    checksums: { 'config.pbtxt': hashOfValue(models), 'start.sh': checksum(startServer) },
    loaded: {
      what: 'all instances of all versions of all models',
      bytes: sumOf<TritonModel>(
        [`${id}.instanceBytes`, 'What all instances take, in bytes. Those of an engine of TensorRT share it.'],
        models,
        (_, { backend, instances, size, versions }) =>
          multiply(
            multiply(bytes(size), sizeOf(versions)),
            multiply(gpus, choose(equals<string>(backend, 'tensorrt'), 1, instances)),
          ),
      ),
    },
    stop: { preStopSeconds: PRE_STOP_SECONDS, exitSeconds: add(drainSeconds, EXIT_MARGIN_SECONDS) },
  };
}

/** @see https://github.com/triton-inference-server/server/blob/main/src/command_line_parser.cc */
function argumentsOf({ accelerator, drainSeconds }: Settings): readonly Tree<string>[] {
  return [
    `--model-repository=${REPOSITORY}`,
    // All are loaded at the start, and nobody loads or unloads any later.
    '--model-control-mode=none',
    '--strict-readiness=true',
    str`--exit-timeout-secs=${drainSeconds}`,
    `--http-port=${HTTP_PORT}`,
    `--grpc-port=${GRPC_PORT}`,
    `--metrics-port=${METRICS_PORT}`,
    // Quantiles, by which the latency target is judged.
    '--metrics-config=summary_latencies=true',
    // Of the node, which others measure.
    '--allow-cpu-metrics=false',
    str`--allow-gpu-metrics=${not(equals<string>(accelerator.kind, 'none'))}`,
    '--log-format=ISO8601',
  ];
}
