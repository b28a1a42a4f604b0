/** How a loop runs in the plain reading. */
import type { JsonObject, Scope } from './expression';
import { compareBytes } from './hashes';
import type { Each, EachEntry, Node } from './parts';

/** The scope of each turn of a loop. */
export function scopesOf(loop: Each | EachEntry, scope: Scope): readonly Scope[] {
  const over: unknown = loop.over.evaluate(scope);
  const turns: readonly (readonly [unknown, unknown])[] =
    typeof over === 'number'
      ? Array.from({ length: over }, (_, i) => [i, i])
      : isList(over)
        ? over.map((item, i) => [item, i])
        : Object.entries(over as JsonObject)
            .sort(([a], [b]) => compareBytes(a, b))
            .map(([key, item]) => [item, key]);
  return turns.map(([item, index]) => ({
    ...scope,
    variables: new Map([...scope.variables, [loop.item, item], [loop.index, index]]),
  }));
}

export function isList(node: unknown): node is readonly Node[] {
  return Array.isArray(node);
}
