/** JSON that a person can read: what fits a line is on one. */
import type { Json } from '../../values/expression';
import { isObject } from '../../values/json';

/** A value with its description, default and bounds. */
const WIDTH = 320;

export function jsonText(value: Json, margin = '', before = ''): string {
  const line = inLine(value);
  if (typeof value !== 'object' || value === null || margin.length + before.length + line.length < WIDTH) return line;
  const inner = `${margin}  `;
  const items = isObject(value)
    ? Object.entries(value).map(([key, item]) => keyed(key, (name) => jsonText(item, inner, name)))
    : value.map((item) => jsonText(item, inner));
  const [open, close] = isObject(value) ? '{}' : '[]';
  return [`${open ?? ''}`, items.map((item) => inner + item).join(',\n'), `${margin}${close ?? ''}`].join('\n');
}

function inLine(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isObject(value)) return `[${value.map(inLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => keyed(key, () => inLine(item)));
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function keyed(key: string, item: (name: string) => string): string {
  const name = `${JSON.stringify(key)}: `;
  return name + item(name);
}
