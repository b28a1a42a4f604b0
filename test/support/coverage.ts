/** Which leaves and which sides of which conditions a set of values files has shown. */
import type { IConstruct } from 'constructs';
import { collectChecks, collectObjects } from '../../lib/output/collect';
import { type Expr, isExpr, literalOf, type Scope } from '../../lib/values/expression';
import { scopesOf } from '../../lib/values/loops';
import { Choice, IN_CHART } from '../../lib/values/operations';
import { Each, EachEntry, Fragment, Keep, Late, Line, Merge, type Node, Text, When } from '../../lib/values/parts';

/** Sees a condition; the side is undefined where the condition stands in a part that a file leaves out. */
type See = (condition: string, side: boolean | undefined) => void;

export class Coverage {
  private readonly sides = new Map<string, Set<boolean>>();
  private readonly set = new Set<string>();
  private readonly objects;
  private readonly checks;

  constructor(
    system: IConstruct,
    private readonly leaves: readonly string[],
  ) {
    this.objects = collectObjects(system);
    this.checks = collectChecks(system);
  }

  /** Texts that conditions compare values with, such as the names of keys that are not the user's to set. */
  get words(): readonly string[] {
    const words = new Set<string>();
    const collect = (expression: Expr<unknown>): void => {
      for (const literal of [literalOf(expression)].flat()) if (typeof literal === 'string') words.add(literal);
      expression.operands().forEach(collect);
    };
    for (const { fails } of this.checks) collect(fails);
    return [...words].sort();
  }

  /** Takes a file into account; returns how much of it is new. */
  add(scope: Scope, leaves: readonly string[]): number {
    let news = leaves.filter((leaf) => !this.set.has(leaf)).length;
    leaves.forEach((leaf) => this.set.add(leaf));
    const see: See = (condition, side) => {
      const sides = this.sides.get(condition) ?? new Set();
      this.sides.set(condition, sides);
      if (side === undefined || sides.has(side)) return;
      sides.add(side);
      news++;
    };
    for (const { condition, tree } of this.objects) {
      const isThere = seeCondition(condition, scope, see);
      seeNode(tree, isThere === true ? scope : undefined, see);
    }
    for (const { fails } of this.checks) seeCondition(fails, scope, see);
    return news;
  }

  /** The share of leaves that a file has set. */
  get leafShare(): number {
    return this.set.size / this.leaves.length;
  }

  get missingLeaves(): readonly string[] {
    return this.leaves.filter((leaf) => !this.set.has(leaf));
  }

  /** Conditions of which one side was never seen, with the side that was. */
  get oneSided(): readonly string[] {
    return [...this.sides]
      .filter(([, sides]) => sides.size < 2)
      .map(([condition, sides]) => `${condition}: only ${[...sides].join('') || 'unreached'}`);
  }

  get conditions(): number {
    return this.sides.size;
  }
}

function seeCondition(condition: Expr<boolean>, scope: Scope | undefined, see: See): boolean | undefined {
  const literal = literalOf(condition);
  if (literal !== undefined) return literal;
  if (condition === IN_CHART) return false;
  const side = scope && condition.evaluate(scope);
  see(condition.describe(), side);
  seeExpression(condition, scope, see);
  return side;
}

function seeExpression(expression: Expr<unknown>, scope: Scope | undefined, see: See): void {
  if (!(expression instanceof Choice)) {
    for (const operand of expression.operands()) seeExpression(operand, scope, see);
    return;
  }
  const side = seeCondition(expression.condition, scope, see);
  seeExpression(expression.then, side === true ? scope : undefined, see);
  seeExpression(expression.otherwise, side === false ? scope : undefined, see);
}

function seeNode(node: Node | Line, scope: Scope | undefined, see: See): void {
  const below = (part: Node | Line, inner: Scope | undefined) => {
    seeNode(part, inner, see);
  };
  if (typeof node !== 'object') return;
  if (isExpr(node)) seeExpression(node, scope, see);
  else if (node instanceof When) {
    const side = seeCondition(node.condition, scope, see);
    below(node.then, side === true ? scope : undefined);
    below(node.otherwise, side === false ? scope : undefined);
  } else if (node instanceof Each || node instanceof EachEntry) {
    below(node.body, undefined);
    if (scope) for (const inner of scopesOf(node, scope)) below(node.body, inner);
  } else if (node instanceof Fragment) below(node.body(), scope);
  else if (node instanceof Keep) below(node.part, scope);
  else if (node instanceof Late) below(node.node, scope);
  else {
    const children: readonly (Node | Line | Expr<unknown>)[] =
      node instanceof Text
        ? node.items
        : node instanceof Line || node instanceof Merge
          ? node.parts
          : Object.values(node);
    for (const child of children) below(child, scope);
  }
}
