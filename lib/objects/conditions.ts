/** Conditions belong to scopes: an object is there if the conditions of all scopes around it hold. */
import type { IConstruct } from 'constructs';
import { type Expr, type Input, toExpr } from '../values/expression';
import { and } from '../values/logic';

const ALWAYS = toExpr(true);

const conditions = new WeakMap<IConstruct, Expr<boolean>>();

/** Makes all that a scope holds depend on a condition. Call it before the scope gets children. */
export function onlyWhen(scope: IConstruct, condition: Input<boolean>): void {
  conditions.set(scope, and(conditions.get(scope) ?? true, condition));
}

/** The condition under which what stands in this scope is there. */
export function conditionOf(scope: IConstruct): Expr<boolean> {
  const all: Expr<boolean>[] = [];
  for (let at: IConstruct | undefined = scope; at !== undefined; at = at.node.scope) {
    const condition = conditions.get(at);
    if (condition !== undefined) all.unshift(condition);
  }
  return all.length === 0 ? ALWAYS : and(...all);
}
