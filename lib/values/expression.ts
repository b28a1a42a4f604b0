/**
 * An expression is a value that is known only when the output is written: `values.backend.replicas.min` and all that
 * is computed from it. Each has two readings that must agree for every values file:
 *
 * - `evaluate` gives the value, for plain manifests;
 * - `toGoTemplate` gives the code that Helm runs to get the same value, for the chart.
 */

/** What an expression yields. It decides how both readings print it. */
export type Kind = 'bool' | 'int' | 'float' | 'string' | 'list' | 'map';

export type Scalar = string | number | boolean;
export type Json = Scalar | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A literal, or an expression that yields one. */
export type Input<T> = T | Expr<T>;

/** What the plain reading knows: one environment's values, the release, and the variables of the loops around. */
export interface Scope {
  /** Undefined in a plain app, where everything is a literal. */
  readonly values: JsonObject | undefined;
  readonly release: { readonly name: string; readonly namespace: string } | undefined;
  readonly variables: ReadonlyMap<Expr<unknown>, unknown>;
}

/** The scope of a plain cdk8s app: there are no values. */
export const LITERALS: Scope = { values: undefined, release: undefined, variables: new Map() };

/** What the Helm reading knows at one place of one template. */
export interface GoContext {
  /** What stands before `.Values` and `.Release`: nothing at the top, `$` in a range, `.root` in a helper. */
  readonly root: string;
  /** The whole root, to be passed on. */
  readonly dot: string;
  /** The code that stands for a bound variable here, such as `$peer`. */
  variable(variable: Expr<unknown>): string;
  /** The full name of a named template, which the chart then carries. */
  helper(name: string): string;
  /** The same within a loop over what binds these variables. */
  inRange(...variables: readonly Expr<unknown>[]): GoContext;
  /** The name of the template that renders this text. */
  text(text: object): string;
  /** Sets a variable at the head of the file, to code of several lines, and gives its name. */
  local(name: string, lines: readonly string[]): string;
  /** Defines a named template on the root, once, and gives its full name. Its content is an expression, or code. */
  named(name: string, comment: string, content: Expr<unknown> | ((go: GoContext) => readonly string[])): string;
}

const PHANTOM: unique symbol = Symbol('type');

/** Thrown where JavaScript would have destroyed an expression silently. */
export class ExpressionError extends Error {
  constructor(what: string, did: string, instead: string) {
    super(`${what} is known only when the output is written, so ${did}; ${instead}.`);
    this.name = 'ExpressionError';
  }
}

/**
 * Every property that an expression does not have throws: a foreign construct that reads `limits` off an expression,
 * or asks whether it has `resolve`, would otherwise go on with `undefined` and lose it.
 */
const guard: ProxyHandler<Expr<unknown>> = {
  get(target, key) {
    // On the expression itself, not on the proxy, whatever a getter reads is read without asking here again.
    const value: unknown = Reflect.get(target, key);
    if (value !== undefined || key in target) return value;
    if (typeof key === 'symbol' && key !== Symbol.iterator) return undefined;
    throw new ExpressionError(
      target.describe(),
      `it has no ${String(key)}`,
      'give it only to constructs of cdk8s-tiers, or a literal here',
    );
  },
  ownKeys(target) {
    throw new ExpressionError(target.describe(), 'it cannot be spread or listed', 'use each()');
  },
};

const descriptions = new WeakMap<Expr<unknown>, string>();

/** A value that is known only when the output is written. It has two readings, which agree for every values file. */
export abstract class Expr<T> {
  /** Carries the type alone, for the compiler. */
  declare readonly [PHANTOM]?: T;

  /** A number that the value is never below: from zero on, division needs no care. */
  get least(): number {
    return -Infinity;
  }

  /** A number that the value is never above. */
  get most(): number {
    return Infinity;
  }

  /** True where the text has only letters, digits and `. _ / : -`, with a letter, digit or `_` first and last. */
  get plain(): boolean {
    return false;
  }

  constructor(readonly kind: Kind) {
    return new Proxy<this>(this, guard);
  }

  /**
   * Its value in a scope.
   * @throws where it cannot be computed, such as a division by zero.
   */
  abstract evaluate(scope: Scope): T;

  /** Code for one operand: an atom, or in parentheses. */
  abstract toGoTemplate(go: GoContext): string;

  /** The same for a function that casts numbers by itself. */
  toGoNumber(go: GoContext): string {
    return this.toGoTemplate(go);
  }

  /** Code for a condition, where Go asks only whether a value is empty. */
  toGoCondition(go: GoContext): string {
    return this.toGoTemplate(go);
  }

  /** True for a value as it is given, whatever it is part of. */
  get isValue(): boolean {
    return false;
  }

  /** True where every value it can have, but null, counts as true to Go. */
  get truthy(): boolean {
    return false;
  }

  /** How an error names this expression; two that always come to the same have the same name. */
  describe(): string {
    const found = descriptions.get(this) ?? this.description();
    descriptions.set(this, found);
    return found;
  }

  /** What `describe` says. It is put together once: conditions are compared by it again and again. */
  protected abstract description(): string;

  /** Expressions directly inside this one. */
  operands(): readonly Expr<unknown>[] {
    return [];
  }

  [Symbol.toPrimitive](hint: string): never {
    throw hint === 'number'
      ? new ExpressionError(
          this.describe(),
          'JavaScript cannot compute with it',
          'use add, subtract, multiply, divide or a comparison from cdk8s-tiers',
        )
      : new ExpressionError(
          this.describe(),
          'JavaScript cannot put it into a text or a key',
          'use the tag str`…`, or add() for a sum',
        );
  }

  /**
   * What `JSON.stringify` asks for, and would lose.
   * @throws ExpressionError always.
   */
  toJSON(): never {
    throw new ExpressionError(this.describe(), 'JSON.stringify cannot print it', 'evaluate the tree that holds it');
  }

  /**
   * What a text or a key would make of it.
   * @throws ExpressionError always.
   */
  toString(): never {
    return this[Symbol.toPrimitive]('string');
  }
}

/** A literal that an operation on literals came to. */
export class Constant<T> extends Expr<T> {
  constructor(
    kind: Kind,
    readonly literal: T,
  ) {
    super(kind);
  }

  override get least(): number {
    return typeof this.literal === 'number' ? this.literal : -Infinity;
  }

  override get most(): number {
    return typeof this.literal === 'number' ? this.literal : Infinity;
  }

  evaluate(): T {
    return this.literal;
  }

  toGoTemplate(): string {
    return goLiteral(this.literal);
  }

  protected description(): string {
    return goLiteral(this.literal);
  }
}

export function isExpr<T>(value: T): value is unknown extends T ? T & Expr<unknown> : Extract<T, Expr<unknown>> {
  return value instanceof Expr;
}

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isConstant<T>(input: Input<T>): input is Constant<T> {
  return input instanceof Constant;
}

/** The literal behind an input, or undefined where it is known only at output. */
export function literalOf<T>(input: Input<T>): T | undefined {
  if (isConstant(input)) return input.literal;
  return isInputExpr(input) ? undefined : input;
}

export function toExpr<T>(input: Input<T>): Expr<T> {
  return isInputExpr(input) ? input : new Constant(kindOf(input), input);
}

function isInputExpr<T>(input: Input<T>): input is Expr<T> {
  return input instanceof Expr;
}

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'string':
      return 'string';
    default:
      return Array.isArray(value) ? 'list' : 'map';
  }
}

/** A Go literal. Go reads every escape that JSON writes. */
function goLiteral(value: unknown): string {
  if (Array.isArray(value)) return `(list${value.map((item) => ` ${goLiteral(item)}`).join('')})`;
  if (typeof value === 'object' && value !== null) {
    return `(dict${Object.entries(value)
      .map(([key, item]) => ` ${JSON.stringify(key)} ${goLiteral(item)}`)
      .join('')})`;
  }
  return JSON.stringify(value);
}
