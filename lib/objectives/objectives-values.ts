import { z } from 'zod';
import { byteSize, cpu } from '../values/leaves';

/** What a system promises unless its operator says otherwise; null for nothing. */
export interface PromisedByDefault {
  /** Users at a time. */
  readonly users: number | null;
  /** Requests in a second. */
  readonly requestsPerSecond: number | null;
  /** Milliseconds in which almost all requests are answered. */
  readonly latencyMilliseconds: number;
  /** Connections of clients at a time. */
  readonly connections: number | null;
  /** Percent of the time. */
  readonly availability: number | null;
  /** Seconds after which all is back when a pod was lost. */
  readonly rtoSeconds: number | null;
  /** Seconds of the newest work that may be lost with a volume. */
  readonly rpoSeconds: number | null;
  /** What all pods may take. */
  readonly budget: { readonly memory: string | null; readonly cpu: string | null; readonly nodes: number };
  /** What promises would forbid, and is taken as it is. */
  readonly acknowledge: {
    readonly plainPrimary: boolean;
    readonly noBackup: boolean;
    readonly unshardedDatabase: boolean;
  };
}

const count = (most: number, given: number | null, what: string) =>
  z.int().min(1).max(most).nullable().default(given).describe(`${what}; null promises nothing.`);

/** What an operator may set of Objectives. A system leaves out what it has no use for. */
export const objectivesValues = (defaults: PromisedByDefault) => ({
  users: count(1_000_000, defaults.users, 'Users at a time'),
  requestsPerSecond: count(1_000_000, defaults.requestsPerSecond, 'Requests per second'),
  latencyMilliseconds: z
    .int()
    .min(1)
    .max(60_000)
    .default(defaults.latencyMilliseconds)
    .describe('Milliseconds in which almost all requests are answered.'),
  connections: count(1_000_000, defaults.connections, 'Connections of clients at a time'),
  availability: z
    .number()
    .min(90)
    .max(99.999)
    .nullable()
    .default(defaults.availability)
    .describe('Percent of the time; null promises nothing.'),
  rtoSeconds: count(86_400, defaults.rtoSeconds, 'Seconds after which all is back when a pod was lost'),
  rpoSeconds: count(86_400, defaults.rpoSeconds, 'Seconds of the newest work that may be lost with a volume'),
  budget: z
    .strictObject({
      memory: byteSize()
        .nullable()
        .default(defaults.budget.memory)
        .describe('For the memory limits of all pods; null for no other bound than the built-in one.'),
      cpu: cpu()
        .nullable()
        .default(defaults.budget.cpu)
        .describe('For the CPU requests of all pods; null for no other bound than the built-in one.'),
      nodes: z
        .int()
        .min(1)
        .max(1000)
        .default(defaults.budget.nodes)
        .describe('Nodes of the cluster, each of which counts for what runs on every node.'),
    })
    .describe(
      'What all pods may take together, but for the one that a rollout adds for a while and those that a person starts.',
    ),
  acknowledge: z
    .strictObject({
      plainPrimary: z
        .boolean()
        .default(defaults.acknowledge.plainPrimary)
        .describe('Promise although nothing takes over from the primary of the database by itself.'),
      noBackup: z
        .boolean()
        .default(defaults.acknowledge.noBackup)
        .describe('Promise although what is lost with a volume does not come back.'),
      unshardedDatabase: z
        .boolean()
        .default(defaults.acknowledge.unshardedDatabase)
        .describe('Promise although one database takes all writes, or the application spreads them itself.'),
    })
    .describe('What promises would forbid, and is taken as it is.'),
});
