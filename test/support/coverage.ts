/** Which leaves and which sides of which conditions a set of values files has shown. */
import type { IConstruct } from 'constructs';
import { collectChecks, collectObjects } from '../../lib/output/collect';
import { turnsOf } from '../../lib/objects/checks';
import { type Expr, isExpr, literalOf, type Scope } from '../../lib/values/expression';
import { Fold } from '../../lib/values/folds';
import { scopesOf } from '../../lib/values/loops';
import { IN_CHART } from '../../lib/values/chart-facts';
import { Choice } from '../../lib/values/choice';
import { Each, EachEntry, Fragment, Keep, Late, Line, Merge, type Node, Text, When } from '../../lib/values/parts';
import { Checksum } from '../../lib/values/text';

/** Where a walk is: the scope, which is undefined in a part that a file leaves out, and the conditions around. */
interface Place {
  readonly scope: Scope | undefined;
  readonly around: readonly string[];
}

/** Sees a condition; the side is undefined where the condition is not reached. */
type See = (condition: string, side: boolean | undefined, around: readonly string[]) => void;

/** A condition of which one side was never seen. */
export interface OneSided {
  readonly condition: string;
  /** The side that was seen, if any. */
  readonly seen: string;
  /** Conditions that decide whether this one is asked for. */
  readonly around: readonly string[];
}

export class Coverage {
  private readonly sides = new Map<string, { readonly seen: Set<boolean>; readonly around: readonly string[] }>();
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
    const see: See = (condition, side, around) => {
      const { seen } = this.sides.get(condition) ?? { seen: new Set() };
      this.sides.set(condition, { seen, around });
      if (side === undefined || seen.has(side)) return;
      seen.add(side);
      news++;
    };
    for (const { condition, tree } of this.objects) {
      const place = seeCondition(condition, { scope, around: [] }, see);
      seeNode(tree, place.then, see);
    }
    for (const check of this.checks) {
      if (check.loops.length > 0) seeCondition(check.fails, { scope: undefined, around: [] }, see);
      for (const turn of turnsOf(check, scope)) seeCondition(check.fails, { scope: turn, around: [] }, see);
    }
    return news;
  }

  /** The share of leaves that a file has set. */
  get leafShare(): number {
    return this.set.size / this.leaves.length;
  }

  get missingLeaves(): readonly string[] {
    return this.leaves.filter((leaf) => !this.set.has(leaf));
  }

  isOneSided(condition: string): boolean {
    return (this.sides.get(condition)?.seen.size ?? 0) < 2;
  }

  get oneSided(): readonly OneSided[] {
    return [...this.sides]
      .filter(([condition]) => this.isOneSided(condition))
      .map(([condition, { seen, around }]) => ({ condition, seen: [...seen].join('') || 'nothing', around }));
  }

  get conditions(): number {
    return this.sides.size;
  }
}

/** What conditions are called; undefined for what only a chart has, which is compared by nobody. */
const names = new WeakMap<Expr<boolean>, { readonly name: string | undefined }>();

function nameOf(condition: Expr<boolean>): string | undefined {
  const known = names.get(condition);
  if (known !== undefined) return known.name;
  const description = condition.describe();
  const name = description.includes(IN_CHART.describe()) ? undefined : description;
  names.set(condition, { name });
  return name;
}

/** The places of both branches. */
function seeCondition(condition: Expr<boolean>, { scope, around }: Place, see: See) {
  const name = nameOf(condition);
  if (name === undefined) return { then: undefined, otherwise: { scope, around } };
  const side = literalOf(condition) ?? (scope && condition.evaluate(scope));
  const isLiteral = literalOf(condition) !== undefined;
  if (!isLiteral) {
    see(name, side, around);
    seeExpression(condition, { scope, around }, see);
  }
  const below = isLiteral ? around : [...around, name];
  return {
    then: { scope: side === true ? scope : undefined, around: below },
    otherwise: { scope: side === false ? scope : undefined, around: below },
  };
}

type Branching = Choice<unknown> | Fold;
const outermost = new WeakMap<Expr<unknown>, readonly Branching[]>();

/** What in an expression has conditions, and is in no other that has. */
function branchesIn(expression: Expr<unknown>): readonly Branching[] {
  if (expression instanceof Choice || expression instanceof Fold) return [expression];
  // Its text stands in an object, where it is seen in its loops.
  if (expression instanceof Checksum) return [];
  const branches = outermost.get(expression) ?? expression.operands().flatMap(branchesIn);
  outermost.set(expression, branches);
  return branches;
}

function seeExpression(expression: Expr<unknown>, place: Place, see: See): void {
  for (const branching of branchesIn(expression)) {
    if (branching instanceof Fold) {
      const { body, loop } = branching;
      const turns = place.scope === undefined ? [undefined] : scopesOf(loop, place.scope);
      for (const scope of turns) seeExpression(body, { ...place, scope }, see);
    } else {
      const { then, otherwise } = seeCondition(branching.condition, place, see);
      if (then) seeExpression(branching.then, then, see);
      seeExpression(branching.otherwise, otherwise, see);
    }
  }
}

const conditional = new WeakMap<object, boolean>();

/** Whether there is a condition anywhere in a part. Most of a tree has none, and is walked once. */
function hasConditions(node: Node | Line): boolean {
  if (typeof node !== 'object') return false;
  const has =
    conditional.get(node) ??
    (isExpr(node) ? branchesIn(node).length > 0 : node instanceof When || partsOf(node).some(hasConditions));
  conditional.set(node, has);
  return has;
}

function partsOf(node: Exclude<Node | Line, undefined | string | number | boolean>): readonly (Node | Line)[] {
  if (isExpr(node)) return [];
  if (node instanceof Each || node instanceof EachEntry) return [node.body];
  if (node instanceof Fragment) return [node.body()];
  if (node instanceof Keep) return [node.part];
  if (node instanceof Late) return [node.node];
  if (node instanceof When) return [node.then, node.otherwise];
  if (node instanceof Text) return node.items;
  return node instanceof Line || node instanceof Merge ? node.parts : Object.values(node);
}

function seeNode(node: Node | Line, place: Place | undefined, see: See): void {
  if (typeof node !== 'object' || place === undefined || !hasConditions(node)) return;
  const { scope } = place;
  if (isExpr(node)) seeExpression(node, place, see);
  else if (node instanceof When) {
    const { then, otherwise } = seeCondition(node.condition, place, see);
    seeNode(node.then, then, see);
    seeNode(node.otherwise, otherwise, see);
  } else if (node instanceof Each || node instanceof EachEntry) {
    seeNode(node.body, { ...place, scope: undefined }, see);
    if (scope) for (const inner of scopesOf(node, scope)) seeNode(node.body, { ...place, scope: inner }, see);
  } else for (const part of partsOf(node)) seeNode(part, place, see);
}
