/** Promises about failures: availability, and how soon and with how much of the data a system is back. */
import type { IConstruct } from 'constructs';
import { conditionOf } from '../objects/conditions';
import type { Recovery, RecoveryPoint } from '../tiers/recovery';
import type { Expr, Input } from '../values/expression';
import { atLeast, atMost, lessThan, not, or } from '../values/logic';
import { divide, multiply } from '../values/numbers';
import { str } from '../values/texts';
import type { Workload } from '../workload/workload';
import { demandOf } from './promise';

/** A tier each of whose pods can do the work of another. */
export interface ServingTier extends IConstruct {
  /** The workload of its pods. */
  readonly workload: Workload;
}

/** A tier with one pod that all its work, or a part of it, goes through. */
export interface RecoveringTier extends IConstruct {
  /** What becomes of its work when that pod is lost. */
  readonly recovery: Recovery;
}

/** What brings data back when volumes are lost. */
export interface BackupTier extends IConstruct {
  /** What backups may lack. */
  readonly recoveryPoint: RecoveryPoint;
}

/** What a promise would forbid, and is taken as it is. */
export interface Acknowledged {
  /** That nothing takes over from a primary by itself. @default false */
  readonly plainPrimary?: Input<boolean>;
  /** That what is lost with a volume does not come back. @default false */
  readonly noBackup?: Input<boolean>;
  /** That one database takes all writes of many users, or that the application spreads them by itself. @default false */
  readonly unshardedDatabase?: Input<boolean>;
}

export interface RecoveryPromises {
  readonly availability: Input<number | null>;
  readonly rtoSeconds: Input<number | null>;
  readonly rpoSeconds: Input<number | null>;
  readonly acknowledge: Required<Acknowledged>;
  readonly serving: readonly ServingTier[];
  readonly recovering: readonly RecoveringTier[];
  readonly backup: BackupTier | undefined;
}

/** Three nines are 43 minutes a month: time for one restart, and for no person to be found at night. */
const NEEDS_TWO_PODS = 99.9;

export function demandRecovery(objectives: IConstruct, promises: RecoveryPromises): void {
  for (const tier of promises.serving) demandTwoPods(objectives, tier, promises.availability);
  for (const tier of promises.recovering) demandFailover(objectives, tier, promises);
  demandBackups(objectives, promises);
}

function demandTwoPods(
  objectives: IConstruct,
  { node, workload }: ServingTier,
  availability: RecoveryPromises['availability'],
): void {
  const { fewest } = workload.podCount;
  demandOf(objectives, availability, (percent) => ({
    holds: or(not(conditionOf(workload)), lessThan(percent, NEEDS_TWO_PODS), atLeast(fewest, 2)),
    message: str`availability ${percent} % does not allow for the loss of the only pod, and ${node.id} may have ${fewest}; give it 2 replicas or more at the fewest, or promise less than ${NEEDS_TWO_PODS}.`,
  }));
}

function demandFailover(
  objectives: IConstruct,
  tier: RecoveringTier,
  { availability, rtoSeconds, acknowledge }: RecoveryPromises,
): void {
  const { node, recovery } = tier;
  const { failover, seconds, isAlone = true, remedy = 'use a tier that fails over' } = recovery;
  const isAbsent = or(not(conditionOf(tier)), not(isAlone));
  const isTaken: Input<boolean> = failover === 'manual' ? acknowledge.plainPrimary : false;
  const orAcknowledge = failover === 'manual' ? ', or set acknowledge.plainPrimary' : '';
  if (failover !== 'automatic') {
    demandOf(objectives, availability, (percent) => ({
      holds: or(
        isAbsent,
        isTaken,
        failover === 'manual' ? atMost(percent, NEEDS_TWO_PODS) : lessThan(percent, NEEDS_TWO_PODS),
      ),
      message:
        failover === 'manual'
          ? str`availability ${percent} % leaves no time for a person, and without one nothing takes over from the primary of ${node.id}, which is back after ${seconds} s at best; promise ${NEEDS_TWO_PODS} or less, use a database that fails over by itself${orAcknowledge}.`
          : str`availability ${percent} % does not allow for the loss of the only server, and ${node.id} has no other; ${remedy}, or promise less than ${NEEDS_TWO_PODS}.`,
    }));
  }
  demandOf(objectives, rtoSeconds, (promised) => ({
    holds: or(isAbsent, isTaken, atLeast(promised, seconds)),
    message: str`rtoSeconds ${promised} is less than the ${seconds} s after which ${node.id} ${
      failover === 'automatic' ? 'has failed over' : 'is back on its volume'
    }; raise it to ${seconds} or more${orAcknowledge}.`,
  }));
}

function demandBackups(objectives: IConstruct, { rpoSeconds, acknowledge, backup }: RecoveryPromises): void {
  const isThere: Input<boolean> = backup === undefined ? false : conditionOf(backup);
  demandOf(objectives, rpoSeconds, (promised) => ({
    holds: or(isThere, acknowledge.noBackup),
    message: str`rpoSeconds ${promised} needs backups, and there are none; switch ${backup?.node.id ?? 'them'} on, or set acknowledge.noBackup.`,
  }));
  if (backup === undefined) return;
  const { setting, value, times } = backup.recoveryPoint;
  const lost: Expr<number> = multiply(value, times);
  demandOf(objectives, rpoSeconds, (promised) => ({
    holds: or(not(isThere), atLeast(promised, lost)),
    message: str`rpoSeconds ${promised} is less than the ${lost} s of work that ${backup.node.id} may lack, ${times} times its ${setting} ${value}, as an upload may fail; lower that to ${divide(promised, times)} or less, or promise ${lost}.`,
  }));
}
