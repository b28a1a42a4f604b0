/** The container that an Api and its Workers share: one application image, the same settings. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import { choose } from '../../values/choice';
import { type Expr, type Input, literalOf } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import { str } from '../../values/texts';
import type { Items } from '../../values/parts';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Autoscaling } from '../../workload/scaling';
import type { TierProps } from '../tier';
import { coresOf } from './http';

/** What an application keeps in the Redis it is connected to. */
export interface Cache {
  readonly enabled: Input<boolean>;
  /** Seconds an entry lives. */
  readonly ttlSeconds: Input<number>;
}

export interface Caches {
  /** Whole responses. */
  readonly response: Cache;
  /** Sessions; the time runs from the last use. */
  readonly session: Cache;
  /** Results of database queries. */
  readonly query: Cache;
}

export interface ApplicationProps extends TierProps, PodSettings {
  /** The application. It runs as user 10001 and writes to /tmp alone. */
  readonly image: Image;
  /**
   * Processes of the application in one pod, given to it as `WEB_CONCURRENCY`.
   * @default - one for each core of the CPU limit, rounded up; of the request where there is no limit
   */
  readonly processes?: Input<number | null>;
  /**
   * Connections that each process keeps to each database server, given to it as `DATABASE_POOL_SIZE`.
   * @default - the application's own
   */
  readonly databasePoolSize?: Input<number>;
  /**
   * Caches, given to the application as `<NAME>_CACHE_ENABLED`, `…_PREFIX` and `…_TTL_SECONDS`.
   * Each has a key prefix of its own: Redis Cluster has one database.
   * @default - responses for 60 s, sessions for a day, queries for 30 s
   */
  readonly caches?: Caches;
  /** Replicas where no autoscaler decides. @default - 3 for an Api, 1 for a Worker */
  readonly replicas?: Input<number>;
  /** Replicas by CPU and memory in place of `replicas`. @default - off; see apiDefaults and workerDefaults */
  readonly autoscaling?: Autoscaling;
  /** CPU, memory and disk of its container. @default - 500m to 1 CPU, 512Mi to 1Gi */
  readonly resources?: Resources;
}

export const applicationDefaults = {
  processes: null,
  caches: {
    response: { enabled: true, ttlSeconds: 60 },
    session: { enabled: true, ttlSeconds: 86_400 },
    query: { enabled: true, ttlSeconds: 30 },
  },
  autoscaling: {
    enabled: false,
    minReplicas: 3,
    maxReplicas: 15,
    targetCpuUtilization: 70,
    targetMemoryUtilization: 80,
    scaleUpStabilizationSeconds: 0,
    scaleDownStabilizationSeconds: 300,
  },
  resources: {
    requests: { cpu: '500m', memory: '512Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '1Gi', ephemeralStorage: '256Mi' },
  },
} as const satisfies Pick<ApplicationProps, 'processes' | 'caches' | 'autoscaling' | 'resources'>;

/** Where the processes of one pod leave their metrics, for the one that is asked to add them up. */
const METRICS_FOLDER = '/var/run/prometheus';

export const APPLICATION_USER = 10_001;

type Given = Required<Pick<ApplicationProps, 'image' | 'processes' | 'caches' | 'resources'>> &
  Pick<ApplicationProps, 'databasePoolSize'>;

export function applicationContainer(name: string, instance: Input<string>, given: Given): ContainerProps {
  const { caches, databasePoolSize, processes, resources } = given;
  return {
    name,
    image: given.image,
    env: [
      { name: 'WEB_CONCURRENCY', value: str`${processesOf(processes, resources)}` },
      ...(databasePoolSize === undefined ? [] : [{ name: 'DATABASE_POOL_SIZE', value: str`${databasePoolSize}` }]),
      { name: 'PROMETHEUS_MULTIPROC_DIR', value: METRICS_FOLDER },
      { name: 'PYTHONDONTWRITEBYTECODE', value: '1' },
      { name: 'PYTHONUNBUFFERED', value: '1' },
      ...cacheSettings('RESPONSE', str`${instance}:response:`, caches.response),
      ...cacheSettings('SESSION', str`${instance}:session:`, caches.session),
      ...cacheSettings('QUERY', str`${instance}:query:`, caches.query),
    ],
    resources,
    writable: { '/tmp': '64Mi', [METRICS_FOLDER]: '32Mi' },
  };
}

/** The processes of a pod: those given, or one for each core. */
export function processesOf(processes: Input<number | null>, resources: Resources): Expr<number> {
  const counted = coresOf(resources);
  return literalOf(processes) === null ? counted : choose(isSet(processes), valueOf(processes), counted);
}

function cacheSettings(name: string, prefix: Input<string>, { enabled, ttlSeconds }: Cache): Items<EnvVar> {
  return [
    { name: `${name}_CACHE_ENABLED`, value: str`${enabled}` },
    { name: `${name}_CACHE_PREFIX`, value: prefix },
    { name: `${name}_CACHE_TTL_SECONDS`, value: str`${ttlSeconds}` },
  ];
}
