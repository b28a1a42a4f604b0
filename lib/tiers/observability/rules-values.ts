import { z } from 'zod';
import { percent } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import type { businessThresholdDefaults } from './rules/business';
import { LATENCY_BUCKETS, type modelSloDefaults, sloDefaults, type thresholdDefaults } from './rules/thresholds';

/** What an operator may set of the objectives of an API. */
export const sloValues = (defaults: Widen<typeof sloDefaults>) => ({
  availabilityPercent: z
    .number()
    .min(90)
    .max(99.999)
    .default(defaults.availabilityPercent)
    .describe("Percent of requests that must not end in a server's error, over 30 days."),
  latencyPercent: z
    .number()
    .min(95)
    .max(99.999)
    .default(defaults.latencyPercent)
    .describe('Percent of requests that must be answered in time, over 30 days.'),
  latencySeconds: z
    .enum(['0.05', '0.1', '0.25', '0.5', '1'])
    .default(sloDefaults.latencySeconds)
    .describe("Seconds that count as in time, in quotes: a bucket of the application's histogram."),
});

const share = (value: number, description: string) =>
  z.number().min(90).max(99.999).default(value).describe(`${description}, over 30 days.`);

/** What an operator may set of one of several objectives. */
export const latencyObjectiveValues = (defaults: LatencyDefaults) =>
  z
    .strictObject({
      percent: share(defaults.percent, 'Percent of requests that must be answered in time'),
      seconds: z
        .enum(LATENCY_BUCKETS)
        .default(defaults.seconds)
        .describe("Seconds that count as in time, in quotes: a bucket of the application's histogram."),
    })
    .describe(`${defaults.percent} % of requests within ${defaults.seconds} s.`);

interface LatencyDefaults {
  readonly percent: number;
  readonly seconds: (typeof LATENCY_BUCKETS)[number];
}

/** What an operator may set of an API that has several objectives, such as `{ p95: latencyObjectiveValues(…) }`, and counts its minutes. */
export const severalSloValues = <T extends z.core.$ZodLooseShape>(
  defaults: { readonly availabilityPercent: number; readonly uptimePercent: number },
  latency: T,
) => ({
  availabilityPercent: share(defaults.availabilityPercent, "Percent of requests that must not end in a server's error"),
  uptimePercent: share(defaults.uptimePercent, 'Percent of minutes in which the API must serve'),
  latency: z.strictObject(latency).describe('How many requests must be answered by when.'),
});

/** What an operator may set of the objectives of each model. */
export const modelSloValues = (defaults: Widen<typeof modelSloDefaults>) => ({
  availabilityPercent: z
    .number()
    .min(90)
    .max(99.999)
    .default(defaults.availabilityPercent)
    .describe("Percent of a model's requests that must not end in a server's error, over 30 days."),
  latencyPercent: z
    .number()
    .min(90)
    .max(99.999)
    .default(defaults.latencyPercent)
    .describe("Percent of a model's requests that must be answered within its server's latency target, over 30 days."),
});

const whole = (most: number, value: number, description: string) =>
  z.int().min(1).max(most).default(value).describe(description);

/** What an operator may set of the thresholds of alerts. */
export const thresholdValues = (defaults: Widen<typeof thresholdDefaults>) => ({
  errorPercent: percent().default(defaults.errorPercent).describe("Percent of requests that end in a server's error."),
  requestsInProgress: whole(
    100_000,
    defaults.requestsInProgress,
    'Requests that one pod of the API answers at a time.',
  ),
  throughputPercent: percent()
    .default(defaults.throughputPercent)
    .describe('Percent of the traffic of a day before, below which it is low.'),
  queryMilliseconds: whole(60_000, defaults.queryMilliseconds, "Milliseconds of a database's query, on average."),
  connectionsPercent: percent()
    .default(defaults.connectionsPercent)
    .describe("Percent of a database's connections, or of a pool's clients, that are taken."),
  replicationLagSeconds: whole(
    86_400,
    defaults.replicationLagSeconds,
    'Seconds by which a replica of a database is behind.',
  ),
  transactionSeconds: whole(86_400, defaults.transactionSeconds, 'Seconds for which a transaction has been open.'),
  poolWaitSeconds: whole(
    3600,
    defaults.poolWaitSeconds,
    'Seconds for which a client has waited for a connection of the pool.',
  ),
  cacheHitPercent: percent()
    .default(defaults.cacheHitPercent)
    .describe('Percent of lookups that the cache answers, below which it helps little.'),
  modelCacheHitPercent: percent()
    .default(defaults.modelCacheHitPercent)
    .describe('Percent of chunks of models that their cache has, below which starts are slow.'),
  memoryPercent: percent()
    .default(defaults.memoryPercent)
    .describe('Percent of a memory limit, of Redis and of any container.'),
  throttledPercent: percent()
    .default(defaults.throttledPercent)
    .describe('Percent of time in which a container is held back by its CPU limit.'),
  volumePercent: percent().default(defaults.volumePercent).describe('Percent of a volume that is full.'),
  backupHours: whole(
    8760,
    defaults.backupHours,
    'Hours since the newest backup was verified, where one is made each day.',
  ),
  archiveSeconds: whole(86_400, defaults.archiveSeconds, 'Seconds of work that is in no archive yet.'),
  drillDays: whole(365, defaults.drillDays, 'Days since a drill restored the backups, where there is one each week.'),
  certificateDays: whole(365, defaults.certificateDays, 'Days until a certificate expires.'),
});

/** What an operator may set beside them of an application that counts users and transactions. */
export const businessThresholdValues = (defaults: Widen<typeof businessThresholdDefaults>) => ({
  failedTransactionsPercent: percent()
    .default(defaults.failedTransactionsPercent)
    .describe("Percent of transactions that fail for a cause of the system's own."),
  transactionsExpected: whole(
    1_000_000,
    defaults.transactionsExpected,
    'Transactions in half an hour of the day before, above which none at all are worth an alert.',
  ),
});
