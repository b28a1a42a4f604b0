/**
 * What the entries of a map come to together. On a map that is known only at output each is a named template of the
 * chart, as a loop fits into no line.
 */
import { Expr, type GoContext, type Input, type Scope, toExpr } from './expression';
import { scopesOf } from './loops';
import { add, exact, maximum } from './numbers';
import { Each } from './parts';
import { MapReference, Variable } from './reference';
import type { Element, MapInput } from './tree';

/** What its named template is called in the chart, and what it is. */
type Title = readonly [name: string, comment: string];

/** One way to go through a map, with its two readings side by side. */
interface FoldSpec {
  readonly name: string;
  readonly evaluate: (items: readonly number[]) => number;
  /** The Go variable of what the entries have come to so far, which begins with 0, and code for one turn. */
  readonly variable: string;
  readonly turn: (item: string) => string;
  /** A number that the result is never below, by that of the items. */
  readonly least: (ofItem: number) => number;
  /** The same of two, for the entries of a literal map. */
  readonly ofTwo: (a: Input<number>, b: Input<number>) => Expr<number>;
}

const SUM: FoldSpec = {
  name: 'sumOf',
  evaluate: (items) =>
    exact(
      'sumOf',
      items.reduce((sum, item) => sum + BigInt(item), 0n),
    ),
  variable: '$sum',
  turn: (item) => `add $sum ${item}`,
  least: (ofItem) => (ofItem >= 0 ? 0 : -Infinity),
  ofTwo: add,
};

const LARGEST: FoldSpec = {
  name: 'largestOf',
  evaluate: (items) => Math.max(0, ...items),
  variable: '$largest',
  turn: (item) => `max $largest ${item}`,
  least: () => 0,
  ofTwo: maximum,
};

/** A number that the entries of a map come to. */
export class Fold extends Expr<number> {
  readonly loop: Each;

  constructor(
    private readonly spec: FoldSpec,
    private readonly title: Title,
    [item, key]: readonly [Variable, Variable],
    over: MapReference<unknown>,
    readonly body: Expr<number>,
  ) {
    super('int');
    this.loop = new Each(over, item, key, undefined);
  }

  override get least(): number {
    return this.spec.least(this.body.least);
  }

  evaluate(scope: Scope): number {
    return this.spec.evaluate(scopesOf(this.loop, scope).map((turn) => this.body.evaluate(turn)));
  }

  toGoTemplate(go: GoContext): string {
    return `(${this.call(go)} | int64)`;
  }

  override toGoNumber(go: GoContext): string {
    return `(${this.call(go)})`;
  }

  private call(go: GoContext): string {
    const [name, comment] = this.title;
    return `include "${go.named(name, comment, (top) => this.lines(top))}" ${go.dot}`;
  }

  private lines(go: GoContext): readonly string[] {
    const { variable, turn } = this.spec;
    const { index, item, over } = this.loop;
    const inner = go.inRange(index, item);
    return [
      `{{- ${variable} := 0 }}`,
      `{{- range ${inner.variable(index)}, ${inner.variable(item)} := ${over.toGoTemplate(go)} }}`,
      `{{- ${variable} = ${turn(this.body.toGoNumber(inner))} }}`,
      '{{- end }}',
      `{{- ${variable} }}`,
    ];
  }

  protected description(): string {
    return `${this.spec.name}(${this.loop.over.describe()}, ${this.body.describe()})`;
  }

  override operands(): readonly Expr<unknown>[] {
    return [this.loop.over, this.body];
  }
}

type Body<E> = (key: Input<string>, item: E) => Input<number>;

function fold<E>(
  spec: FoldSpec,
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: Body<E>,
): Expr<number> {
  if (!(map instanceof MapReference)) {
    return toExpr(Object.entries(map).reduce((so: Input<number>, [key, item]) => spec.ofTwo(so, body(key, item)), 0));
  }
  const [item, element] = map.item();
  const key = new Variable<string>('string', 'key');
  return new Fold(spec, title, [item, key], map, toExpr(body(key, element)));
}

/** The sum of a number of each entry; 0 for an empty map. */
export function sumOf<E>(title: Title, map: MapReference<E>, body: Body<E>): Expr<number>;
export function sumOf<T>(title: Title, map: MapInput<T>, body: Body<Element<T>>): Expr<number>;
export function sumOf<E>(
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: Body<E>,
): Expr<number> {
  return fold(SUM, title, map, body);
}

/** The largest of a number of each entry; 0 for an empty map, and at the least. */
export function largestOf<E>(title: Title, map: MapReference<E>, body: Body<E>): Expr<number>;
export function largestOf<T>(title: Title, map: MapInput<T>, body: Body<Element<T>>): Expr<number>;
export function largestOf<E>(
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: Body<E>,
): Expr<number> {
  return fold(LARGEST, title, map, body);
}
