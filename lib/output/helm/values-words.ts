/** How a chart's own documents speak of a value. */
import type { ValueLeaf } from '../../values/schema';

/** Bounds that the default shows by itself. */
const OBVIOUS: ReadonlySet<string> = new Set(['true or false', 'a text', 'a list', 'a map', 'anything but null']);

/** What may be given, where it is not plain from the default or the description. */
export function boundsOf(leaf: ValueLeaf): string | undefined {
  return OBVIOUS.has(leaf.allowed) ? undefined : leaf.allowed;
}

/** Text that ends as a sentence does. */
export function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}
