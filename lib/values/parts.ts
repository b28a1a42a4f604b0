/**
 * The tree of an object: ordinary maps, lists and scalars, in the order in which a reader expects them, with expressions
 * for leaves and the parts below for what depends on values.
 *
 * A map or list whose parts are all absent is absent itself, unless it is a map written `{}` or kept with `keep`.
 */
import type { z } from 'zod';
import type { Expr, Input, JsonObject, Scalar } from './expression';
import type { ListReference, MapReference, Variable } from './reference';

export type Node =
  | Scalar
  | Expr<unknown>
  | Text
  | Passage
  | When
  | Each
  | EachEntry
  | Entry
  | Fragment
  | Merge
  | Keep
  | Late
  | readonly Node[]
  | NodeMap
  | undefined;
export interface NodeMap {
  readonly [key: string]: Node;
}

declare const YIELDS: unique symbol;

/** One of two parts. In a list, a part that is a list stands for its items. */
export class When<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(
    readonly condition: Expr<boolean>,
    readonly then: Node,
    readonly otherwise: Node,
  ) {}
}

/** One item for each element of a list or map, or for each number below a count. */
export class Each<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(
    readonly over: Expr<readonly unknown[]> | Expr<JsonObject> | Expr<number>,
    readonly item: Variable,
    /** The place in the list, or the key in the map. */
    readonly index: Variable,
    readonly body: Node,
  ) {}
}

/** One entry for each entry of a map, by the order of its keys' bytes. */
export class EachEntry<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(
    readonly over: Expr<JsonObject>,
    readonly item: Variable,
    readonly index: Variable,
    readonly key: Expr<string>,
    readonly body: Node,
  ) {}
}

/** An entry whose key is known only at output. */
export class Entry<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(
    readonly key: Expr<string>,
    readonly body: Node,
  ) {}
}

/** A part that several objects share: a named template in the chart. */
export class Fragment<T = unknown> {
  declare readonly [YIELDS]?: T;
  private built: { readonly node: Node } | undefined;
  constructor(
    readonly definition: FragmentDefinition,
    readonly given: Readonly<Record<string, unknown>>,
  ) {}

  /** The part with what was given in place. */
  body(): Node {
    this.built ??= { node: this.definition.body(this.given) };
    return this.built.node;
  }
}

export interface FragmentDefinition {
  readonly name: string;
  /** The comment above the named template. */
  readonly comment: string;
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  readonly body: (given: Readonly<Record<string, unknown>>) => Node;
}

/** Entries of several maps, one after the other. A key that two of them have is an error. */
export class Merge<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(readonly parts: readonly Node[]) {}
}

/** A map or list that stays when it is empty. */
export class Keep<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(readonly part: readonly Node[] | NodeMap | Merge) {}
}

/** A part that is built when it is first read, after all that adds to it. */
export class Late<T = unknown> {
  declare readonly [YIELDS]?: T;
  private built: { readonly node: Node } | undefined;
  constructor(private readonly build: () => Node) {}
  get node(): Node {
    this.built ??= { node: this.build() };
    return this.built.node;
  }
}

/** One line of a text: literals and expressions. */
export class Line {
  constructor(readonly parts: readonly (string | Expr<Scalar>)[]) {}
}

/** Lines, some of them conditional or repeated: the content of a file. Made with the tag text`…`. */
export class Text {
  constructor(readonly items: readonly (Line | When<Text> | Each<Text> | Passage)[]) {}
}

/**
 * Lines of YAML that stand in several places: a named template in the chart. In a text they are its lines; in a tree
 * they are what their YAML says.
 */
export class Passage<T = unknown> {
  declare readonly [YIELDS]?: T;
  constructor(
    /** The end of the named template's name, and the name of its file. */
    readonly name: string,
    /** The comment above the named template. */
    readonly comment: string,
    readonly content: Text,
    /** What stands before each of its lines in the text that it is part of. */
    readonly indentation = '',
  ) {}
}

/** A map as it is written, rather than a part that stands for one. */
export function isMap(node: Node): node is NodeMap {
  return typeof node === 'object' && Object.getPrototypeOf(node) === Object.prototype;
}

/**
 * What stands where an object of type T is expected: T itself, with expressions and parts at any depth.
 * Whatever T is, it is a Node.
 */
export type Tree<T> = [T] extends [Scalar | undefined]
  ? | Input<NonNullable<T>>
    | When<NonNullable<T>>
    | Fragment<NonNullable<T>>
    | Extract<T, undefined>
    | (string extends T ? Text : never)
  : T extends readonly (infer E)[]
    ? Items<E> | Part<T> | ListReference<unknown>
    : T extends Exclude<Node, Scalar | readonly Node[] | NodeMap | undefined>
      ? NoInfer<T>
      : T extends object
        ? { readonly [K in keyof T]: Tree<T[K]> | undefined } | Part<T> | Merge<T> | MapReference<unknown>
        : unknown extends T
          ? Node
          : Extract<NoInfer<T>, Scalar | undefined>;
/** The items of a list. */
export type Items<E> = readonly (Tree<E> | Each<E> | When<readonly E[]> | undefined)[];
type Part<T> = When<T> | Fragment<T> | Passage<T> | Keep<T> | Late<T> | Expr<T>;
