/** The closed set of forms that a system's values may take, read off its zod schema. */
import { z } from 'zod';
import type { Json, Kind } from './expression';
import { isJson } from './json';
import { isPlainText } from './texts';
import { readPlain } from './yaml-11';

/** A single value. */
export interface Leaf {
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The pattern lets only letters, digits and `. _ / : -` pass. */
  readonly plain: boolean;
  /** Go counts every value but null as true: no zero and no empty text. */
  readonly truthy: boolean;
  /** Any JSON: printed with toYaml. */
  readonly free: boolean;
}

interface Described {
  readonly schema: z.ZodType;
  readonly description: string | undefined;
  /** Undefined where the user must give one. */
  readonly default: Json | undefined;
}

export type Shape = Described &
  (
    | { readonly type: 'object'; readonly fields: Readonly<Record<string, Shape>> }
    | { readonly type: 'leaf'; readonly leaf: Leaf }
    | { readonly type: 'list'; readonly element: Shape }
    | { readonly type: 'map'; readonly element: Shape }
  );

const known = new WeakMap<z.ZodType, Shape>();

/** @throws naming the path, for a form outside the closed set. */
export function shapeOf(schema: z.ZodType, inElement = false): Shape {
  const found = known.get(schema) ?? read(schema, 'values', inElement);
  known.set(schema, found);
  return found;
}

function isTruthy(schema: z.ZodType): boolean {
  return ['', 0, false].every((value) => !schema.safeParse(value).success);
}

function assertName(name: string, path: string): void {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) throw new TypeError(`${path}.${name}: a value's name is in camelCase`);
  const word = readPlain(name);
  if (typeof word !== 'string') throw new TypeError(`${path}.${name}: rename it: YAML 1.1 reads it as ${String(word)}`);
}

/** A schema within another, which zod types as that of any of its editions. */
function classic(schema: unknown, path: string): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError(`${path}: write schemas with zod, not with zod/mini`);
}

function read(outer: z.ZodType, path: string, inElement: boolean): Shape {
  let schema = outer;
  let fallback: Json | undefined;
  let nullable = false;
  let description = outer.description;
  for (;;) {
    if (schema instanceof z.ZodDefault) {
      // Helm fills in defaults only down to a list or a map with keys of the user's.
      if (inElement)
        throw new TypeError(`${path}: an element of a list or map cannot have a default; make it .nullish()`);
      const { defaultValue } = schema.def;
      if (!isJson(defaultValue)) throw new TypeError(`${path}: a default is JSON`);
      fallback = defaultValue;
    } else if (schema instanceof z.ZodNullable) nullable = true;
    else if (!(schema instanceof z.ZodOptional && inElement)) break;
    schema = classic(schema.unwrap(), path);
    description ??= schema.description;
  }
  const described: Described = { schema, description, default: fallback };

  if (schema instanceof z.ZodObject) {
    if (!(schema.def.catchall instanceof z.ZodNever))
      throw new TypeError(`${path}: write z.strictObject, so that a misspelt value is refused`);
    if (nullable) throw new TypeError(`${path}: an object cannot be null; give it an "enabled" value`);
    if (fallback !== undefined) throw new TypeError(`${path}: an object has no default; give its values defaults`);
    const inner: Readonly<Record<string, unknown>> = schema.shape;
    const fields = Object.entries(inner).map(([key, field]) => {
      assertName(key, path);
      return [key, read(classic(field, path), `${path}.${key}`, inElement)] as const;
    });
    return { ...described, type: 'object', fields: Object.fromEntries(fields) };
  }
  const leaf = (kind: Kind, more: Partial<Leaf> = {}): Shape => {
    return {
      ...described,
      type: 'leaf',
      leaf: { kind, nullable, plain: false, truthy: isTruthy(schema), free: false, ...more },
    };
  };
  if (schema instanceof z.ZodBoolean) return leaf('bool');
  if (schema instanceof z.ZodEnum) {
    return leaf('string', { plain: schema.options.every((option) => isPlainText(String(option))) });
  }
  if (schema instanceof z.ZodNumber) {
    const { minValue: minimum, maxValue: maximum } = schema;
    const bounds = { ...(minimum !== null && { minimum }), ...(maximum !== null && { maximum }) };
    if (schema.format?.includes('int') === true) return leaf('int', bounds);
    if (schema.minValue === null || schema.maxValue === null || schema.minValue < 0 || schema.maxValue > 999_999) {
      throw new TypeError(`${path}: bound a float within 0 and 999999, where both readings print it alike`);
    }
    return leaf('float', bounds);
  }
  if (schema instanceof z.ZodString) return leaf('string', { plain: schema.meta()?.plain === true });
  if (schema instanceof z.ZodArray) {
    if (nullable) throw new TypeError(`${path}: a list cannot be null; leave it empty`);
    return { ...described, type: 'list', element: read(classic(schema.element, path), `${path}[]`, true) };
  }
  if (schema instanceof z.ZodRecord) {
    if (nullable) throw new TypeError(`${path}: a map cannot be null; leave it empty`);
    return { ...described, type: 'map', element: read(classic(schema.valueType, path), `${path}.*`, true) };
  }
  if (schema instanceof z.ZodLazy) return leaf('map', { free: true });
  throw new TypeError(
    `${path}: ${schema.def.type} is not among the forms of values: boolean, int, bounded number, enum, string, list, map, object`,
  );
}
