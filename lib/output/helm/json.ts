/** JSON that a person can read: what fits a line is on one. */
import type { Json, JsonObject } from '../../values/expression';
import { isObject } from '../../values/json';

/** A value with its description, default and bounds. */
const WIDTH = 320;

export function jsonText(value: Json): string {
  return new Printer().lines(value, '');
}

class Printer {
  /** What a list or map is on one line: those around it are tried there too. */
  private readonly known = new Map<Json, string>();

  lines(value: Json, margin: string): string {
    const line = this.line(value);
    if (typeof value !== 'object' || value === null || margin.length + line.length < WIDTH) return line;
    const inner = `${margin}  `;
    const items = isObject(value)
      ? Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${this.lines(item, inner)}`)
      : value.map((item) => this.lines(item, inner));
    const lines = items.map((item) => inner + item).join(',\n');
    return isObject(value) ? `{\n${lines}\n${margin}}` : `[\n${lines}\n${margin}]`;
  }

  private line(value: Json): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const line = this.known.get(value) ?? this.collection(value);
    this.known.set(value, line);
    return line;
  }

  private collection(value: readonly Json[] | JsonObject): string {
    if (!isObject(value)) return `[${value.map((item) => this.line(item)).join(', ')}]`;
    const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${this.line(item)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
}
