/** How a loop runs in the plain reading. */
import type { Scope } from './expression';
import { compareBytes } from './hashes';
import { isList } from './json';
import type { Each, EachEntry } from './parts';

/** The scope of each turn of a loop. */
export function scopesOf(loop: Each | EachEntry, scope: Scope): readonly Scope[] {
  return turnsOf(loop.over.evaluate(scope)).map(([item, index]) => ({
    ...scope,
    variables: new Map([...scope.variables, [loop.item, item], [loop.index, index]]),
  }));
}

function turnsOf(over: ReturnType<Each['over']['evaluate']>): readonly (readonly [item: unknown, index: unknown])[] {
  if (typeof over === 'number') return Array.from({ length: over }, (_, i) => [i, i]);
  if (isList(over)) return over.map((item, i) => [item, i]);
  const entries = Object.entries(over).sort(([a], [b]) => compareBytes(a, b));
  return entries.map(([key, item]) => [item, key]);
}
