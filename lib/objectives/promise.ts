import type { IConstruct } from 'constructs';
import { type Demand, demand } from '../objects/checks';
import { type Expr, type Input, literalOf } from '../values/expression';
import { isSet, not, or, valueOf } from '../values/logic';

/** Demands what a promise asks for, where it is given. */
export function demandOf(
  construct: IConstruct,
  promise: Input<number | null>,
  ask: (given: Expr<number>) => Demand,
): void {
  if (literalOf(promise) === null) return;
  const { holds, message } = ask(valueOf(promise));
  demand(construct, or(not(isSet(promise)), holds), message);
}
