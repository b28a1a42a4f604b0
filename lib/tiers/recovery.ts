/** What becomes of a tier's work when a pod or a volume is lost: what a system can promise of it. */
import type { Input } from '../values/expression';

/** When the pod is lost that all work, or a part of it, goes through. */
export interface Recovery {
  /** Whether another takes over: `manual` where a person has it do so, `none` where there is no other. */
  readonly failover: 'automatic' | 'manual' | 'none';
  /** Until work goes on: where nothing takes over by itself, until the pod is back on its volume. */
  readonly seconds: number;
  /** Whether there is no other pod that does the same; where there is, nobody waits. @default true */
  readonly isAlone?: Input<boolean>;
  /** What gives it another, for messages. @default use a tier that fails over */
  readonly remedy?: string;
}

/** How much of the newest work backups may lack: as many times the seconds of a setting. */
export interface RecoveryPoint {
  /** Name of the setting, for messages. */
  readonly setting: string;
  /** Its seconds. */
  readonly value: Input<number>;
  /** How many of them may be lost. */
  readonly times: number;
}
