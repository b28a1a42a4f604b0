import { z } from 'zod';
import { seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { pgBouncerDefaults } from './pgbouncer';

/** What an operator may set of a PgBouncer. */
export const pgBouncerValues = (defaults: Widen<typeof pgBouncerDefaults>) => ({
  image: imageValues(defaults.image),
  exporter: z.strictObject({
    image: imageValues(defaults.exporter.image),
    resources: resourcesValues(defaults.exporter.resources),
  }),
  replicas: z
    .int()
    .min(1)
    .max(50)
    .default(defaults.replicas)
    .describe('Pods, each with pools of its own. PgBouncer runs on one core: more clients need more pods.'),
  defaultPoolSize: z
    .int()
    .min(1)
    .max(1000)
    .default(defaults.defaultPoolSize)
    .describe(
      "Server connections that one pod keeps per user and database; times the pods, must fit the server's maxConnections.",
    ),
  reservePoolSize: z
    .int()
    .min(0)
    .max(1000)
    .default(defaults.reservePoolSize)
    .describe('Server connections that a pool may add when clients have waited for 3 seconds.'),
  maxClientConn: z.int().min(10).max(50_000).default(defaults.maxClientConn).describe('Clients of one pod.'),
  maxPreparedStatements: z
    .int()
    .min(0)
    .max(10_000)
    .default(defaults.maxPreparedStatements)
    .describe('Prepared statements that each server connection keeps; 0 switches them off.'),
  queryWaitTimeoutSeconds: seconds(3600)
    .min(1)
    .default(defaults.queryWaitTimeoutSeconds)
    .describe('Seconds that a query waits for a server connection before it fails.'),
  clientLifetimeSeconds: seconds(3600)
    .min(5)
    .default(defaults.clientLifetimeSeconds)
    .describe('Seconds for which clients keep a connection; a pod that stops waits for that long, and a little more.'),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
