/** Conditions: comparisons, their combinations, and whether a value is set. */
import { type Expr, type Input, type Json, type Scalar, literalOf, toExpr } from './expression';
import { once } from './once';
import { Operation, type OperationSpec, operation } from './operation';
import { present } from './unchecked';

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

type Comparison<T extends Scalar> = OperationSpec<[T, T], boolean>;

const LESS_THAN: Comparison<number> = {
  name: 'lessThan',
  kind: 'bool',
  evaluate: (a, b) => a < b,
  toGoTemplate: ([a, b]) => `lt ${a} ${b}`,
  opposite: () => AT_LEAST,
};

const AT_LEAST: Comparison<number> = {
  name: 'atLeast',
  kind: 'bool',
  evaluate: (a, b) => a >= b,
  toGoTemplate: ([a, b]) => `ge ${a} ${b}`,
  opposite: () => LESS_THAN,
};

const AT_MOST: Comparison<number> = {
  name: 'atMost',
  kind: 'bool',
  evaluate: (a, b) => a <= b,
  toGoTemplate: ([a, b]) => `le ${a} ${b}`,
  opposite: () => GREATER_THAN,
};

const GREATER_THAN: Comparison<number> = {
  name: 'greaterThan',
  kind: 'bool',
  evaluate: (a, b) => a > b,
  toGoTemplate: ([a, b]) => `gt ${a} ${b}`,
  opposite: () => AT_MOST,
};

const EQUALS: Comparison<Scalar> = {
  name: 'equals',
  kind: 'bool',
  evaluate: (a, b) => a === b,
  toGoTemplate: ([a, b]) => `eq ${a} ${b}`,
  opposite: () => DIFFERS,
};

const DIFFERS: Comparison<Scalar> = {
  name: 'differs',
  kind: 'bool',
  evaluate: (a, b) => a !== b,
  toGoTemplate: ([a, b]) => `ne ${a} ${b}`,
  opposite: () => EQUALS,
};

function comparison(spec: Comparison<number>): (a: Input<number>, b: Input<number>) => Expr<boolean> {
  const compare = operation(spec);
  return (a, b) => {
    const [left, right] = [toExpr(a), toExpr(b)];
    // Where both extremes agree, the bounds of the schema have decided already.
    const extreme = spec.evaluate(left.least, right.most);
    return extreme === spec.evaluate(left.most, right.least) ? toExpr(extreme) : compare(...alike(left, right));
  };
}

/** Whether `a < b`. Where the bounds of a schema have decided already, it is a literal. */
export const lessThan = comparison(LESS_THAN);
/** Whether `a ≤ b`. Where the bounds of a schema have decided already, it is a literal. */
export const atMost = comparison(AT_MOST);
/** Whether `a > b`. Where the bounds of a schema have decided already, it is a literal. */
export const greaterThan = comparison(GREATER_THAN);
/** Whether `a ≥ b`. Where the bounds of a schema have decided already, it is a literal. */
export const atLeast = comparison(AT_LEAST);

const same = operation(EQUALS);

/** Equality of two scalars of one type. */
export function equals<T extends Scalar>(a: Input<T>, b: Input<T>): Expr<boolean> {
  const [left, right] = [toExpr<Scalar>(a), toExpr<Scalar>(b)];
  return isNumber(left) && isNumber(right) ? same(...alike(left, right)) : same(left, right);
}

function isNumber(expression: Expr<Scalar>): expression is Expr<number> {
  return expression.kind === 'int' || expression.kind === 'float';
}

// As in Go, nothing is asked for once it is decided: a value that may be null is computed with behind `isSet`.
const conjunction = operation({
  name: 'and',
  kind: 'bool',
  evaluate: (...conditions: boolean[]) => conditions.every(Boolean),
  evaluateLazily: (conditions) => conditions.every((holds) => holds()),
  toGoTemplate: (conditions) => `and ${conditions.join(' ')}`,
  toGoCondition: (conditions) => `and ${conditions.join(' ')}`,
});

const disjunction = operation({
  name: 'or',
  kind: 'bool',
  evaluate: (...conditions: boolean[]) => conditions.some(Boolean),
  evaluateLazily: (conditions) => conditions.some((holds) => holds()),
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

const negated = once(negate);

/** True if the condition is not. A comparison turns into its opposite. */
export function not(condition: Input<boolean>): Expr<boolean> {
  return negated(toExpr(condition));
}

function negate(condition: Expr<boolean>): Expr<boolean> {
  if (!isOperation(condition)) return negation(condition);
  const operands = condition.operands().filter(isCondition);
  if (condition.spec.name === 'or') return and(...operands.map(not));
  if (condition.spec.name === 'not' && operands[0] !== undefined) return operands[0];
  return condition.opposite() ?? negation(condition);
}

function isOperation(condition: Input<boolean>): condition is Operation<readonly unknown[], boolean> {
  return condition instanceof Operation;
}

function isCondition(expression: Expr<unknown>): expression is Expr<boolean> {
  return expression.kind === 'bool';
}

const TRUE = toExpr(true);
const FALSE = toExpr(false);

/** True if all are. Literals and repetitions drop out; with its opposite, a condition never holds. */
export function and(...conditions: readonly Input<boolean>[]): Expr<boolean> {
  const parts = flat(conditions, 'and');
  if (parts.some((condition) => literalOf(condition) === false)) return FALSE;
  return join(conjunction, TRUE, FALSE, parts);
}

/** True if one is. Literals and repetitions drop out; a condition or its opposite always holds. */
export function or(...conditions: readonly Input<boolean>[]): Expr<boolean> {
  const parts = flat(conditions, 'or');
  if (parts.some((condition) => literalOf(condition) === true)) return TRUE;
  return join(disjunction, FALSE, TRUE, parts);
}

/** @param opposed what a condition and its opposite come to */
function join(
  combine: (...conditions: Input<boolean>[]) => Expr<boolean>,
  neutral: Expr<boolean>,
  opposed: Expr<boolean>,
  conditions: readonly Expr<boolean>[],
): Expr<boolean> {
  const open = conditions.filter((condition) => literalOf(condition) === undefined);
  if (open.length < 2) return open[0] ?? neutral;
  const byName = new Map(open.map((condition) => [condition.describe(), condition]));
  const rest = [...byName.values()];
  if (rest.some((condition) => byName.has(not(condition).describe()))) return opposed;
  return rest.length > 1 ? combine(...rest) : (rest[0] ?? neutral);
}

function flat(conditions: readonly Input<boolean>[], name: string): readonly Expr<boolean>[] {
  return conditions.map(toExpr).flatMap((each) => sameOperation(each, name));
}

/** The operands of a condition that is itself of this operation: `and a (and b c)` is `and a b c`. */
function sameOperation(condition: Expr<boolean>, name: string): readonly Expr<boolean>[] {
  return isOperation(condition) && condition.spec.name === name
    ? condition.operands().filter(isCondition)
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
  return present(toExpr(value));
}
