/**
 * Expressions in places where another library's interface demands a string, such as the name of an `ISecret`.
 * The string is a marker that stands for the expression until the object that holds it is read back.
 */
import { type Expr, type Input, isExpr, isScalar, literalOf } from './expression';
import { isList, isObject } from './json';
import type { Node } from './parts';
import { concat } from './texts';

const MARKER = /cdk8s-tiers-expression-(\d+)-/g;
const minted: Expr<string>[] = [];
const arrived = new Set<number>();

/** A string that stands for an expression in an interface that knows only strings. A literal is itself. */
export function asString(input: Input<string>): string {
  const literal = literalOf(input);
  if (literal !== undefined) return literal;
  if (!isExpr(input)) return input;
  return `cdk8s-tiers-expression-${minted.push(input) - 1}-`;
}

/**
 * Another library's object as a tree, with the expressions back in place of their markers.
 * @param read what a string in it stands for
 */
export function rehydrate(json: unknown, path: string, read: (text: string, path: string) => Node = fromString): Node {
  if (typeof json === 'string') return read(json, path);
  if (isScalar(json)) return json;
  if (isList(json)) return json.map((item) => rehydrate(item, path, read));
  if (!isObject(json)) return undefined;
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => {
      if (key.search(MARKER) >= 0)
        throw new TypeError(`${path}: an expression cannot be the key of a map in another library's object`);
      return [key, rehydrate(item, path, read)];
    }),
  );
}

/** A string of another library's with the expressions back in place of their markers. */
export function fromString(text: string, path: string): Input<string> {
  const pieces = text.split(MARKER);
  if (pieces.length === 1) return text;
  return concat(
    pieces.map((piece, i) => {
      if (i % 2 === 0) return piece;
      const expression = minted[Number(piece)];
      if (expression === undefined) throw new TypeError(`${path}: "${text}" holds a marker that was never made`);
      arrived.add(Number(piece));
      return expression;
    }),
  );
}

/** Expressions that were handed out as strings and never came back. */
export function lostTokens(): readonly string[] {
  return minted.filter((_, i) => !arrived.has(i)).map((expression) => expression.describe());
}

/** Forgets every marker, for a process that makes all its constructs again. */
export function forgetTokens(): void {
  minted.length = 0;
  arrived.clear();
}
