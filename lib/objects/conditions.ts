/** Conditions belong to scopes: an object is there if the conditions of all scopes around it hold. */
import type { IConstruct } from 'constructs';
import { type Expr, type Input, toExpr } from '../values/expression';
import { and } from '../values/logic';

const conditions = new WeakMap<IConstruct, Expr<boolean>>();

/** Makes all that a scope holds depend on a condition. Call it before the scope gets children. */
export function onlyWhen(scope: IConstruct, condition: Input<boolean>): void {
  conditions.set(scope, and(conditions.get(scope) ?? true, condition));
}

/** The condition under which what stands in this scope is there. */
export function conditionOf(scope: IConstruct): Expr<boolean> {
  const all = scope.node.scopes
    .map((ancestor) => conditions.get(ancestor))
    .filter((condition) => condition !== undefined);
  return all.length === 0 ? toExpr(true) : and(...all);
}
