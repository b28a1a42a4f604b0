import type { Construct } from 'constructs';
import { images } from '../../images';
import { demand, demandEach } from '../../objects/checks';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { sumOf } from '../../values/folds';
import { atMost, equals, lessThan } from '../../values/logic';
import { sizeOf } from '../../values/collections';
import { bytes, divide, multiply } from '../../values/numbers';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import type { Element, MapInput } from '../../values/tree';
import type { Image } from '../../workload/platform';
import { queueTimeOf } from '../observability/rules/model-metrics';
import { acceleratedImage } from './accelerator';
import { modelList } from './model-fetcher';
import { ModelServer } from './model-server';
import {
  type ModelServerProps,
  type ModelServerSettings,
  SERVER_FOLDER,
  type ServerProgram,
  modelServerDefaults,
} from './model-server-props';
import { GRPC_PORT, INFERENCE_PORT, METRICS_PORT, type TorchModel, configProperties } from './torchserve-configuration';
import { STORE, WORK, isReady, logging, placeArchives, startServer } from './torchserve-scripts';

/** Props of `TorchServe`. */
export interface TorchServeProps extends ModelServerProps {
  /** Archives. Who names no version gets the last of the list. */
  readonly models: MapInput<TorchModel>;
  /** Requests of a model that may wait; beyond them they are refused with 503. @default 100, TorchServe's own */
  readonly jobQueueSize?: Input<number>;
  /** Seconds that a worker has to load its model. @default 120, TorchServe's own */
  readonly startupTimeoutSeconds?: Input<number>;
  /** Threads of a worker on the CPU. @default 1 */
  readonly threads?: Input<number>;
  /** Disk for what is unpacked of archives, which takes all of them that are files. It counts against the limit of ephemeral storage. @default 2Gi */
  readonly unpackedSize?: Input<string>;
  /** Without GPUs. @default - see lib/images.ts */
  readonly image?: Image;
  /** With GPUs. @default - see lib/images.ts */
  readonly gpuImage?: Image;
}

/** Defaults of `TorchServeProps`. */
export const torchServeDefaults = {
  ...modelServerDefaults,
  latencyTargetMilliseconds: 30,
  jobQueueSize: 100,
  startupTimeoutSeconds: 120,
  threads: 1,
  unpackedSize: '2Gi',
  resources: {
    requests: { cpu: '500m', memory: '1Gi', ephemeralStorage: '2Gi' },
    limits: { cpu: '2', memory: '2Gi', ephemeralStorage: '3Gi' },
  },
  image: images.torchServe,
  gpuImage: images.torchServeGpu,
} as const;

/** The image's `model-server` is whoever runs: its files can be read by all. */
const USER = 10_001;
/** From SIGTERM on nothing is waited for. */
const EXIT_SECONDS = 5;
const MEBIBYTE = 2 ** 20;

/**
 * TorchServe: PyTorch's models, by REST on port 8080 and by gRPC on 7070. It is maintained no more
 * (https://github.com/pytorch/serve#readme): for models that are served by it already. What is new goes to `Triton`.
 *
 * ```ts
 * const server = new TorchServe(chart, 'torchserve', {
 *   storage: new ModelStorage(chart, 'model-storage', { bucket: 'shop-models' }),
 *   models: {
 *     digits: {
 *       versions: [{ version: 1 }],
 *       size: '64Mi',
 *       archive: 'file',
 *       minWorkers: 1,
 *       maxWorkers: 2,
 *       batchSize: 4,
 *       maxBatchSize: 16,
 *       maxBatchDelayMilliseconds: 5,
 *       responseTimeoutSeconds: 30,
 *     },
 *   },
 * });
 * ```
 */
export class TorchServe extends ModelServer {
  readonly framework = 'torchserve';

  constructor(scope: Construct, id: string, props: TorchServeProps) {
    const settings = { ...torchServeDefaults, ...props };
    super(scope, id, settings, programOf(id, settings));
    const { latencyTargetMilliseconds: target, models, resources, unpackedSize } = settings;
    demandEach<TorchModel>(this, models, (name, { batchSize, maxBatchSize }) => ({
      holds: atMost(batchSize, maxBatchSize),
      message: str`batchSize ${batchSize} of the model ${name} is above its maxBatchSize ${maxBatchSize}; lower it to ${maxBatchSize} or less.`,
    }));
    demandEach<TorchModel>(this, models, (name, { maxBatchDelayMilliseconds: delay }) => ({
      holds: lessThan(delay, target),
      message: str`maxBatchDelayMilliseconds ${delay} of the model ${name} leaves nothing of latencyTargetMilliseconds ${target}; lower it below ${target}, or raise the target.`,
    }));
    demandEach<TorchModel>(this, models, (name, { minWorkers, maxWorkers }) => ({
      holds: atMost(minWorkers, maxWorkers),
      message: str`minWorkers ${minWorkers} of the model ${name} is above its maxWorkers ${maxWorkers}; lower it to ${maxWorkers} or less.`,
    }));
    const limit = resources.limits.ephemeralStorage;
    demand(
      this,
      atMost(bytes(unpackedSize), bytes(limit)),
      str`unpackedSize ${unpackedSize} is above resources.limits.ephemeralStorage ${limit}, against which it counts; lower it, or raise the limit.`,
    );
    const unpacked = sumOf<TorchModel>(
      [`${id}.unpackedBytes`, 'What archives take when they are unpacked, in bytes.'],
      models,
      (_, model) => choose(equals<string>(model.archive, 'file'), bytesOf(model), 0),
    );
    demand(
      this,
      atMost(unpacked, bytes(unpackedSize)),
      str`archives that are files take ${divide(unpacked, MEBIBYTE)} MiB when they are unpacked, more than unpackedSize ${unpackedSize}; raise it, or publish them as folders.`,
    );
  }
}

type Settings = Omit<ModelServerSettings, 'models'> &
  Required<Omit<TorchServeProps, keyof ModelServerSettings | 'models'>> &
  Pick<TorchServeProps, 'models'>;

/** What all versions of a model take, each once. */
function bytesOf({ size, versions }: Element<TorchModel>): Input<number> {
  return multiply(bytes(size), sizeOf(versions));
}

function programOf(id: string, settings: Settings): ServerProgram {
  const { accelerator, drainSeconds, gpuImage, image, models, threads, unpackedSize } = settings;
  const properties = configProperties({ ...settings, store: STORE });
  return {
    protocol: 'torchserve',
    httpPort: INFERENCE_PORT,
    grpcPort: GRPC_PORT,
    otherPorts: [{ name: 'metrics', containerPort: METRICS_PORT }],
    user: USER,
    container: {
      image: acceleratedImage(accelerator, image, gpuImage),
      command: ['sh', `${SERVER_FOLDER}/start.sh`],
      env: [
        // By itself each worker takes a thread for each core of the node, and is throttled.
        { name: 'OMP_NUM_THREADS', value: str`${threads}` },
        // Libraries keep things in a home, and look for the name of the user, who is in no list.
        { name: 'HOME', value: WORK },
        { name: 'USER', value: 'torchserve' },
      ],
      writable: { [WORK]: unpackedSize, '/tmp': '64Mi' },
    },
    // It fails where a worker could not be started anew.
    isAlive: { httpGet: { path: '/ping', port: 'http' } },
    isReady: { exec: { command: ['python3', `${SERVER_FOLDER}/ready.py`] } },
    scrape: { port: METRICS_PORT, path: '/metrics' },
    queueTime: (selector) => queueTimeOf('torchserve', selector),
    files: {
      'config.properties': properties,
      'log4j2.xml': logging,
      'start.sh': startServer,
      'place.py': placeArchives,
      'ready.py': isReady,
      models: modelList(models),
    },
    checksums: { 'config.properties': checksum(properties), 'start.sh': checksum(startServer) },
    loaded: {
      what: 'all workers of all versions of all models',
      bytes: sumOf<TorchModel>(
        [`${id}.workerBytes`, 'What the workers take that are there at the start, in bytes.'],
        models,
        (_, model) => multiply(bytesOf(model), model.minWorkers),
      ),
    },
    stop: { preStopSeconds: drainSeconds, exitSeconds: EXIT_SECONDS },
  };
}
