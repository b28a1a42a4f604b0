import { z } from 'zod';
import { byteSize, objectName, seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { redisCacheDefaults } from './redis-cache';
import type { redisClusterDefaults } from './redis-cluster';
import type { redisDefaults } from './redis-pod';

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
type Defaults<T> = Omit<Widen<T>, 'maxmemoryPolicy'> & { readonly maxmemoryPolicy: Policy };

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
