import { z } from 'zod';
import { objectName, seconds, sqlName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { postgresDefaults } from './postgres';

/** What an operator may set of a Postgres. */
export const postgresValues = (defaults: Widen<typeof postgresDefaults> & { readonly database: string }) => ({
  image: imageValues(defaults.image),
  database: sqlName().default(defaults.database).describe("Name of the application's database."),
  username: sqlName()
    .nullable()
    .default(defaults.username)
    .describe("Role that owns the database and logs in for the application; null for the database's name."),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(
      'Secret with the keys postgres-password, replication-password, password and pooler-password; null for <release>-postgres.',
    ),
  replicas: z
    .int()
    .min(0)
    .max(8)
    .default(defaults.replicas)
    .describe('Streaming replicas beside the primary, for reads.'),
  maxConnections: z
    .int()
    .min(20)
    .max(5000)
    .default(defaults.maxConnections)
    .describe('max_connections of every server.'),
  maxWalSenders: z
    .int()
    .min(2)
    .max(100)
    .default(defaults.maxWalSenders)
    .describe('Walsenders and replication slots; raising replicas within it restarts nothing.'),
  maxReplicationLagSeconds: seconds(3600)
    .min(1)
    .default(defaults.maxReplicationLagSeconds)
    .describe('Seconds that a replica may be behind and still serve reads.'),
  logMinDurationStatement: z
    .int()
    .min(-1)
    .max(3_600_000)
    .default(defaults.logMinDurationStatement)
    .describe('Milliseconds from which a statement is logged; -1 for none.'),
  terminationGracePeriodSeconds: seconds(3600)
    .min(30)
    .default(defaults.terminationGracePeriodSeconds)
    .describe('Seconds for open transactions to be ended and the shutdown checkpoint to be written.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  exporter: z.strictObject({
    image: imageValues(defaults.exporter.image),
    resources: resourcesValues(defaults.exporter.resources),
  }),
  ...podValues,
});

/** What an operator may set beside that of a Postgres whose replica can be promoted, and whose connections can be encrypted. */
export const promotablePostgresValues = (
  defaults: Widen<Pick<typeof postgresDefaults, 'tls' | 'synchronousReplicas'>> & { readonly promoted: boolean },
) => ({
  promoted: z
    .boolean()
    .default(defaults.promoted)
    .describe("Whether replica 0 takes the primary's place, which then is its standby."),
  synchronousReplicas: z
    .int()
    .min(0)
    .max(8)
    .default(defaults.synchronousReplicas)
    .describe(
      'Standbys that must have a transaction on disk before it is acknowledged; writes wait where there are fewer.',
    ),
  tls: z.strictObject({
    enabled: z.boolean().default(defaults.tls.enabled).describe('Encrypts all connections from other pods.'),
    existingSecret: objectName()
      .nullable()
      .default(defaults.tls.existingSecret)
      .describe('Secret with the keys tls.crt, tls.key and ca.crt; null for <release>-postgres-tls.'),
  }),
});
