/** How long answers may take, where panels say so. */
import type { Limits } from './panels';

/** What answers of an API should take at the most, in milliseconds. */
export interface ResponseTimeTargets {
  /** Of ninety-five in a hundred. */
  readonly p95: number;
  /** Of ninety-nine in a hundred. */
  readonly p99: number;
}

export const responseTimeTargetDefaults: ResponseTimeTargets = { p95: 100, p99: 250 };

/** Orange above the target, and red far above it. */
export function limitsOf({ p95, p99 }: ResponseTimeTargets): Readonly<Record<keyof ResponseTimeTargets, Limits>> {
  return {
    p95: { warning: p95 / 1000, critical: (2.5 * p95) / 1000 },
    p99: { warning: p99 / 1000, critical: (4 * p99) / 1000 },
  };
}
