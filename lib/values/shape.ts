/** The closed set of forms that a system's values may take, read off its zod schema. */
import { z } from 'zod';
import type { Json, Kind } from './expression';

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
      fallback = schema.def.defaultValue as Json;
    } else if (schema instanceof z.ZodNullable) nullable = true;
    else if (!(schema instanceof z.ZodOptional && inElement)) break;
    schema = schema.unwrap() as z.ZodType;
    description ??= schema.description;
  }
  const described: Described = { schema, description, default: fallback };

  if (schema instanceof z.ZodObject) {
    if (!(schema.def.catchall instanceof z.ZodNever))
      throw new TypeError(`${path}: write z.strictObject, so that a misspelt value is refused`);
    if (nullable) throw new TypeError(`${path}: an object cannot be null; give it an "enabled" value`);
    const fields = Object.entries(schema.shape).map(([key, field]) => {
      if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) throw new TypeError(`${path}.${key}: a value's name is in camelCase`);
      return [key, read(field as z.ZodType, `${path}.${key}`, inElement)] as const;
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
    return leaf('string', { plain: schema.options.every((option) => /^[\w./:-]*$/.test(String(option))) });
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
    return { ...described, type: 'list', element: read(schema.element as z.ZodType, `${path}[]`, true) };
  }
  if (schema instanceof z.ZodRecord) {
    return { ...described, type: 'map', element: read(schema.valueType as z.ZodType, `${path}.*`, true) };
  }
  if (schema instanceof z.ZodLazy) return leaf('map', { free: true });
  throw new TypeError(
    `${path}: ${schema.def.type} is not among the forms of values: boolean, int, bounded number, enum, string, list, map, object`,
  );
}
