/**
 * What the entries of a map come to together: a sum, the largest, a text of what is wrong with some. On a map that is
 * known only at output each is a named template of the chart, as a loop fits into no line.
 */
import { choose } from './choice';
import { Expr, type GoContext, type Input, type Kind, type Scope, literalOf, toExpr } from './expression';
import { compareBytes } from './hashes';
import { scopesOf } from './loops';
import { add, exact, maximum } from './numbers';
import { operation } from './operation';
import { Each } from './parts';
import { MapReference, Variable } from './reference';
import type { Element, MapInput } from './tree';

/** What its named template is called in the chart, and what it is. */
type Title = readonly [name: string, comment: string];

/** One way to go through a map, with its two readings side by side. */
interface FoldSpec<T extends string | number> {
  readonly name: string;
  readonly kind: Kind;
  readonly evaluate: (items: readonly T[]) => T;
  /** The Go variable of what the entries have come to so far, and code for its first value, one turn and the result. */
  readonly variable: string;
  readonly start: string;
  readonly turn: (item: string) => string;
  readonly result: string;
  /** A number that the result is never below, by that of the items. */
  readonly least: (ofItem: number) => number;
}

const SUM: FoldSpec<number> = {
  name: 'sumOf',
  kind: 'int',
  evaluate: (items) =>
    exact(
      'sumOf',
      items.reduce((sum, item) => sum + BigInt(item), 0n),
    ),
  variable: '$sum',
  start: '0',
  turn: (item) => `add $sum ${item}`,
  result: '$sum',
  least: (ofItem) => (ofItem >= 0 ? 0 : -Infinity),
};

const LARGEST: FoldSpec<number> = {
  name: 'largestOf',
  kind: 'int',
  evaluate: (items) => Math.max(0, ...items),
  variable: '$largest',
  start: '0',
  turn: (item) => `max $largest ${item}`,
  result: '$largest',
  least: () => 0,
};

const SEPARATOR = '; ';

const TEXTS: FoldSpec<string> = {
  name: 'textsWhere',
  kind: 'string',
  evaluate: (items) => items.join(SEPARATOR),
  variable: '$texts',
  start: 'list',
  turn: (item) => `append $texts ${item}`,
  result: `join ${JSON.stringify(SEPARATOR)} $texts`,
  least: () => -Infinity,
};

class Fold<T extends string | number> extends Expr<T> {
  private readonly loop: Each;

  constructor(
    private readonly spec: FoldSpec<T>,
    private readonly title: Title,
    over: MapReference<unknown>,
    item: Variable,
    key: Variable,
    private readonly where: Expr<boolean>,
    private readonly body: Expr<T>,
  ) {
    super(spec.kind);
    this.loop = new Each(over, item, key, undefined);
  }

  override get least(): number {
    return this.spec.least(this.body.least);
  }

  evaluate(scope: Scope): T {
    const turns = scopesOf(this.loop, scope).filter((turn) => this.where.evaluate(turn));
    return this.spec.evaluate(turns.map((turn) => this.body.evaluate(turn)));
  }

  toGoTemplate(go: GoContext): string {
    return this.kind === 'int' ? `(${this.call(go)} | int64)` : `(${this.call(go)})`;
  }

  override toGoNumber(go: GoContext): string {
    return `(${this.call(go)})`;
  }

  private call(go: GoContext): string {
    const [name, comment] = this.title;
    return `include "${go.named(name, comment, (inner) => this.lines(inner))}" ${go.dot}`;
  }

  private lines(go: GoContext): readonly string[] {
    const { spec, where, body } = this;
    const { index, item, over } = this.loop;
    const inner = go.inRange(index, item);
    const isAlways = literalOf(where) === true;
    return [
      `{{- ${spec.variable} := ${spec.start} }}`,
      `{{- range ${inner.variable(index)}, ${inner.variable(item)} := ${over.toGoTemplate(go)} }}`,
      ...(isAlways ? [] : [`{{- if ${where.toGoTemplate(inner)} }}`]),
      `{{- ${spec.variable} = ${spec.turn(body.toGoNumber(inner))} }}`,
      ...(isAlways ? [] : ['{{- end }}']),
      '{{- end }}',
      `{{- ${spec.result} }}`,
    ];
  }

  describe(): string {
    return `${this.spec.name}(${[this.loop.over, this.where, this.body].map((part) => part.describe()).join(', ')})`;
  }

  override operands(): readonly Expr<unknown>[] {
    return [this.loop.over, this.where, this.body];
  }
}

/** What an entry comes to, and whether it counts. */
interface Turn<T> {
  readonly where: Input<boolean>;
  readonly value: Input<T>;
}

function fold<T extends string | number, E>(
  spec: FoldSpec<T>,
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  turn: (key: Input<string>, item: E) => Turn<T>,
  ofLiterals: (turns: readonly Turn<T>[]) => Input<T>,
): Expr<T> {
  if (!(map instanceof MapReference)) {
    const entries = Object.entries(map).sort(([a], [b]) => compareBytes(a, b));
    return toExpr(ofLiterals(entries.map(([key, item]) => turn(key, item))));
  }
  const [item, element] = map.item();
  const key = new Variable<string>('string', 'key');
  const { where, value } = turn(key, element);
  return new Fold(spec, title, map, item, key, toExpr(where), toExpr(value));
}

type NumberOf<E> = (key: Input<string>, item: E) => Input<number>;

/** The sum of a number of each entry; 0 for an empty map. */
export function sumOf<E>(title: Title, map: MapReference<E>, body: NumberOf<E>): Expr<number>;
export function sumOf<T>(title: Title, map: MapInput<T>, body: NumberOf<Element<T>>): Expr<number>;
export function sumOf<E>(
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: NumberOf<E>,
): Expr<number> {
  return fold(SUM, title, map, numberOf(body), (turns) =>
    turns.reduce((sum: Input<number>, { value }) => add(sum, value), 0),
  );
}

/** The largest of a number of each entry; 0 for an empty map, and at the least. */
export function largestOf<E>(title: Title, map: MapReference<E>, body: NumberOf<E>): Expr<number>;
export function largestOf<T>(title: Title, map: MapInput<T>, body: NumberOf<Element<T>>): Expr<number>;
export function largestOf<E>(
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: NumberOf<E>,
): Expr<number> {
  return fold(LARGEST, title, map, numberOf(body), (turns) =>
    turns.reduce((largest: Input<number>, { value }) => maximum(largest, value), 0),
  );
}

function numberOf<E>(body: NumberOf<E>): (key: Input<string>, item: E) => Turn<number> {
  return (key, item) => ({ where: true, value: body(key, item) });
}

/** Whether something is wrong with an entry, and the text that says what. */
type Finding<E> = (key: Input<string>, item: E) => { readonly where: Input<boolean>; readonly text: Input<string> };

/** The texts of the entries for which a condition holds, with `; ` between them: for `demandEmpty`. */
export function textsWhere<E>(title: Title, map: MapReference<E>, body: Finding<E>): Expr<string>;
export function textsWhere<T>(title: Title, map: MapInput<T>, body: Finding<Element<T>>): Expr<string>;
export function textsWhere<E>(
  title: Title,
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: Finding<E>,
): Expr<string> {
  const turn = (key: Input<string>, item: E): Turn<string> => {
    const { where, text } = body(key, item);
    return { where, value: text };
  };
  return fold(TEXTS, title, map, turn, (turns) => joined(...turns.map(({ where, value }) => choose(where, value, ''))));
}

/** Texts that are not empty, with `; ` between them. */
const joined = operation<readonly string[], string>({
  name: 'joined',
  kind: 'string',
  evaluate: (...texts) => texts.filter((text) => text !== '').join(SEPARATOR),
  toGoTemplate: (texts) => `list ${texts.join(' ')} | compact | join ${JSON.stringify(SEPARATOR)}`,
});
