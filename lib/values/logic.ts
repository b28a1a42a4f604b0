/** Conditions: comparisons, their combinations, and whether a value is set. */
import { type Expr, type Input, type Json, literalOf, Operation, operation, type Scalar, toExpr } from './expression';

const toFloat = operation({
  name: 'toFloat',
  kind: 'float',
  evaluate: (number: number) => number,
  toGoTemplate: ([number]) => `float64 ${number}`,
});

/** Go compares only numbers of one type. */
function alike(a: Input<number>, b: Input<number>): readonly [Input<number>, Input<number>] {
  const kinds = [toExpr(a).kind, toExpr(b).kind];
  return kinds.includes('int') && kinds.includes('float') ? [toFloat(a), toFloat(b)] : [a, b];
}

function comparison(name: string, go: string, evaluate: (a: number, b: number) => boolean) {
  const compare = operation({ name, kind: 'bool', evaluate, toGoTemplate: ([a, b]) => `${go} ${a} ${b}` });
  return (a: Input<number>, b: Input<number>): Expr<boolean> => {
    const [left, right] = [toExpr(a), toExpr(b)];
    // Where both extremes agree, the bounds of the schema have decided already.
    const extreme = evaluate(left.least, right.most);
    return extreme === evaluate(left.most, right.least) ? toExpr(extreme) : compare(...alike(left, right));
  };
}

export const lessThan = comparison('lessThan', 'lt', (a, b) => a < b);
export const atMost = comparison('atMost', 'le', (a, b) => a <= b);
export const greaterThan = comparison('greaterThan', 'gt', (a, b) => a > b);
export const atLeast = comparison('atLeast', 'ge', (a, b) => a >= b);

const same = operation({
  name: 'equals',
  kind: 'bool',
  evaluate: (a: Scalar, b: Scalar) => a === b,
  toGoTemplate: ([a, b]) => `eq ${a} ${b}`,
});

/** Equality of two scalars of one type. */
export function equals<T extends Scalar>(a: Input<T>, b: Input<T>): Expr<boolean> {
  const [left, right] = [toExpr<Scalar>(a), toExpr<Scalar>(b)];
  if (left.kind !== 'int' && left.kind !== 'float') return same(left, right);
  return same(...alike(left as Expr<number>, right as Expr<number>));
}

const different = operation({
  name: 'differs',
  kind: 'bool',
  evaluate: (a: Scalar, b: Scalar) => a !== b,
  toGoTemplate: ([a, b]) => `ne ${a} ${b}`,
});

/** The comparison that holds where another does not. */
const OPPOSITES: Readonly<Record<string, (a: Expr<never>, b: Expr<never>) => Expr<boolean>>> = {
  lessThan: atLeast,
  atMost: greaterThan,
  greaterThan: atMost,
  atLeast: lessThan,
  equals: different,
  differs: same,
};

const conjunction = operation({
  name: 'and',
  kind: 'bool',
  evaluate: (...conditions: boolean[]) => conditions.every(Boolean),
  toGoTemplate: (conditions) => `and ${conditions.join(' ')}`,
  toGoCondition: (conditions) => `and ${conditions.join(' ')}`,
});

const disjunction = operation({
  name: 'or',
  kind: 'bool',
  evaluate: (...conditions: boolean[]) => conditions.some(Boolean),
  toGoTemplate: (conditions) => `or ${conditions.join(' ')}`,
  toGoCondition: (conditions) => `or ${conditions.join(' ')}`,
});

const negation = operation({
  name: 'not',
  kind: 'bool',
  evaluate: (condition: boolean) => !condition,
  toGoTemplate: ([condition]) => `not ${condition}`,
  toGoCondition: ([condition]) => `not ${condition}`,
});

/** True if the condition is not. A comparison turns into its opposite. */
export function not(condition: Input<boolean>): Expr<boolean> {
  if (!(condition instanceof Operation)) return negation(condition);
  const { name } = condition.spec;
  const operands = condition.operands() as readonly Expr<never>[];
  const [left, right] = operands;
  const opposite = OPPOSITES[name];
  if (opposite !== undefined && left !== undefined && right !== undefined) return opposite(left, right);
  if (name === 'not' && left !== undefined) return left;
  return name === 'or' ? and(...operands.map((operand) => not(operand))) : negation(condition);
}

/** True if all are. Literals and repetitions drop out. */
export function and(...conditions: readonly Input<boolean>[]): Expr<boolean> {
  if (conditions.some((condition) => literalOf(condition) === false)) return toExpr(false);
  return join(conjunction, true, conditions);
}

/** True if one is. Literals and repetitions drop out. */
export function or(...conditions: readonly Input<boolean>[]): Expr<boolean> {
  if (conditions.some((condition) => literalOf(condition) === true)) return toExpr(true);
  return join(disjunction, false, conditions);
}

function join(
  combine: (...conditions: Input<boolean>[]) => Expr<boolean>,
  neutral: boolean,
  conditions: readonly Input<boolean>[],
): Expr<boolean> {
  const distinct = new Map<string, Expr<boolean>>();
  for (const condition of conditions
    .map(toExpr)
    .flatMap((each) => sameOperation(each, combine === conjunction ? 'and' : 'or'))) {
    if (literalOf(condition) === undefined) distinct.set(condition.describe(), condition);
  }
  const rest = [...distinct.values()];
  return rest.length > 1 ? combine(...rest) : (rest[0] ?? toExpr(neutral));
}

/** The operands of a condition that is itself of this operation: `and a (and b c)` is `and a b c`. */
function sameOperation(condition: Expr<boolean>, name: string): readonly Expr<boolean>[] {
  return condition instanceof Operation && condition.spec.name === name
    ? (condition.operands() as Expr<boolean>[])
    : [condition];
}

/** Whether a nullable value is there. */
export const isSet = operation({
  name: 'isSet',
  kind: 'bool',
  casts: true,
  evaluate: (value: Json | null) => value !== null,
  toGoTemplate: ([value]) => `not (kindIs "invalid" ${value})`,
  toGoCondition: ([code], [value]) => (value?.truthy === true ? code : undefined),
});

/** A nullable value where it is known to be set: under `isSet` of it. */
export function valueOf<T extends Scalar>(value: Input<T | null>): Expr<T> {
  return toExpr(value) as Expr<T>;
}
