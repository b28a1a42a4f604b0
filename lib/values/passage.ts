/** Passages: lines of YAML that stand in several places, in texts and in trees. */
import type { Json, Scope } from './expression';
import { isList } from './json';
import { parseValues } from './load';
import { Passage, type Text } from './parts';
import { passageLines } from './text';

/**
 * Lines of YAML that stand in several places: on a line of their own in a text, or in a tree as the value of a key or,
 * for the items of the list that they are, in another list. In the chart they are a named template of this name.
 */
export function passage<T>(name: string, comment: string, content: Text): Passage<T> {
  return new Passage<T>(name, comment, content);
}

/** What a passage says in one environment, as Helm reads it. */
export function evaluatePassage({ name, content }: Passage, scope: Scope): Json | undefined {
  return parseValues(['said:', ...passageLines(content, '  ', scope), ''].join('\n'), name).said;
}

/** The items of the list that a passage says. */
export function evaluatePassageItems(part: Passage, scope: Scope): readonly Json[] {
  const said = evaluatePassage(part, scope);
  if (isList(said)) return said;
  throw new TypeError(`${part.name} stands in a list, but says none`);
}
