/** Objects as lines of JSON: a list for each tier. */
import { readFileSync, writeFileSync } from 'node:fs';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [key: string]: Json;
}

export function readObjects(file: string): readonly (readonly PlainObject[])[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map(objectsIn);
}

export function writeObjects(file: string, tiers: Iterable<readonly unknown[]>): void {
  writeFileSync(file, [...tiers].map((objects) => `${JSON.stringify(objects)}\n`).join(''));
}

function objectsIn(line: string): readonly PlainObject[] {
  const objects: unknown = JSON.parse(line);
  if (Array.isArray(objects) && objects.every(isPlainObject)) return objects;
  throw new TypeError(`no list of objects: ${line.slice(0, 80)}`);
}

function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value;
}
