/** Backups of Redis: an RDB of each master, the way back, and a drill. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import { connect } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf } from '../../objects/conditions';
import type { Expr, Input, Scalar } from '../../values/expression';
import { choose } from '../../values/choice';
import { and, not, or } from '../../values/logic';
import { add, bytes, divide } from '../../values/numbers';
import type { Items, Text } from '../../values/parts';
import { str } from '../../values/texts';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Storage } from '../../workload/stateful-set';
import type { RedisCache } from '../data/redis-cache';
import type { RedisCluster } from '../data/redis-cluster';
import { REDIS_USER } from '../data/redis-pod';
import type { Tier } from '../tier';
import { BackupJob, type Destinations, NEVER, SCRATCH, restoreEnv, scratchVolume } from './backup-job';
import { backUpRedis, drillRedis, restoreRedis } from './backup-redis-scripts';

export type RedisServer = RedisCluster | RedisCache;

export interface RedisBackupProps extends PodSettings {
  /** Those that may be there; one is, at the most. */
  readonly redis: readonly RedisServer[];
  readonly destinations: Destinations;
  readonly schedule: Input<string>;
  readonly drillSchedule: Input<string>;
  readonly timeZone: Input<string>;
  readonly retentionDays: Input<number>;
  readonly activeDeadlineSeconds: Input<number>;
  /** The volume of a Job, for the RDBs of all masters. */
  readonly scratch: Storage;
}

/** MiB for rclone, which streams. */
const RCLONE_MEMORY = 128;

/** Adds the CronJobs of a tier that backs Redis up. */
export function addRedisBackup(tier: Tier, props: RedisBackupProps): void {
  const [first, ...others] = props.redis;
  if (first === undefined) return;
  for (const [i, a] of props.redis.entries()) {
    for (const b of props.redis.slice(i + 1)) {
      demand(
        tier,
        not(and(conditionOf(a), conditionOf(b))),
        str`redis names ${a.objectName} and ${b.objectName}, and one Redis is backed up; leave one out, or give it a Backup of its own.`,
      );
    }
  }

  const { image, resources } = others.reduce<Kind>((otherwise, server) => either(server, otherwise), first);
  const addJob = (kind: string, script: Text, job: Job): BackupJob =>
    new BackupJob(tier, {
      ...props,
      kind,
      enabled: or(...props.redis.map((server) => conditionOf(server))),
      image,
      user: REDIS_USER,
      resources: withRclone(resources),
      script,
      mounts: [{ name: 'scratch', mountPath: SCRATCH }],
      volumes: [scratchVolume(props.scratch)],
      ...job,
    });
  const jobs = [
    addJob('redis', backUpRedis, { env: [{ name: 'RETENTION_DAYS', value: str`${props.retentionDays}` }] }),
    addJob('restore-redis', restoreRedis, { suspend: true, schedule: NEVER, env: restoreEnv }),
  ];
  addJob('drill-redis', drillRedis, { schedule: props.drillSchedule, env: [] });
  for (const job of jobs) for (const server of props.redis) connect(job, server);
}

interface Kind {
  readonly image: Image;
  readonly resources: Resources;
}

interface Job {
  readonly env: Items<EnvVar>;
  readonly schedule?: Input<string>;
  readonly suspend?: boolean;
}

/** The image and the resources of the server that is there. */
function either(server: RedisServer, otherwise: Kind): Kind {
  const isThere = conditionOf(server);
  const of = <T extends Scalar | null>(read: (kind: Kind) => Input<T>): Expr<T> =>
    choose<T>(isThere, read(server), read(otherwise));
  return {
    image: {
      registry: of(({ image }) => image.registry),
      repository: of(({ image }) => image.repository),
      tag: of(({ image }) => image.tag),
      digest: of(({ image }) => image.digest),
    },
    resources: {
      requests: {
        cpu: of(({ resources }) => resources.requests.cpu),
        memory: of(({ resources }) => resources.requests.memory),
        ephemeralStorage: of(({ resources }) => resources.requests.ephemeralStorage),
      },
      limits: {
        cpu: of(({ resources }) => resources.limits.cpu),
        memory: of(({ resources }) => resources.limits.memory),
        ephemeralStorage: of(({ resources }) => resources.limits.ephemeralStorage),
      },
    },
  };
}

/** A server in a Job's pod holds what one of the real servers does, and rclone runs beside it. */
function withRclone({ requests, limits }: Resources): Resources {
  const memory = add(divide(bytes(limits.memory), 2 ** 20), RCLONE_MEMORY);
  return { requests, limits: { ...limits, memory: str`${memory}Mi` } };
}
