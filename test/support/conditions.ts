/**
 * The conditions of a system: those under which parts are there, those between two values, and those of its checks. They
 * are taken from the trees once, so that a values file is asked for them alone, not for all that stands between them.
 */
import type { IConstruct } from 'constructs';
import { collectChecks, collectObjects } from '../../lib/output/collect';
import { IN_CHART } from '../../lib/values/chart-facts';
import { Choice } from '../../lib/values/choice';
import { type Expr, isExpr, literalOf, type Scope } from '../../lib/values/expression';
import { Fold } from '../../lib/values/folds';
import { scopesOf } from '../../lib/values/loops';
import {
  Each,
  EachEntry,
  Entry,
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

/** A condition by its number: what is asked before it is known, and what is asked on either side of it. */
interface Branch {
  readonly condition: Expr<boolean>;
  /** Undefined where the side is known from the start. */
  readonly number: number | undefined;
  readonly within: Plan;
  readonly then: Plan;
  readonly otherwise: Plan;
}

/** What is asked in each turn of a loop. */
interface Turns {
  readonly loop: Each | EachEntry;
  readonly body: Plan;
}

type Steps = readonly (Branch | Turns)[];

/** What is asked of a values file at one place, in order. */
export interface Plan {
  readonly steps: Steps;
  /** The numbers of all conditions in it. */
  readonly numbers: readonly number[];
}

const NOTHING: Plan = { steps: [], numbers: [] };

function planOf(steps: Steps): Plan {
  if (steps.length === 0) return NOTHING;
  const numbers = steps.flatMap((step) =>
    'loop' in step
      ? step.body.numbers
      : [step.number ?? [], step.within.numbers, step.then.numbers, step.otherwise.numbers].flat(),
  );
  return { steps, numbers: [...new Set(numbers)] };
}

/** A condition as its operations describe it, and the conditions and loops that decide whether it is asked for. */
export interface Condition {
  readonly name: string;
  readonly around: readonly string[];
}

export class Conditions {
  /** All that is asked of objects and by checks. */
  readonly plan: Plan;
  /** Texts that checks compare values with, such as the names of keys that are not the user's to set. */
  readonly words: readonly string[];
  /** Conditions by their numbers. Those that are described alike are one. */
  readonly all: Condition[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(system: IConstruct) {
    const objects = collectObjects(system).flatMap(({ condition, tree }) =>
      this.ofNode(new When(condition, tree, undefined), []),
    );
    const checks = collectChecks(system);
    const asked = checks.flatMap(({ fails, loops }) => {
      const around = loops.map(({ over }) => over.describe());
      const nothing = () => NOTHING;
      return loops.reduceRight<Steps>(
        (steps, loop) => turns(loop, steps),
        this.ofCondition(fails, around, nothing, nothing),
      );
    });
    this.plan = planOf([...objects, ...asked]);
    this.words = [...new Set(checks.flatMap(({ fails }) => wordsIn(fails)))].sort();
  }

  private numberOf(name: string, around: readonly string[]): number {
    const number = this.numbers.get(name) ?? this.all.length;
    this.numbers.set(name, number);
    this.all[number] = { name, around };
    return number;
  }

  private ofCondition(
    condition: Expr<boolean>,
    around: readonly string[],
    then: (around: readonly string[]) => Plan,
    otherwise: (around: readonly string[]) => Plan,
  ): Steps {
    const name = condition.describe();
    // What only a chart has is compared by nobody.
    if (name.includes(IN_CHART.describe())) return otherwise(around).steps;
    const isKnown = literalOf(condition) !== undefined;
    const number = isKnown ? undefined : this.numberOf(name, around);
    const below = isKnown ? around : [...around, name];
    const within = planOf(this.ofExpression(condition, around));
    const branch = { condition, number, within, then: then(below), otherwise: otherwise(below) };
    return planOf([branch]).numbers.length === 0 ? [] : [branch];
  }

  private ofExpression(expression: Expr<unknown>, around: readonly string[]): Steps {
    // Its text stands in an object, where it is seen in its loops.
    if (expression instanceof Checksum) return [];
    if (expression instanceof Fold) return turns(expression.loop, this.ofExpression(expression.body, around));
    if (expression instanceof Choice) {
      return this.ofCondition(
        expression.condition,
        around,
        (below) => planOf(this.ofExpression(expression.then, below)),
        (below) => planOf(this.ofExpression(expression.otherwise, below)),
      );
    }
    return expression.operands().flatMap((operand) => this.ofExpression(operand, around));
  }

  private ofNode(node: Node | Line, around: readonly string[]): Steps {
    if (typeof node !== 'object') return [];
    const ofParts = (parts: readonly (Node | Line)[]) => parts.flatMap((part) => this.ofNode(part, around));
    if (isExpr(node)) return this.ofExpression(node, around);
    if (node instanceof When) {
      return this.ofCondition(
        node.condition,
        around,
        (below) => planOf(this.ofNode(node.then, below)),
        (below) => planOf(this.ofNode(node.otherwise, below)),
      );
    }
    // What is looped over must have entries for its body to be asked.
    if (node instanceof Each || node instanceof EachEntry)
      return turns(node, this.ofNode(node.body, [...around, node.over.describe()]));
    if (node instanceof Fragment) return ofParts([node.body()]);
    if (node instanceof Passage) return ofParts([node.content]);
    if (node instanceof Keep) return ofParts([node.part]);
    if (node instanceof Late) return ofParts([node.node]);
    if (node instanceof Entry) return ofParts([node.key, node.body]);
    if (node instanceof Text) return ofParts(node.items);
    return ofParts(node instanceof Line || node instanceof Merge ? node.parts : Object.values(node));
  }
}

function turns(loop: Each | EachEntry, steps: Steps): readonly Turns[] {
  return steps.length === 0 ? [] : [{ loop, body: planOf(steps) }];
}

function wordsIn(expression: Expr<unknown>): readonly string[] {
  const own = [literalOf(expression)].flat().filter((literal) => typeof literal === 'string');
  return [...own, ...expression.operands().flatMap(wordsIn)];
}

/**
 * Asks a values file for the conditions of a plan.
 * @param isSettled tells whether nothing that a plan asks for is of interest any more
 */
export function ask(
  plan: Plan,
  scope: Scope,
  isSettled: (plan: Plan) => boolean,
  see: (number: number, side: boolean) => void,
): void {
  if (plan.steps.length === 0 || isSettled(plan)) return;
  for (const step of plan.steps) {
    if ('loop' in step) {
      if (isSettled(step.body)) continue;
      for (const turn of scopesOf(step.loop, scope)) ask(step.body, turn, isSettled, see);
      continue;
    }
    const side = step.condition.evaluate(scope);
    if (step.number !== undefined) see(step.number, side);
    ask(step.within, scope, isSettled, see);
    ask(side ? step.then : step.otherwise, scope, isSettled, see);
  }
}
