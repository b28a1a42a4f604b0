import { z } from 'zod';
import { byteSize, objectName, seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { redisCacheDefaults } from './redis-cache';
import type { redisClusterDefaults } from './redis-cluster';
import type { redisDefaults } from './redis-pod';
import type { redisSentinelDefaults } from './redis-sentinel';

const policies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;

type Policy = (typeof policies)[number];
type Defaults<T> = Omit<Widen<T>, 'maxmemoryPolicy' | 'antiAffinity'> & {
  readonly maxmemoryPolicy: Policy;
} & Pick<T, Extract<'antiAffinity', keyof T>>;

const serverValues = (defaults: Defaults<typeof redisDefaults>) => ({
  image: imageValues(defaults.image),
  exporter: z.strictObject({
    image: imageValues(defaults.exporter.image),
    resources: resourcesValues(defaults.exporter.resources),
  }),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe('Secret with the key password; null for <release>-redis.'),
  maxmemoryPercent: z
    .int()
    .min(10)
    .max(90)
    .default(defaults.maxmemoryPercent)
    .describe(
      'Percent of the memory limit that data may take; the rest is for buffers and for pages copied during a rewrite.',
    ),
  maxmemoryPolicy: z.enum(policies).default(defaults.maxmemoryPolicy).describe('How Redis makes room.'),
  terminationGracePeriodSeconds: seconds(3600)
    .min(10)
    .default(defaults.terminationGracePeriodSeconds)
    .describe("Seconds for the hand-over to a replica, for clients' last replies and for the last write to disk."),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

/** What an operator may set of a RedisCluster. */
export const redisClusterValues = (defaults: Defaults<typeof redisClusterDefaults>) => ({
  masters: z
    .int()
    .min(3)
    .max(100)
    .default(defaults.masters)
    .describe('Nodes that own slots. Raising it moves slots to the new ones; lowering it is not supported.'),
  replicasPerMaster: z
    .int()
    .min(1)
    .max(5)
    .default(defaults.replicasPerMaster)
    .describe('Nodes that stand by for each master.'),
  clusterNodeTimeoutMilliseconds: z
    .int()
    .min(1000)
    .max(60_000)
    .default(defaults.clusterNodeTimeoutMilliseconds)
    .describe('Milliseconds for which a master may be unreachable before a replica takes over.'),
  clusterRequireFullCoverage: z
    .boolean()
    .default(defaults.clusterRequireFullCoverage)
    .describe('Stop serving all slots as soon as one is lost.'),
  clusterAllowReplicaMigration: z
    .boolean()
    .default(defaults.clusterAllowReplicaMigration)
    .describe('Give a master without replicas one from a master that has several.'),
  minReplicasToWrite: z
    .int()
    .min(0)
    .max(5)
    .default(defaults.minReplicasToWrite)
    .describe('Replicas that must be in step for a master to take writes; at most replicasPerMaster.'),
  replBacklogSize: byteSize()
    .default(defaults.replBacklogSize)
    .describe('Writes kept for a replica that was away, so that it needs no full copy.'),
  ...serverValues(defaults),
});

/** What an operator may set of a RedisCache. */
export const redisCacheValues = (defaults: Defaults<typeof redisCacheDefaults>) => ({
  appendonly: z
    .boolean()
    .default(defaults.appendonly)
    .describe('Keep data beyond the life of the pod, in an append-only file.'),
  ...serverValues(defaults),
});

/** What an operator may set of a RedisSentinel. */
export const redisSentinelValues = (defaults: Defaults<typeof redisSentinelDefaults>) => ({
  replicas: z.int().min(1).max(5).default(defaults.replicas).describe('Servers that stand by beside the master.'),
  sentinels: z
    .int()
    .min(3)
    .max(7)
    .default(defaults.sentinels)
    .describe('Sentinels, which choose another master by majority: 3, 5 or 7.'),
  quorum: z
    .int()
    .min(2)
    .max(6)
    .default(defaults.quorum)
    .describe('Sentinels that must miss the master: a majority, and fewer than all.'),
  antiAffinity: z
    .enum(['required', 'preferred'])
    .default(defaults.antiAffinity)
    .describe('Whether each Sentinel needs a node of its own, or only prefers one, on clusters of fewer nodes.'),
  downAfterMilliseconds: z
    .int()
    .min(1000)
    .max(60_000)
    .default(defaults.downAfterMilliseconds)
    .describe('Milliseconds for which the master may be unreachable before another is chosen.'),
  failoverTimeoutMilliseconds: z
    .int()
    .min(1000)
    .max(600_000)
    .default(defaults.failoverTimeoutMilliseconds)
    .describe('Milliseconds that a failover may take; twice that passes before the next attempt.'),
  minReplicasToWrite: z
    .int()
    .min(0)
    .max(5)
    .default(defaults.minReplicasToWrite)
    .describe('Replicas that must be in step for the master to take writes; at most replicas.'),
  replBacklogSize: byteSize()
    .default(defaults.replBacklogSize)
    .describe('Writes kept for a replica that was away, so that it needs no full copy.'),
  sentinel: z
    .strictObject({
      storage: storageValues(defaults.sentinel.storage),
      resources: resourcesValues(defaults.sentinel.resources),
    })
    .describe('Of each Sentinel.'),
  ...serverValues(defaults),
});
