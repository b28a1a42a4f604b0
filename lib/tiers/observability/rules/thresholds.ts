/** From where on something is worth an alert: what operators set, with defaults. */
import type { Input } from '../../../values/expression';

/** Seconds at which every application's histogram has a bucket, or `0.3`, where an objective asks for one. */
export const LATENCY_BUCKETS = ['0.05', '0.1', '0.25', '0.3', '0.5', '1'] as const;

/** How many requests must be answered by when. */
export interface LatencyObjective {
  /** Percent of requests that must be answered in time, over 30 days; 90 to 99.999. */
  readonly percent: Input<number>;
  /** Seconds that count as in time: a bucket of the application's histogram. */
  readonly seconds: Input<(typeof LATENCY_BUCKETS)[number]>;
}

/** What the API promises to its users. */
export interface Slo {
  /** Percent of requests that must not end in a server's error, over 30 days; 90 to 99.999. @default 99.9 */
  readonly availabilityPercent?: Input<number>;
  /** Percent of requests that must be answered in time, over 30 days; 95 to 99.999. @default 95 */
  readonly latencyPercent?: Input<number>;
  /** Seconds that count as in time: a bucket of the application's histogram. @default 0.1 */
  readonly latencySeconds?: LatencyObjective['seconds'];
  /**
   * Several objectives in place of `latencyPercent` and `latencySeconds`, by the label `objective` of their series and
   * alerts, such as `p95` and `p99`.
   * @default - one, without that label
   */
  readonly latency?: Readonly<Record<string, LatencyObjective>>;
  /** Percent of the minutes of 30 days in which the API serves; 90 to 99.999. @default - its minutes are not counted */
  readonly uptimePercent?: Input<number>;
}

/** Defaults of `Slo`. */
export const sloDefaults = { availabilityPercent: 99.9, latencyPercent: 95, latencySeconds: '0.1' } as const;

/** An objective by its name, where there are several. */
export interface NamedObjective extends LatencyObjective {
  readonly name: string | undefined;
}

/** All that a promise says of the time to an answer. */
export function latencyObjectives(slo: Slo): readonly NamedObjective[] {
  const { latency, latencyPercent, latencySeconds } = { ...sloDefaults, ...slo };
  if (latency === undefined) return [{ name: undefined, percent: latencyPercent, seconds: latencySeconds }];
  return Object.entries(latency).map(([name, objective]) => ({ name, ...objective }));
}

/** What each model promises to its clients, through the gateway. */
export interface ModelSlo {
  /** Percent of requests that must not end in a server's error, over 30 days; 90 to 99.999. @default 99.9 */
  readonly availabilityPercent?: Input<number>;
  /** Percent of requests that must be answered within the latency target of their server, over 30 days; 90 to 99.999. @default 95 */
  readonly latencyPercent?: Input<number>;
}

/** Defaults of `ModelSlo`. */
export const modelSloDefaults = { availabilityPercent: 99.9, latencyPercent: 95 } as const;

/** Where alerts begin. */
export interface Thresholds {
  /** Percent of requests that end in a server's error. @default 1 */
  readonly errorPercent?: Input<number>;
  /** Requests that one pod of the API answers at a time. @default 100 */
  readonly requestsInProgress?: Input<number>;
  /** Percent of the traffic of a day before, below which it is low. @default 50 */
  readonly throughputPercent?: Input<number>;
  /** Milliseconds of a database's query, on average. @default 50 */
  readonly queryMilliseconds?: Input<number>;
  /** Percent of a database's connections that are taken. @default 80 */
  readonly connectionsPercent?: Input<number>;
  /** Seconds by which a replica of a database is behind. @default 10 */
  readonly replicationLagSeconds?: Input<number>;
  /** Seconds for which a transaction has been open. @default 600 */
  readonly transactionSeconds?: Input<number>;
  /** Seconds for which a client has waited for a connection of the pool. @default 5 */
  readonly poolWaitSeconds?: Input<number>;
  /** Percent of lookups that the cache answers, below which it helps little. @default 95 */
  readonly cacheHitPercent?: Input<number>;
  /** Percent of chunks of models that their cache has, below which starts are slow. @default 90 */
  readonly modelCacheHitPercent?: Input<number>;
  /** Percent of a memory limit, of Redis and of any container. @default 90 */
  readonly memoryPercent?: Input<number>;
  /** Percent of time in which a container is held back by its CPU limit. @default 25 */
  readonly throttledPercent?: Input<number>;
  /** Percent of a volume that is full. @default 85 */
  readonly volumePercent?: Input<number>;
  /** Hours since the newest backup of a daily schedule was verified. @default 26 */
  readonly backupHours?: Input<number>;
  /** Seconds of work that is in no archive yet. @default 300 */
  readonly archiveSeconds?: Input<number>;
  /** Days since a drill restored the backups, of a weekly schedule. @default 8 */
  readonly drillDays?: Input<number>;
  /** Days until a certificate expires. @default 21 */
  readonly certificateDays?: Input<number>;
}

/** Defaults of `Thresholds`. */
export const thresholdDefaults = {
  errorPercent: 1,
  requestsInProgress: 100,
  throughputPercent: 50,
  queryMilliseconds: 50,
  connectionsPercent: 80,
  replicationLagSeconds: 10,
  transactionSeconds: 600,
  poolWaitSeconds: 5,
  cacheHitPercent: 95,
  modelCacheHitPercent: 90,
  memoryPercent: 90,
  throttledPercent: 25,
  volumePercent: 85,
  backupHours: 26,
  archiveSeconds: 300,
  drillDays: 8,
  certificateDays: 21,
} as const;
