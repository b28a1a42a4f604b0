/** The operations on expressions. Each is one unit: what it computes, and the code by which Helm computes the same. */
import { createHash } from 'node:crypto';
import {
  Constant,
  Expr,
  type GoContext,
  type Input,
  type Json,
  type JsonObject,
  type Kind,
  Operation,
  type Scalar,
  type Scope,
  isExpr,
  literalOf,
  operation,
  toExpr,
} from './expression';
import { bytesOf, millicoresOf } from './quantity';

/** Refuses what Helm, whose numbers pass through float64, could not carry exactly. */
function exact(name: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new RangeError(`${name} gives ${value}, which is beyond ±(2^53 - 1)`);
  }
  return Number(value);
}

function leastOf(operand: Expr<unknown> | undefined): number {
  return operand?.least ?? -Infinity;
}

function nonZero(name: string, divisor: number): bigint {
  if (divisor === 0) throw new RangeError(`${name} by zero`);
  return BigInt(divisor);
}

// ---- Whole numbers -------------------------------------------------------------------------------------------------

export const add = operation({
  name: 'add',
  kind: 'int',
  casts: true,
  least: ([a, b]) => leastOf(a) + leastOf(b),
  evaluate: (a: number, b: number) => exact('add', BigInt(a) + BigInt(b)),
  toGoTemplate: ([a, b]) => `add ${a} ${b}`,
});

export const subtract = operation({
  name: 'subtract',
  kind: 'int',
  casts: true,
  least: ([a, b]) => leastOf(a) - (b instanceof Constant ? Number(b.literal) : Infinity),
  evaluate: (a: number, b: number) => exact('subtract', BigInt(a) - BigInt(b)),
  toGoTemplate: ([a, b]) => `sub ${a} ${b}`,
});

export const multiply = operation({
  name: 'multiply',
  kind: 'int',
  casts: true,
  least: ([a, b]) => (leastOf(a) >= 0 && leastOf(b) >= 0 ? leastOf(a) * leastOf(b) : -Infinity),
  evaluate: (a: number, b: number) => exact('multiply', BigInt(a) * BigInt(b)),
  toGoTemplate: ([a, b]) => `mul ${a} ${b}`,
});

const divideFloor = operation({
  name: 'divide',
  kind: 'int',
  casts: true,
  evaluate: (a: number, b: number) => {
    const [dividend, divisor] = [BigInt(a), nonZero('divide', b)];
    const remainder = ((dividend % divisor) + divisor) % divisor;
    return exact('divide', (dividend - remainder) / divisor);
  },
  // Go's division goes towards zero: take the floored remainder off first.
  toGoTemplate: ([a, b]) => `div (sub ${a} (mod (add (mod ${a} ${b}) ${b}) ${b})) ${b}`,
});

const divideNonNegative = operation({
  name: 'divide',
  kind: 'int',
  casts: true,
  least: () => 0,
  evaluate: (a: number, b: number) => exact('divide', BigInt(a) / nonZero('divide', b)),
  toGoTemplate: ([a, b]) => `div ${a} ${b}`,
});

/** Division that rounds down, towards minus infinity. */
export function divide(a: Input<number>, b: Input<number>): Expr<number> {
  return toExpr(a).least >= 0 && toExpr(b).least >= 0 ? divideNonNegative(a, b) : divideFloor(a, b);
}

export const minimum = operation({
  name: 'minimum',
  kind: 'int',
  casts: true,
  least: ([a, b]) => Math.min(leastOf(a), leastOf(b)),
  evaluate: (a: number, b: number) => Math.min(a, b),
  toGoTemplate: ([a, b]) => `min ${a} ${b}`,
});

export const maximum = operation({
  name: 'maximum',
  kind: 'int',
  casts: true,
  least: ([a, b]) => Math.max(leastOf(a), leastOf(b)),
  evaluate: (a: number, b: number) => Math.max(a, b),
  toGoTemplate: ([a, b]) => `max ${a} ${b}`,
});

// ---- Quantities ----------------------------------------------------------------------------------------------------

/** The bytes of a quantity with a binary suffix, such as `512Mi`. */
export const bytes = operation({
  name: 'bytes',
  kind: 'int',
  least: () => 0,
  evaluate: (quantity: string) => bytesOf(quantity),
  toGoTemplate: ([quantity], go) => `include "${go.helper('bytes')}" ${quantity} | int64`,
});

/** The thousandths of a core in a CPU quantity: 250 for `250m`, 2000 for `2`. */
export const millicores = operation({
  name: 'millicores',
  kind: 'int',
  least: () => 0,
  evaluate: (quantity: string) => millicoresOf(quantity),
  toGoTemplate: ([quantity], go) => `include "${go.helper('millicores')}" ${quantity} | int64`,
});

// ---- Comparison and logic ------------------------------------------------------------------------------------------

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
  return (a: Input<number>, b: Input<number>): Expr<boolean> => compare(...alike(a, b));
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
  for (const condition of conditions.map(toExpr).flatMap((each) => sameOperation(each, combine === conjunction ? 'and' : 'or'))) {
    if (literalOf(condition) === undefined) distinct.set(condition.describe(), condition);
  }
  const rest = [...distinct.values()];
  return rest.length > 1 ? combine(...rest) : (rest[0] ?? toExpr(neutral));
}

/** The operands of a condition that is itself of this operation: `and a (and b c)` is `and a b c`. */
function sameOperation(condition: Expr<boolean>, name: string): readonly Expr<boolean>[] {
  return condition instanceof Operation && condition.spec.name === name ? (condition.operands() as Expr<boolean>[]) : [condition];
}

// ---- Presence ------------------------------------------------------------------------------------------------------

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

/** Whether a list or map has an entry. */
export const isNotEmpty = operation({
  name: 'isNotEmpty',
  kind: 'bool',
  evaluate: (value: readonly unknown[] | Readonly<Record<string, unknown>>) => Object.keys(value).length > 0,
  toGoTemplate: ([value]) => `not (empty ${value})`,
  toGoCondition: ([value]) => value,
});

export const hasKey = operation({
  name: 'hasKey',
  kind: 'bool',
  evaluate: (map: Readonly<Record<string, unknown>>, key: string) => Object.hasOwn(map, key),
  toGoTemplate: ([map, key]) => `hasKey ${map} ${key}`,
});

/** Those of some keys that a map has, as a text: `A, B`. */
export const keysAmong = operation({
  name: 'keysAmong',
  kind: 'string',
  evaluate: (map: Readonly<Record<string, unknown>>, keys: readonly string[]) =>
    keys
      .filter((key) => Object.hasOwn(map, key))
      .sort(compareBytes)
      .join(', '),
  toGoTemplate: ([map, keys]) => `pick ${map} ${keys.slice('(list '.length, -1)} | keys | sortAlpha | join ", "`,
});

export const sizeOf = operation({
  name: 'sizeOf',
  kind: 'int',
  least: () => 0,
  evaluate: (value: readonly unknown[] | Readonly<Record<string, unknown>>) => Object.keys(value).length,
  toGoTemplate: ([value]) => `len ${value} | int64`,
});

// ---- Choice --------------------------------------------------------------------------------------------------------

export class Choice<T> extends Expr<T> {
  constructor(
    readonly condition: Expr<boolean>,
    readonly then: Expr<T>,
    readonly otherwise: Expr<T>,
  ) {
    super(then.kind);
  }
  override get least(): number {
    return Math.min(this.then.least, this.otherwise.least);
  }
  override get plain(): boolean {
    return [this.then, this.otherwise].every((branch) => branch.plain || isPlainText(String(literalOf(branch) ?? '"')));
  }
  evaluate(scope: Scope): T {
    return this.condition.evaluate(scope) ? this.then.evaluate(scope) : this.otherwise.evaluate(scope);
  }
  toGoTemplate(go: GoContext): string {
    return `(ternary ${this.then.toGoTemplate(go)} ${this.otherwise.toGoTemplate(go)} ${this.condition.toGoTemplate(go)})`;
  }
  describe(): string {
    return `choose(${this.condition.describe()}, ${this.then.describe()}, ${this.otherwise.describe()})`;
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.condition, this.then, this.otherwise];
  }
}

/** One of two scalars. For a choice between two parts of a tree, see `when`. */
export function choose<T extends Scalar>(condition: Input<boolean>, then: Input<T>, otherwise: Input<T>): Expr<T> {
  const known = literalOf(condition);
  if (known !== undefined) return toExpr(known ? then : otherwise);
  return new Choice(toExpr(condition), toExpr(then), toExpr(otherwise));
}

// ---- Text ----------------------------------------------------------------------------------------------------------

const VERBS: Readonly<Partial<Record<Kind, string>>> = { string: '%s', int: '%d', bool: '%t', float: '%v' };

/** Letters, digits and `. _ / : -`: the same in any YAML scalar. */
export function isPlainText(text: string): boolean {
  return /^[\w./:-]*$/.test(text);
}

export class Interpolation extends Expr<string> {
  constructor(readonly parts: readonly (string | Expr<Scalar>)[]) {
    super('string');
  }
  override get plain(): boolean {
    return this.parts.every((part) => (isExpr(part) ? part.kind !== 'string' || part.plain : isPlainText(part)));
  }
  evaluate(scope: Scope): string {
    return this.parts.map((part) => (isExpr(part) ? String(part.evaluate(scope)) : part)).join('');
  }
  toGoTemplate(go: GoContext): string {
    const { format, operands } = this.printf(go);
    return `(printf ${[format, ...operands].join(' ')})`;
  }
  /** The arguments of printf. */
  printf(go: GoContext): { readonly format: string; readonly operands: readonly string[] } {
    const format = this.parts.map((part) => (isExpr(part) ? (VERBS[part.kind] ?? '%v') : part.replaceAll('%', '%%'))).join('');
    const operands = this.parts.filter((part) => isExpr(part)).map((part) => part.toGoTemplate(go));
    return { format: JSON.stringify(format), operands };
  }
  describe(): string {
    return `str\`${this.parts.map((part) => (isExpr(part) ? `\${${part.describe()}}` : part)).join('')}\``;
  }
  override operands(): readonly Expr<unknown>[] {
    return this.parts.filter((part) => isExpr(part));
  }
}

/** Interpolates expressions into a text: str`http://${host}:${port}`. The only way to do so. */
export function str(literals: TemplateStringsArray, ...inputs: readonly Input<Scalar>[]): Expr<string> {
  return concat(literals.flatMap((literal, i) => (i < inputs.length ? [literal, inputs[i] ?? ''] : [literal])));
}

/** Joins texts and expressions. */
export function concat(inputs: readonly Input<Scalar>[]): Expr<string> {
  const parts: (string | Expr<Scalar>)[] = [];
  const push = (input: Input<Scalar>): void => {
    if (input instanceof Interpolation) return input.parts.forEach(push);
    const literal = literalOf(input);
    const last = parts.length - 1;
    if (literal === undefined) parts.push(toExpr(input));
    else if (typeof parts[last] === 'string') parts[last] += String(literal);
    else if (literal !== '') parts.push(String(literal));
  };
  inputs.forEach(push);
  const [first] = parts;
  if (first === undefined) return toExpr('');
  return parts.length === 1 && typeof first === 'string' ? toExpr(first) : new Interpolation(parts);
}

/** An expression that the chart computes in a named template of its own, because it is long or stands in several places. */
class Named<T extends string | number> extends Expr<T> {
  constructor(
    private readonly name: string,
    private readonly comment: string,
    private readonly inner: Expr<T>,
  ) {
    super(inner.kind);
  }
  override get least(): number {
    return this.inner.least;
  }
  override get plain(): boolean {
    return this.inner.plain;
  }
  evaluate(scope: Scope): T {
    return this.inner.evaluate(scope);
  }
  toGoTemplate(go: GoContext): string {
    return this.kind === 'int' ? `(${this.call(go)} | int64)` : `(${this.call(go)})`;
  }
  override toGoNumber(go: GoContext): string {
    return `(${this.call(go)})`;
  }
  describe(): string {
    return this.inner.describe();
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.inner];
  }
  private call(go: GoContext): string {
    return `include "${go.named(this.name, this.comment, this.inner)}" ${go.dot}`;
  }
}

/** Gives a derived value a name in the chart: `<chart>.<name>`. The comment says what it is. */
export function named<T extends string | number>(name: string, comment: string, value: Input<T>): Expr<T> {
  const inner = toExpr(value);
  return inner instanceof Constant ? inner : new Named(name, comment, inner);
}

/** The first characters of a text. */
export const truncate = operation({
  name: 'truncate',
  kind: 'string',
  plain: true,
  evaluate: (text: string, length: number) => text.slice(0, length),
  toGoTemplate: ([text, length]) => `${text} | trunc ${length}`,
});

/** Go's JSON of a value: sorted keys, and `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: unknown): string {
  const sorted = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(sorted);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).sort(([a], [b]) => compareBytes(a, b));
    return new Map(entries.map(([key, item]) => [key, sorted(item)]));
  };
  const print = (node: unknown): string => {
    if (node instanceof Map) return `{${[...node].map(([key, item]) => `${print(key)}:${print(item)}`).join(',')}}`;
    if (Array.isArray(node)) return `[${node.map(print).join(',')}]`;
    return JSON.stringify(node).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  return print(sorted(value));
}

/** The order in which Go walks a map's keys: by UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The SHA-256 of a value's JSON, in hexadecimal. */
export const hashOfValue = operation({
  name: 'hashOfValue',
  kind: 'string',
  casts: true,
  plain: true,
  evaluate: (value: Json | JsonObject) => sha256(goJson(value)),
  toGoTemplate: ([value]) => `toJson ${value} | sha256sum`,
});

/** The SHA-256 of a text, in hexadecimal. */
export const hashOfText = operation({
  name: 'hashOfText',
  kind: 'string',
  plain: true,
  evaluate: (text: string) => sha256(text),
  toGoTemplate: ([text]) => `${text} | sha256sum`,
});

// ---- What only a chart knows ---------------------------------------------------------------------------------------

/** A fact that has no counterpart in plain manifests; it stands only in `when(IN_CHART, …)`. */
class ChartFact<T> extends Expr<T> {
  constructor(
    kind: Kind,
    private readonly name: string,
    private readonly code: (root: string) => string,
    private readonly inManifests?: T,
  ) {
    super(kind);
  }
  override get plain(): boolean {
    return true;
  }
  evaluate(): T {
    if (this.inManifests === undefined) throw new Error(`${this.name} is known only to a chart`);
    return this.inManifests;
  }
  toGoTemplate(go: GoContext): string {
    return this.code(go.root);
  }
  describe(): string {
    return this.name;
  }
}

/** False in plain manifests; the Helm reading prints such parts without a condition. */
export const IN_CHART: Expr<boolean> = new ChartFact('bool', 'inChart', () => 'true', false);
export const CHART_SERVICE: Expr<string> = new ChartFact<string>('string', 'release.service', (root) => `${root}.Release.Service`);
export const CHART_LABEL: Expr<string> = new ChartFact<string>(
  'string',
  'chart.label',
  (root) => `(printf "%s-%s" ${root}.Chart.Name ${root}.Chart.Version)`,
);
