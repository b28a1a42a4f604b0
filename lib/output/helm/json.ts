/** JSON that a person can read: what fits a line is on one. */
import type { Json } from '../../values/expression';
import { isObject } from '../../values/json';

/** A value with its description, default and bounds. */
const WIDTH = 320;

export function jsonText(value: Json, margin = ''): string {
  const line = inLine(value);
  if (typeof value !== 'object' || value === null || margin.length + line.length < WIDTH) return line;
  const inner = `${margin}  `;
  const items = isObject(value)
    ? Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, inner)}`)
    : value.map((item) => jsonText(item, inner));
  const lines = items.map((item) => inner + item).join(',\n');
  return isObject(value) ? `{\n${lines}\n${margin}}` : `[\n${lines}\n${margin}]`;
}

function inLine(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isObject(value)) return `[${value.map(inLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
