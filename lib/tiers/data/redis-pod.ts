/** The pods of the Redis tiers: a server and its exporter. */
import type { EnvVar, Volume } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import type { Server } from '../../network/connections';
import { demand } from '../../objects/checks';
import type { Input } from '../../values/expression';
import { and, atLeast, atMost } from '../../values/logic';
import { divide } from '../../values/numbers';
import { str } from '../../values/texts';
import type { Items, Tree } from '../../values/parts';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodProps, PodSettings } from '../../workload/pod';
import { type ExistingSecret, envFromSecret, existingSecret, secretFiles } from '../../workload/secrets';
import type { Storage } from '../../workload/stateful-set';
import type { Tier, TierProps } from '../tier';
import { type RedisMemory, redisMemory } from './redis-configuration';

export const REDIS_PORT = 6379;
export const METRICS_PORT = 9121;

/** Nothing in the image asks for a user of its own: the volume belongs to whoever runs. */
export const REDIS_USER = 10_001;

/** How Redis makes room: by age or frequency of use, of all keys or of those that expire, or not at all. */
export type MaxmemoryPolicy =
  | 'noeviction'
  | 'allkeys-lru'
  | 'allkeys-lfu'
  | 'allkeys-random'
  | 'volatile-lru'
  | 'volatile-lfu'
  | 'volatile-random'
  | 'volatile-ttl';

export interface RedisProps extends TierProps, PodSettings {
  /**
   * Secret with the key `password`, which servers and clients share.
   * @default - the instance's name and `-redis`, such as `shop-redis`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /**
   * Percent of the memory limit that data may take, 10 to 90. The rest is for buffers and for the pages that are copied
   * while a rewrite of the append-only file or a full synchronisation runs.
   * @default 75, as ElastiCache reserves 25 percent
   */
  readonly maxmemoryPercent?: Input<number>;
  /** What goes when memory is full, as Redis names it. @default allkeys-lru */
  readonly maxmemoryPolicy?: Input<MaxmemoryPolicy>;
  /** Seconds for the hand-over to a replica, for clients' last replies and for the last write to disk. @default 60 */
  readonly terminationGracePeriodSeconds?: Input<number>;
  /** Volume of each pod. @default 1Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Of each server. @default - 250m to 500m CPU, 128Mi to 512Mi */
  readonly resources?: Resources;
  /** The official image, or one with the same programs. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus exporter beside each server, on port 9121. @default - see redisCacheDefaults */
  readonly exporter?: RedisExporter;
}

export interface RedisExporter {
  readonly image: Image;
  readonly resources: Resources;
}

export const redisDefaults = {
  existingSecret: null,
  maxmemoryPercent: 75,
  maxmemoryPolicy: 'allkeys-lru',
  terminationGracePeriodSeconds: 60,
  storage: { size: '1Gi', storageClassName: null },
  resources: {
    requests: { cpu: '250m', memory: '128Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '500m', memory: '512Mi', ephemeralStorage: '128Mi' },
  },
  image: images.redis,
  exporter: {
    image: images.redisExporter,
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '64Mi' },
    },
  },
} as const;

export interface RedisPod {
  readonly image: Image;
  readonly resources: Resources;
  readonly exporter: RedisExporter;
  /** Name of the ConfigMap with redis.conf, `start.sh` and `alive.sh`. */
  readonly configMap: Input<string>;
  readonly secret: Input<string>;
  /** Command of the readiness probe. */
  readonly ready: readonly string[];
  /** What makes it one of several. @default - a server of its own */
  readonly node?: RedisNode;
}

export interface RedisNode {
  /** Port on which nodes talk to each other. @default - none but that of clients */
  readonly busPort?: number;
  readonly env: Items<EnvVar>;
  /** Command before SIGTERM. */
  readonly preStop: readonly string[];
}

/** A server started by `start.sh`. Its own `redis-cli` knows the password by the variable that redis-cli reads. */
export function redisPod(pod: RedisPod): Pick<PodProps, 'user' | 'containers' | 'volumes' | 'scrape'> {
  const { node } = pod;
  const alive = { exec: { command: ['sh', '/etc/redis/alive.sh'] } };
  const ports = [{ name: 'redis', containerPort: REDIS_PORT }];
  return {
    user: REDIS_USER,
    scrape: { port: METRICS_PORT, path: '/metrics' },
    containers: [
      {
        name: 'redis',
        image: pod.image,
        command: ['sh', '/etc/redis/start.sh'],
        env: [password(pod.secret), ...(node?.env ?? [])],
        ports: node?.busPort === undefined ? ports : [...ports, { name: 'bus', containerPort: node.busPort }],
        resources: pod.resources,
        probes: {
          startup: { ...alive, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
          liveness: { ...alive, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 3 },
          readiness: { exec: { command: pod.ready }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
        },
        ...(node ? { lifecycle: { preStop: { exec: { command: node.preStop } } } } : {}),
        mounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'configuration', mountPath: '/etc/redis', readOnly: true },
          { name: 'run', mountPath: '/run/redis' },
          ...(node ? [{ name: 'secrets', mountPath: '/run/secrets/redis', readOnly: true }] : []),
        ],
      },
      exporterContainer(pod.exporter, pod.secret, REDIS_PORT),
    ],
    volumes: redisVolumes({ ...pod, withPassword: node !== undefined }),
  };
}

export interface RedisVolumes {
  readonly configMap: Input<string>;
  readonly secret: Input<string>;
  /** Whether the password is mounted too, for whoever follows its changes. */
  readonly withPassword: boolean;
}

export function redisVolumes({ configMap, secret, withPassword }: RedisVolumes): Items<Volume> {
  return [
    { name: 'configuration', configMap: { name: configMap } },
    // The configuration with the password, in memory.
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ...(withPassword ? [{ name: 'secrets', secret: secretFiles(secret, ['password']) }] : []),
  ];
}

/** The exporter of the server on a port of the same pod. */
export function exporterContainer(
  { image, resources }: RedisExporter,
  secret: Input<string>,
  port: number,
): ContainerProps {
  return {
    name: 'exporter',
    image,
    // It reads files only of a form of its own, so the password comes as it does to redis-cli.
    env: [
      { name: 'REDIS_ADDR', value: `redis://127.0.0.1:${port}` },
      envFromSecret('REDIS_PASSWORD', secret, 'password'),
    ],
    ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
    resources,
    probes: {
      startup: { httpGet: { path: '/health', port: 'metrics' }, periodSeconds: 1, failureThreshold: 30 },
      liveness: { httpGet: { path: '/health', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 10, failureThreshold: 6 },
    },
  };
}

/** What redis-cli takes as the password where none is given: never an argument that others could read. */
export function password(secret: Input<string>): Tree<EnvVar> {
  return envFromSecret('REDISCLI_AUTH', secret, 'password');
}

/** The settings by which a client finds a Redis. */
export function redisClientSettings(host: Input<string>, secret: Input<string>): Server['clientSettings'] {
  return [
    { name: 'REDIS_HOST', value: host },
    { name: 'REDIS_PORT', value: `${REDIS_PORT}` },
    envFromSecret('REDIS_PASSWORD', secret, 'password'),
  ];
}

/** Name of the Secret with the password. */
export function redisSecret(tier: Tier, given: ExistingSecret): Input<string> {
  const expected = str`${tier.platform.instance}-redis`;
  return existingSecret({ id: tier.node.id, what: 'with the password', expected }, given);
}

/** The memory of a tier's servers, in which data must leave room. */
export function memoryOf(tier: Tier, { resources, maxmemoryPercent }: Memory): RedisMemory {
  const limit = resources.limits.memory;
  const memory = redisMemory(tier.node.id, limit, maxmemoryPercent);
  demand(
    tier,
    and(atLeast(maxmemoryPercent, 10), atMost(maxmemoryPercent, 90)),
    str`maxmemoryPercent ${maxmemoryPercent} gives data ${divide(memory.maxmemory, 2 ** 20)}Mi of the memory limit ${limit}; set it to 10 at least, and to 90 at most to leave room for buffers and rewrites.`,
  );
  return memory;
}

type Memory = Required<Pick<RedisProps, 'resources' | 'maxmemoryPercent'>>;
