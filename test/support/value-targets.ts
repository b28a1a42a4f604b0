/** What a values file may set, read off the JSON Schema that zod writes: a reading beside the library's own. */
import { z } from 'zod';
import { isObject } from '../../lib/values/json';
import type { Json, JsonObject } from '../../lib/values/expression';

export type Path = readonly (string | number)[];

type Type = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** What `z.toJSONSchema` writes for the forms that values may take. */
export interface Schema {
  readonly type?: Type | readonly (Type | 'null')[] | 'null';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly default?: Json;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly multipleOf?: number;
}

/** The schema of something that is not null. */
export type SetSchema = Omit<Schema, 'type'> & { readonly type?: Type };

/** Something that a file may set: a leaf, or a list or map as a whole. */
export interface Target {
  readonly path: Path;
  readonly schema: Schema;
}

/** The paths that a file may set, such as `backend.replicas.min`; a list or map is one. */
export function leafPaths(schema: z.ZodObject): readonly string[] {
  return targetsOf(schema).leaves.map(({ path }) => path.join('.'));
}

/** The leaves that a file sets. */
export function pathsIn(schema: z.ZodObject, file: JsonObject): readonly string[] {
  return targetsOf(schema)
    .leaves.filter(({ path }) => getIn(file, path) !== undefined)
    .map(({ path }) => path.join('.'));
}

export interface Targets {
  readonly leaves: readonly Target[];
  readonly sections: readonly Target[];
}

const known = new WeakMap<z.ZodObject, Targets>();

export function targetsOf(schema: z.ZodObject): Targets {
  const targets = known.get(schema) ?? findTargets(schema);
  known.set(schema, targets);
  return targets;
}

function findTargets(schema: z.ZodObject): Targets {
  const leaves: Target[] = [];
  const sections: Target[] = [];
  const visit = (target: Target): void => {
    const { path, schema: node } = target;
    if (node.properties === undefined) {
      leaves.push(target);
      return;
    }
    sections.push(target);
    for (const [key, child] of Object.entries(node.properties)) visit({ path: [...path, key], schema: child });
  };
  visit({ path: [], schema: z.toJSONSchema(schema, { io: 'input' }) as Schema });
  return { leaves, sections };
}

export function isRequired({ schema }: Target): boolean {
  return schema.default === undefined;
}

export function isNullable({ type, anyOf = [] }: Schema): boolean {
  return [type].flat().includes('null') || anyOf.some(isNullable);
}

/** The schema of a nullable value when it is set. */
export function whenSet(schema: Schema): SetSchema {
  const { type, ...rest } = schema.anyOf?.find((one) => !isNullable(one)) ?? schema;
  const set = [type].flat().find((one) => one !== 'null');
  return { ...rest, ...(set !== undefined && { type: set }) };
}

export function isWithin(inner: Path, outer: Path): boolean {
  return outer.every((part, index) => inner[index] === part);
}

function getIn(file: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    file,
  );
}

export function setIn(file: JsonObject, [key, ...rest]: Path, given: Json): JsonObject {
  if (key === undefined) return file;
  const below = file[key];
  return { ...file, [key]: rest.length === 0 ? given : setIn(isObject(below) ? below : {}, rest, given) };
}
