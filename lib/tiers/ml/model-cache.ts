import type { Construct } from 'constructs';
import type { ConfigMap, EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { atLeast } from '../../values/logic';
import { divide, multiply, subtract } from '../../values/numbers';
import type { Items, Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { type MapInput, late, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { CronJobWorkload } from '../../workload/cron-job';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, existingSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import type { Workload } from '../../workload/workload';
import { startServer } from '../data/redis-cache';
import { type RedisMemory, serverAlive } from '../data/redis-configuration';
import {
  REDIS_PORT,
  REDIS_USER,
  type RedisExporter,
  memoryOf,
  redisClientSettings,
  redisDefaults,
  redisPod,
} from '../data/redis-pod';
import { rcloneContainer, rcloneMount, rcloneVolume } from '../operations/rclone';
import { Tier, type TierProps } from '../tier';
import type { Model } from './model';
import { type CachePolicy, cacheConf } from './model-cache-configuration';
import { preloadModels } from './model-cache-scripts';
import { cacheEnv, modelFetcherDefaults, modelLines } from './model-fetcher';
import { CHUNK_BYTES, SCRIPTS, TOOLS } from './model-library';
import type { ModelStorage } from './model-storage';

/** Props of `ModelCache`. */
export interface ModelCacheProps extends TierProps, PodSettings {
  /** Where models are that the cache is to be filled with. */
  readonly storage: ModelStorage;
  /**
   * Secret with the key `password`, which the server and those who fetch share.
   * @default - the name of the tier's objects, such as `shop-model-cache`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Which chunks go when there is no room: those read least often, or longest ago. @default lfu */
  readonly policy?: Input<CachePolicy>;
  /** Days after which a chunk goes that nobody has asked for. @default 30 */
  readonly keepDays?: Input<number>;
  /** Percent of the memory limit for models, 10 to 90; the rest is for chunks in the buffers of clients. @default 75 */
  readonly maxmemoryPercent?: Input<number>;
  /** Of the server; the memory limit decides how much is cached. @default - see modelCacheDefaults */
  readonly resources?: Resources;
  /** What the cache is filled with before anybody asks. @default - see modelCacheDefaults */
  readonly preload?: Preload;
  /** The official image, or one with the same programs. @default - see lib/images.ts */
  readonly image?: Image;
  /** rclone, which asks object storage. @default - see lib/images.ts */
  readonly toolsImage?: Image;
  /** Prometheus exporter beside the server, on port 9121. @default - see redisCacheDefaults */
  readonly exporter?: RedisExporter;
}

/** How the cache is filled before anyone asks. */
export interface Preload {
  /** When it is looked what is missing, which costs next to nothing where nothing is. */
  readonly schedule: Input<string>;
  /** Of the schedule. */
  readonly timeZone: Input<string>;
  /** Percent of the memory for models that may be filled, 1 to 100. */
  readonly maxmemoryPercent: Input<number>;
  /** Seconds until it has failed. */
  readonly activeDeadlineSeconds: Input<number>;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `ModelCacheProps`. */
export const modelCacheDefaults = {
  existingSecret: null,
  policy: 'lfu',
  keepDays: 30,
  maxmemoryPercent: 75,
  resources: {
    requests: { cpu: '100m', memory: '1Gi', ephemeralStorage: '32Mi' },
    limits: { cpu: '2', memory: '1Gi', ephemeralStorage: '64Mi' },
  },
  preload: {
    schedule: '25 * * * *',
    timeZone: 'Etc/UTC',
    maxmemoryPercent: 80,
    activeDeadlineSeconds: 3600,
    resources: {
      requests: { cpu: '100m', memory: '256Mi', ephemeralStorage: '64Mi' },
      limits: { cpu: '1', memory: '512Mi', ephemeralStorage: '128Mi' },
    },
  },
  image: modelFetcherDefaults.image,
  toolsImage: images.rclone,
  exporter: redisDefaults.exporter,
} as const;

/** Chunks for which there must be room: those of clients beside the data, and those that are data. */
const LEAST_CHUNKS = 2;

/**
 * What all servers of a release read models from, before object storage: a Redis without a volume, which holds models in
 * chunks. It may be lost at any time: whoever finds nothing asks object storage.
 *
 * ```ts
 * const storage = new ModelStorage(chart, 'model-storage', { bucket: 'shop-models' });
 * const cache = new ModelCache(chart, 'model-cache', { storage, policy: 'lru' });
 * ```
 *
 * A CronJob fills it with the models of the servers that it was given to, the most used first.
 */
export class ModelCache extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** Fills the cache; `kubectl create job --from=cronjob/<name>` does so at once. */
  readonly preloading: CronJobWorkload;
  /** Name of the Secret with the password. */
  readonly secret: Input<string>;
  /** Seconds after which a chunk goes that nobody has asked for. */
  readonly keepSeconds: Input<number>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;
  private readonly fetched: { readonly workload: Workload; readonly models: MapInput<Model> }[] = [];

  constructor(scope: Construct, id: string, props: ModelCacheProps) {
    super(scope, id, props);
    const settings = { ...modelCacheDefaults, ...props };
    this.secret = existingSecret({ id, what: 'with the password', expected: this.objectName }, settings.existingSecret);
    this.keepSeconds = multiply(settings.keepDays, 86_400);
    const memory = memoryOf(this, settings);
    this.demandRoom(settings, memory);

    this.workload = this.addServer(settings, memory);
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: REDIS_PORT, name: 'redis' }];
    this.clientSettings = redisClientSettings(this.objectName, this.secret);
    this.preloading = this.addPreloading(settings, memory);
  }

  /** Has the cache filled with what a workload serves, where that is there. */
  preload(workload: Workload, models: MapInput<Model>): void {
    this.fetched.push({ workload, models });
  }

  private demandRoom({ resources, maxmemoryPercent }: Settings, { limit, maxmemory }: RedisMemory): void {
    const least = LEAST_CHUNKS * CHUNK_BYTES;
    const [data, rest] = [divide(maxmemory, 2 ** 20), divide(subtract(limit, maxmemory), 2 ** 20)];
    demand(
      this,
      atLeast(maxmemory, least),
      str`resources.limits.memory ${resources.limits.memory} × maxmemoryPercent ${maxmemoryPercent} leaves ${data}Mi for models, less than two chunks of 32Mi; raise one of them.`,
    );
    demand(
      this,
      atLeast(subtract(limit, maxmemory), least),
      str`resources.limits.memory ${resources.limits.memory} × maxmemoryPercent ${maxmemoryPercent} leaves ${rest}Mi beside the models, less than the two chunks of 32Mi that clients may be reading or writing; raise the limit, or lower maxmemoryPercent.`,
    );
  }

  private addServer(settings: Settings, memory: RedisMemory): DeploymentWorkload {
    const conf = cacheConf({ ...settings, memory });
    const pod = redisPod({
      ...settings,
      configMap: this.objectName,
      secret: this.secret,
      ready: ['sh', '-c', '[ "$(redis-cli ping)" = PONG ]'],
    });
    const workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      ...pod,
      name: this.node.id,
      component: 'ml-serving',
      replicas: 1,
      // A second one would be empty, and take as much memory.
      maxSurge: 0,
      // Nothing is kept; the folder is there because the server starts in it.
      volumes: [...(pod.volumes ?? []), { name: 'data', emptyDir: { sizeLimit: '16Mi' } }],
      checksums: { 'redis.conf': checksum(conf), 'start.sh': checksum(startServer) },
    });
    addConfigMap(workload, 'configuration', { 'redis.conf': conf, 'start.sh': startServer, 'alive.sh': serverAlive });
    addService(workload, 'service', { ports: [{ name: 'redis', port: REDIS_PORT, targetPort: 'redis' }] });
    return workload;
  }

  private addPreloading({ preload, storage, image, toolsImage }: Settings, memory: RedisMemory): CronJobWorkload {
    const name = `${this.node.id}-preload`;
    const job = new CronJobWorkload(this, 'preload', {
      ...preload,
      name: this.node.id,
      component: 'preload',
      objectName: name,
      user: REDIS_USER,
      initContainers: [rcloneContainer(toolsImage, TOOLS)],
      containers: [
        {
          name: 'preload',
          image,
          command: ['sh', `${SCRIPTS}/preload.sh`],
          env: [
            ...storage.env,
            ...cacheEnv(this),
            { name: 'PRELOAD_BYTES', value: str`${divide(multiply(memory.maxmemory, preload.maxmemoryPercent), 100)}` },
          ],
          resources: preload.resources,
          mounts: [rcloneMount(TOOLS), ...storage.mounts],
          writable: { '/tmp': '64Mi' },
        },
      ],
      volumes: [rcloneVolume, ...storage.volumes(str`${this.objectName}-preload`)],
    });
    new KubeObject<ConfigMap>(job, 'scripts', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: job.metadata(),
      data: late<Record<string, string>>(() => ({
        'preload.sh': preloadModels,
        models: this.models(),
      })),
    });
    storage.connect(job);
    for (const endpoint of this.endpoints) allow(job, endpoint);
    return job;
  }

  /** What the servers fetch that are there. */
  private models(): Text {
    return text`
      # model version SHA-256-of-SHA256SUMS variant
      ${this.fetched.map(({ workload, models }) => when<Text>(conditionOf(workload), text`${modelLines(models)}`))}
    `;
  }
}

type Settings = Required<Omit<ModelCacheProps, 'enabled' | keyof PodSettings>> & PodSettings;
