/** What an operator may choose of any model server, and what a framework says of its own. */
import type { Probe } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import type { Merge, Text } from '../../values/parts';
import type { MapInput } from '../../values/tree';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings, Scrape } from '../../workload/pod';
import type { Autoscaling } from '../../workload/scaling';
import type { Prometheus } from '../observability/prometheus';
import type { Selector } from '../observability/rules/selector';
import type { TierProps } from '../tier';
import { type Accelerator, acceleratorDefaults } from './accelerator';
import type { Model, ModelProtocol } from './model';
import type { ModelCache } from './model-cache';
import { modelFetcherDefaults } from './model-fetcher';
import type { ModelStorage } from './model-storage';

/** Props of `ModelServer`. */
export interface ModelServerProps extends TierProps, PodSettings {
  /** What is served, by name. All versions are loaded before the first request, and stay loaded. */
  readonly models: MapInput<Model>;
  /** Where models come from. */
  readonly storage: ModelStorage;
  /** What is asked for models before their storage is. @default - none */
  readonly cache?: ModelCache;
  /** What fetches models before the server starts. @default - see modelFetcherDefaults */
  readonly fetcher?: ModelFetcherPrograms;
  /** Pods, where autoscaling is off. @default 1 */
  readonly replicas?: Input<number>;
  /** Replicas by CPU and memory in place of `replicas`. @default - off; see modelServerDefaults */
  readonly autoscaling?: ModelServerAutoscaling;
  /** The Prometheus by whose metrics KEDA scales. @default - none: by CPU and memory alone */
  readonly prometheus?: Prometheus;
  /** GPUs of each pod. @default - none: the CPU computes; see acceleratorDefaults */
  readonly accelerator?: Accelerator;
  /** Where models are kept. @default - one of 10Gi for each pod */
  readonly volume?: ModelVolume;
  /** Size of /dev/shm, by which processes of the server hand data on. It counts against the memory limit. @default 64Mi */
  readonly sharedMemory?: Input<string>;
  /** Milliseconds within which 95 of 100 requests are to be answered. @default - see the framework's */
  readonly latencyTargetMilliseconds?: Input<number>;
  /** Seconds that requests have to end after a pod is told to stop. @default 30 */
  readonly drainSeconds?: Input<number>;
  /** CPU, memory and disk of its container. @default - see the framework's */
  readonly resources?: Resources;
}

export interface ModelFetcherPrograms {
  /** Redis, with a shell. */
  readonly image: Image;
  /** rclone. */
  readonly toolsImage: Image;
  readonly resources: Resources;
}

/** Replicas of a model server by CPU and memory, and by the time that requests wait. */
export interface ModelServerAutoscaling extends Omit<Autoscaling, 'metric'> {
  /** Scales by the time that requests wait in the server, beside CPU and memory. */
  readonly queueTime: {
    /** Has KEDA scale: it must be in the cluster, and reach Prometheus. */
    readonly enabled: Input<boolean>;
    /** Mean milliseconds to aim at. */
    readonly targetMilliseconds: Input<number>;
  };
}

/** Where a model server keeps its models. */
export interface ModelVolume {
  /** One for all pods, instead of one for each. A StatefulSet refuses a change: see the documentation. */
  readonly shared: Input<boolean>;
  /** `ReadWriteMany` where pods on several nodes share it. */
  readonly accessMode: Input<'ReadWriteOnce' | 'ReadWriteMany'>;
  /** At least twice what the models take: new versions are there before old ones go. */
  readonly size: Input<string>;
  /** StorageClass; null for the cluster's default. */
  readonly storageClassName: Input<string | null>;
}

/** Defaults of `ModelServerProps`. */
export const modelServerDefaults = {
  replicas: 1,
  autoscaling: {
    enabled: false,
    minReplicas: 1,
    maxReplicas: 4,
    targetCpuUtilization: 70,
    targetMemoryUtilization: null,
    scaleUpStabilizationSeconds: 0,
    scaleDownStabilizationSeconds: 300,
    queueTime: { enabled: false, targetMilliseconds: 10 },
  },
  accelerator: acceleratorDefaults,
  volume: { shared: false, accessMode: 'ReadWriteOnce', size: '10Gi', storageClassName: null },
  fetcher: modelFetcherDefaults,
  sharedMemory: '64Mi',
  drainSeconds: 30,
} as const;

/** Props with defaults in place. */
export type ModelServerSettings = TierProps &
  PodSettings &
  Pick<ModelServerProps, 'cache' | 'prometheus'> &
  Required<Omit<ModelServerProps, keyof TierProps | keyof PodSettings | 'cache' | 'prometheus'>>;

/** How a probe asks. */
type Question = Pick<Probe, 'exec' | 'grpc' | 'httpGet' | 'tcpSocket'>;

/** What one framework's server is. */
export interface ServerProgram {
  /** How clients ask it. */
  readonly protocol: ModelProtocol;
  /** Port for HTTP. */
  readonly httpPort: number;
  /** Port for gRPC. */
  readonly grpcPort: number;
  /** Above 0. */
  readonly user: number;
  /** What its container runs. */
  readonly container: Pick<ContainerProps, 'image' | 'command' | 'args' | 'env' | 'mounts' | 'writable'>;
  /** Ports beside the two, which no Service has. @default [] */
  readonly otherPorts?: readonly { readonly name: string; readonly containerPort: number }[];
  /** Whether the process lives, which asks nothing of models. */
  readonly isAlive: Question;
  /** Whether all models are loaded. */
  readonly isReady: Question;
  /** Where its metrics are. */
  readonly scrape: Scrape;
  /** Mean milliseconds that requests wait, over all pods, in PromQL. */
  readonly queueTime: (selector: Selector) => Input<string>;
  /** POSIX sh for what the folder of models needs beside the versions. @default - nothing */
  readonly place?: Text;
  /** What it is told, by name: files in SERVER_FOLDER, and texts whose change restarts the pods. */
  readonly files: Readonly<Record<string, Text>>;
  /** Texts beside `files` whose change restarts the pods, by name. */
  readonly checksums: Readonly<Record<string, Input<string>>>;
  /** Files beside those, one or more for each model. @default - none */
  readonly modelFiles?: Merge<Record<string, string>>;
  /** What is in memory, in words and bytes. @default - all versions of all models, each once */
  readonly loaded?: { readonly what: string; readonly bytes: Input<number> };
  /** How long its pods take to stop. */
  readonly stop: {
    /** Until SIGTERM. At first requests still come: it takes time until nobody knows the pod any more. */
    readonly preStopSeconds: Input<number>;
    /** From SIGTERM to SIGKILL. */
    readonly exitSeconds: Input<number>;
  };
}

/** Where the models are, as `<model>/<version>/`. */
export const MODELS_FOLDER = '/models';
/** Where a server's files are. */
export const SERVER_FOLDER = '/etc/model-server';
