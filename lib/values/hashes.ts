/** Hashes, which change with what they are of, and nothing else. */
import { createHash } from 'node:crypto';
import type { Json } from './expression';
import { operation } from './operation';

/** Go's JSON of a value: sorted keys, and `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: unknown): string {
  const sorted = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(sorted);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => compareBytes(a, b));
    return new Map(entries.map(([key, item]) => [key, sorted(item)]));
  };
  const print = (node: unknown): string => {
    if (node instanceof Map) return `{${[...node].map(([key, item]) => `${print(key)}:${print(item)}`).join(',')}}`;
    if (Array.isArray(node)) return `[${node.map(print).join(',')}]`;
    return JSON.stringify(node).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  return print(sorted(value));
}

/** The order in which Go walks a map's keys: by UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The SHA-256 of a value's JSON, in hexadecimal. */
export const hashOfValue = operation({
  name: 'hashOfValue',
  kind: 'string',
  casts: true,
  plain: true,
  evaluate: (value: Json | Readonly<Record<string, unknown>>) => sha256(goJson(value)),
  toGoTemplate: ([value]) => `toJson ${value} | sha256sum`,
});

/** The SHA-256 of a text, in hexadecimal. */
export const hashOfText = operation({
  name: 'hashOfText',
  kind: 'string',
  plain: true,
  evaluate: (text: string) => sha256(text),
  toGoTemplate: ([text]) => `${text} | sha256sum`,
});
