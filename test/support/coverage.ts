/** Which leaves and which sides of which conditions a set of values files has shown. */
import type { IConstruct } from 'constructs';
import { collectChecks, collectObjects } from '../../lib/output/collect';
import { turnsOf } from '../../lib/objects/checks';
import { type Expr, isExpr, literalOf, type Scope } from '../../lib/values/expression';
import { Fold } from '../../lib/values/folds';
import { scopesOf } from '../../lib/values/loops';
import { IN_CHART } from '../../lib/values/chart-facts';
import { Choice } from '../../lib/values/choice';
import {
  Each,
  EachEntry,
  Fragment,
  Keep,
  Late,
  Line,
  Merge,
  type Node,
  Passage,
  Text,
  When,
} from '../../lib/values/parts';
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
      // What it loops over must have entries for it to be asked at all.
      const around = check.loops.map(({ over }) => over.describe());
      if (around.length > 0) seeCondition(check.fails, { scope: undefined, around }, see);
      for (const turn of turnsOf(check, scope)) seeCondition(check.fails, { scope: turn, around }, see);
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

/** The places of both branches. */
function seeCondition(condition: Expr<boolean>, { scope, around }: Place, see: See) {
  const name = condition.describe();
  // What only a chart has is compared by nobody.
  if (name.includes(IN_CHART.describe())) return { then: undefined, otherwise: { scope, around } };
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

function seeExpression(expression: Expr<unknown>, place: Place, see: See): void {
  // Its text stands in an object, where it is seen in its loops.
  if (expression instanceof Checksum) return;
  if (expression instanceof Fold) {
    const { body, loop } = expression;
    const turns = place.scope === undefined ? [undefined] : scopesOf(loop, place.scope);
    for (const scope of turns) seeExpression(body, { ...place, scope }, see);
    return;
  }
  if (!(expression instanceof Choice)) {
    for (const operand of expression.operands()) seeExpression(operand, place, see);
    return;
  }
  const { then, otherwise } = seeCondition(expression.condition, place, see);
  if (then) seeExpression(expression.then, then, see);
  seeExpression(expression.otherwise, otherwise, see);
}

function seeNode(node: Node | Line, place: Place | undefined, see: See): void {
  if (typeof node !== 'object' || place === undefined) return;
  const below = (part: Node | Line, inner: Place | undefined = place) => {
    seeNode(part, inner, see);
  };
  const { scope } = place;
  if (isExpr(node)) seeExpression(node, place, see);
  else if (node instanceof When) {
    const { then, otherwise } = seeCondition(node.condition, place, see);
    if (then) below(node.then, then);
    below(node.otherwise, otherwise);
  } else if (node instanceof Each || node instanceof EachEntry) {
    // What is looped over must have entries for its body to be seen.
    const around = [...place.around, node.over.describe()];
    below(node.body, { scope: undefined, around });
    if (scope) for (const inner of scopesOf(node, scope)) below(node.body, { scope: inner, around });
  } else if (node instanceof Fragment) below(node.body());
  else if (node instanceof Passage) below(node.content);
  else if (node instanceof Keep) below(node.part);
  else if (node instanceof Late) below(node.node);
  else {
    const children: readonly (Node | Line | Expr<unknown>)[] =
      node instanceof Text
        ? node.items
        : node instanceof Line || node instanceof Merge
          ? node.parts
          : Object.values(node);
    for (const child of children) below(child);
  }
}
