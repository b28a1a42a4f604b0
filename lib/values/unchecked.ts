/**
 * What the compiler cannot see and must be told. Types are asserted in this file alone; each function says why what it
 * asserts is so.
 */
import type { Expr, Json, JsonObject } from './expression';
import type { Node, NodeMap } from './parts';

/** A list as the tuple whose places it holds: it was made from that tuple, place by place. */
export function tuple<A extends readonly unknown[]>(places: readonly A[number][]): A {
  return places as A;
}

/**
 * A value, or the expressions that stand for it, as the type that its schema gives it: what is built follows the schema,
 * and every file is checked against the schema before it is read.
 */
export function typedBySchema<V>(value: unknown): V {
  return value as V;
}

/** A nullable value where it is known not to be null: only the branch of a condition that has asked reads it. */
export function present<T>(nullable: Expr<T | null>): Expr<T> {
  return nullable as Expr<T>;
}

/** A map or list of a tree that was found to hold literals alone. */
export function literal(map: NodeMap): JsonObject;
export function literal(list: readonly Node[]): readonly Json[];
export function literal(node: NodeMap | readonly Node[]): JsonObject | readonly Json[] {
  return node as JsonObject | readonly Json[];
}
