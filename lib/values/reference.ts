/** What a system sees of its values: one expression for each leaf of the schema. */
import type { z } from 'zod';
import { Expr, ExpressionError, type GoContext, type JsonObject, type Kind, type Scope } from './expression';
import { isList, isObject } from './json';
import { type Leaf, type Shape, shapeOf } from './shape';
import { typedBySchema } from './unchecked';

/** A list or map of values whose elements have one form. */
abstract class Collection<C, E> extends Expr<C> {
  constructor(
    kind: Kind,
    protected readonly self: Expr<unknown>,
    private readonly shape: Shape,
  ) {
    super(kind);
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.self];
  }
  override get isValue(): boolean {
    return true;
  }
  toGoTemplate(go: GoContext): string {
    return this.self.toGoTemplate(go);
  }
  protected description(): string {
    return this.self.describe();
  }
  /** A variable for one element, and what the body of a loop sees of it. */
  item(): readonly [Variable, E] {
    const variable = variableFor(this.shape, singular(this.describe()));
    return [variable, typedBySchema<E>(build(this.shape, variable))];
  }
}

/** A list that is known only at output. Loop over it with `each`. */
export class ListReference<E> extends Collection<readonly unknown[], E> {
  constructor(self: Expr<unknown>, element: Shape) {
    super('list', self, element);
  }
  evaluate(scope: Scope): readonly unknown[] {
    const value = this.self.evaluate(scope);
    if (!isList(value)) throw new TypeError(`${this.describe()} is not a list`);
    return value;
  }
}

/** A map that is known only at output, with keys that the user chooses. Loop over it with `eachEntry` or `eachPair`. */
export class MapReference<E> extends Collection<JsonObject, E> {
  constructor(self: Expr<unknown>, element: Shape) {
    super('map', self, element);
  }
  evaluate(scope: Scope): JsonObject {
    const value = this.self.evaluate(scope);
    if (!isObject(value)) throw new TypeError(`${this.describe()} is not a map`);
    return value;
  }
}

function singular(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return name
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}

/** The expressions for a schema: an object of expressions for an object, an expression for a leaf. */
export type Values<S> =
  S extends z.ZodObject<infer F>
    ? { readonly [K in keyof F]: Values<F[K]> }
    : S extends z.ZodDefault<infer I>
      ? Values<I>
      : S extends z.ZodOptional<z.ZodNullable<infer I>>
        ? Expr<z.output<I> | null>
        : S extends z.ZodArray<infer E>
          ? ListReference<Values<E>>
          : S extends z.ZodRecord<z.core.$ZodRecordKey, infer V>
            ? MapReference<Values<V>>
            : S extends z.ZodType<infer T>
              ? Expr<T>
              : never;

/** A field of an object of values. */
class Field extends Expr<unknown> {
  constructor(
    private readonly owner: Expr<unknown>,
    private readonly key: string,
    private readonly leaf: Leaf | undefined,
  ) {
    super(leaf?.kind ?? 'map');
  }
  override get least(): number {
    return this.leaf?.minimum ?? -Infinity;
  }
  override get most(): number {
    return this.leaf?.maximum ?? Infinity;
  }
  override get plain(): boolean {
    return this.leaf?.plain === true;
  }
  override get truthy(): boolean {
    return this.leaf?.truthy === true;
  }
  override get isValue(): boolean {
    return true;
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.owner];
  }
  evaluate(scope: Scope): unknown {
    if (scope.values === undefined) throw unresolved(this);
    const owner = this.owner.evaluate(scope);
    if (!isObject(owner)) throw new TypeError(`${this.describe()}: ${this.owner.describe()} is not a map`);
    return owner[this.key] ?? null;
  }
  private path(go: GoContext): string {
    const owner = this.owner instanceof Field ? this.owner.path(go) : this.owner.toGoTemplate(go);
    return `${owner}.${this.key}`;
  }
  /** Helm reads every number as float64, which prints a million as 1e+06: whole numbers are cast. */
  toGoTemplate(go: GoContext): string {
    return this.kind === 'int' ? `(int64 ${this.path(go)})` : this.path(go);
  }
  override toGoNumber(go: GoContext): string {
    return this.path(go);
  }
  override toGoCondition(go: GoContext): string {
    return this.path(go);
  }
  protected description(): string {
    return `${this.owner.describe()}.${this.key}`;
  }
}

function unresolved(expression: Expr<unknown>): ExpressionError {
  return new ExpressionError(
    expression.describe(),
    'a plain app cannot print it',
    'synthesise the system that holds it, or give a literal',
  );
}

/** The release's name or namespace. */
class Release extends Expr<string> {
  constructor(private readonly field: 'name' | 'namespace') {
    super('string');
  }
  override get plain(): boolean {
    return true;
  }
  evaluate(scope: Scope): string {
    if (scope.release === undefined) throw unresolved(this);
    return scope.release[this.field];
  }
  toGoTemplate(go: GoContext): string {
    return `${go.root}.Release.${this.field === 'name' ? 'Name' : 'Namespace'}`;
  }
  protected description(): string {
    return `release.${this.field}`;
  }
}

/** What Helm calls the release; in plain manifests, the system's own name and namespace. */
export const release = { name: new Release('name'), namespace: new Release('namespace') } as const;

class Root extends Expr<JsonObject> {
  constructor() {
    super('map');
  }
  evaluate(scope: Scope): JsonObject {
    if (scope.values === undefined) throw unresolved(this);
    return scope.values;
  }
  toGoTemplate(go: GoContext): string {
    return `${go.root}.Values`;
  }
  protected description(): string {
    return 'values';
  }
}

/** A variable that a loop or a helper binds. */
export class Variable<T = unknown> extends Expr<T> {
  constructor(
    kind: Kind,
    readonly name: string,
    private readonly leaf?: Leaf,
  ) {
    super(kind);
  }
  override get least(): number {
    return this.leaf?.minimum ?? -Infinity;
  }
  override get most(): number {
    return this.leaf?.maximum ?? Infinity;
  }
  override get plain(): boolean {
    return this.leaf?.plain === true;
  }
  override get truthy(): boolean {
    return this.leaf?.truthy === true;
  }
  evaluate(scope: Scope): T {
    if (!scope.variables.has(this)) throw new Error(`${this.name} is used outside the loop or helper that binds it`);
    return typedBySchema<T>(scope.variables.get(this));
  }
  toGoTemplate(go: GoContext): string {
    const code = go.variable(this);
    return this.kind === 'int' ? `(int64 ${code})` : code;
  }
  override toGoNumber(go: GoContext): string {
    return go.variable(this);
  }
  protected description(): string {
    return this.name;
  }
}

const OBJECT = Symbol('object of values');

/** The expression for a whole object of values, where it came from a schema untouched. */
export function objectReference(object: object): Expr<unknown> | undefined {
  return (object as { [OBJECT]?: Expr<unknown> })[OBJECT];
}

/** The expressions of a system's schema. */
export function references<S extends z.ZodType>(schema: S): Values<S> {
  return typedBySchema<Values<S>>(build(shapeOf(schema), new Root()));
}

/** The variable through which a named template sees a parameter of this schema. */
export function parameter(schema: z.ZodType, name: string): unknown {
  const shape = shapeOf(schema, true);
  return build(shape, variableFor(shape, name));
}

function variableFor(shape: Shape, name: string): Variable {
  return shape.type === 'leaf' ? new Variable(shape.leaf.kind, name, shape.leaf) : new Variable('map', name);
}

function build(shape: Shape, self: Expr<unknown>): unknown {
  if (shape.type === 'leaf') return self;
  if (shape.type === 'list') return new ListReference(self, shape.element);
  if (shape.type === 'map') return new MapReference(self, shape.element);
  const fields = Object.entries(shape.fields).map(([key, field]) => [
    key,
    build(field, new Field(self, key, field.type === 'leaf' ? field.leaf : undefined)),
  ]);
  return Object.freeze(Object.defineProperty(Object.fromEntries(fields), OBJECT, { value: self }));
}
