/** What a system's schema says of its values: the defaults, the JSON schema of a chart, and the check of a file. */
import { z } from 'zod';
import type { Json, JsonObject } from './expression';
import { allowedOf, formOf, keyPatternOf } from './form';
import { once } from './once';
import { type Shape, shapeOf } from './shape';

type Fields = Extract<Shape, { type: 'object' }>;

/** @throws where the schema is not that of an object. */
export function fieldsOf(schema: z.ZodType): Fields {
  const shape = shapeOf(schema);
  if (shape.type !== 'object') throw new TypeError('values: a schema of values is a z.strictObject');
  return shape;
}

// ---- Wrappers ------------------------------------------------------------------------------------------------------

interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly nullable: boolean;
  /** It may be left out of an element. */
  readonly optional: boolean;
}

function fieldsIn(shape: Fields): readonly Field[] {
  const outer: Readonly<Record<string, unknown>> = shape.schema instanceof z.ZodObject ? shape.schema.shape : {};
  return Object.entries(shape.fields).map(([name, field]) => ({ name, shape: field, ...wrappersOf(outer[name]) }));
}

function wrappersOf(outer: unknown): { nullable: boolean; optional: boolean } {
  let schema = outer;
  let [nullable, optional] = [false, false];
  for (;;) {
    if (schema instanceof z.ZodNullable) nullable = true;
    else if (schema instanceof z.ZodOptional) optional = true;
    else if (!(schema instanceof z.ZodDefault)) return { nullable, optional };
    schema = schema.unwrap();
  }
}

// ---- Defaults ------------------------------------------------------------------------------------------------------

/** The defaults, which are values.yaml. What a file must give is left out. */
export function defaultsOf(schema: z.ZodType): JsonObject {
  return defaultsIn(fieldsOf(schema));
}

function defaultsIn(shape: Fields): JsonObject {
  const entries = Object.entries(shape.fields).map(([key, field]): [string, Json | undefined] => [
    key,
    field.type === 'object' ? defaultsIn(field) : field.default,
  ]);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

// ---- Leaves --------------------------------------------------------------------------------------------------------

/** A value that a file may set: a leaf, a list or a map, or what the elements of those have. */
export interface ValueLeaf {
  /** As a file spells it; `[]` stands for any item of a list and `*` for any key of a map. */
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly description: string | undefined;
  /** Undefined where a file must give a value, and in elements. */
  readonly default: Json | undefined;
  /** Its bounds in words, such as `a whole number from 1 to 50`. */
  readonly allowed: string;
  /** It is part of an element of a list or map. */
  readonly inElement: boolean;
  /** A file must give it, or an element must have it. */
  readonly required: boolean;
}

/** Every leaf in the order of the schema. A list or map comes before what its elements have. */
export const leavesOf = once((schema: z.ZodType): readonly ValueLeaf[] =>
  fieldsIn(fieldsOf(schema)).flatMap((field) => leavesIn(field, [], false)),
);

function leavesIn(
  { name, shape, optional }: Field,
  above: readonly string[],
  inElement: boolean,
): readonly ValueLeaf[] {
  const path = [...above, name];
  if (shape.type === 'object') return fieldsIn(shape).flatMap((field) => leavesIn(field, path, inElement));
  const required = inElement ? !optional : shape.default === undefined;
  const { description, default: fallback } = shape;
  const leaf: ValueLeaf = {
    path,
    shape,
    description,
    default: fallback,
    allowed: allowedOf(shape, pathText(path)),
    inElement,
    required,
  };
  if (shape.type === 'leaf') return [leaf];
  const element = { name: shape.type === 'list' ? '[]' : '*', shape: shape.element, nullable: false, optional: false };
  const isDocumented = shape.element.type !== 'leaf' || shape.element.description !== undefined;
  return isDocumented ? [leaf, ...leavesIn(element, path, true)] : [leaf];
}

// ---- The JSON schema of a chart ------------------------------------------------------------------------------------

/**
 * values.schema.json. Helm applies it to the defaults under a file, in which a null has deleted a default: what may not
 * be null is therefore required.
 *
 * @throws where a value has no description, or a default is outside its own bounds.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonObject {
  const fields = fieldsOf(schema);
  const wrong = checkValues(schema, defaultsOf(schema)).filter(({ given }) => given !== NOTHING);
  if (wrong.length > 0) throw new TypeError(`a default is outside its bounds: ${wrong.map(problemText).join('; ')}`);
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...jsonSchemaIn(fields, [], false, false) };
}

function jsonSchemaIn(shape: Shape, path: readonly string[], nullable: boolean, inElement: boolean): JsonObject {
  if (shape.type !== 'object' && !inElement && shape.description === undefined)
    throw new TypeError(`values.${pathText(path)}: describe the value: its description stands in values.yaml`);
  const described = {
    ...(shape.description === undefined ? {} : { description: shape.description }),
    ...(shape.default === undefined || shape.type === 'object' ? {} : { default: shape.default }),
  };
  const orNull = (type: string): Json => (nullable ? [type, 'null'] : type);
  if (shape.type === 'object') {
    const fields = fieldsIn(shape);
    const required = fields.filter((field) => (inElement ? !field.optional : !field.nullable)).map(({ name }) => name);
    const properties = fields.map(({ name, shape: field, nullable: mayBeNull }): [string, Json] => [
      name,
      jsonSchemaIn(field, [...path, name], mayBeNull, inElement),
    ]);
    return {
      ...described,
      type: orNull('object'),
      additionalProperties: false,
      ...(required.length === 0 ? {} : { required }),
      properties: Object.fromEntries(properties),
    };
  }
  if (shape.type === 'list') {
    const form = formOf(shape.schema, pathText(path));
    return { ...described, ...form, type: orNull('array'), items: elementIn(shape.element, [...path, '[]']) };
  }
  if (shape.type === 'map') {
    const pattern = keyPatternOf(shape.schema, pathText(path));
    const element = elementIn(shape.element, [...path, '*']);
    const keys: JsonObject =
      pattern === undefined
        ? { additionalProperties: element }
        : { patternProperties: { [pattern]: element }, additionalProperties: false };
    return { ...described, type: orNull('object'), ...keys };
  }
  if (shape.leaf.free)
    return { ...described, type: ['object', 'array', 'string', 'number', 'boolean', ...(nullable ? ['null'] : [])] };
  const { type = 'string', enum: options, ...bounds } = formOf(shape.schema, pathText(path));
  const choices = options === undefined ? {} : { enum: nullable ? [...options, null] : options };
  return { ...described, type: orNull(type), ...choices, ...bounds };
}

function elementIn(element: Shape, path: readonly string[]): JsonObject {
  return jsonSchemaIn(element, path, element.type === 'leaf' && element.leaf.nullable, true);
}

// ---- Checking a file -----------------------------------------------------------------------------------------------

/** A value that the schema refuses. */
export interface ValueProblem {
  readonly path: readonly (string | number)[];
  readonly given: string;
  readonly allowed: string;
}

const NOTHING = 'nothing';

/** Every value that the schema refuses, in the defaults under a file. Helm refuses the same paths. */
export function checkValues(schema: z.ZodType, values: JsonObject): readonly ValueProblem[] {
  const shape = fieldsOf(schema);
  const problems = (checkerOf(schema).safeParse(values, { jitless: true }).error?.issues ?? []).flatMap(
    (issue): readonly ValueProblem[] => {
      const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
      const keyProblem = (key: string, above: ValueProblem['path']): ValueProblem => ({
        path: [...above, key],
        given: `the key ${JSON.stringify(key)}`,
        allowed: keysOf(shapeAt(shape, above), pathText(above)),
      });
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => keyProblem(key, path));
      if (issue.code === 'invalid_key') return [keyProblem(String(path.at(-1)), path.slice(0, -1))];
      return [
        { path, given: givenText(valueAt(values, path)), allowed: allowedOf(shapeAt(shape, path), pathText(path)) },
      ];
    },
  );
  return [...new Map(problems.map((problem) => [JSON.stringify(problem.path), problem])).values()];
}

/** `backend.replicas.min: given 0, allowed: a whole number from 1 to 50` */
export function problemText({ path, given, allowed }: ValueProblem): string {
  return `${path.length === 0 ? 'values' : pathText(path)}: given ${given}, allowed: ${allowed}`;
}

/** A path as a reader writes it: `ingress.hosts[0].name`, `labels["a.b/c"]`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (step === '[]') return step;
      return /^[\w*-]+$/.test(step) ? `${i === 0 ? '' : '.'}${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('');
}

function givenText(value: Json | undefined): string {
  if (value === undefined) return NOTHING;
  const text = JSON.stringify(value);
  if (text.length <= 60) return text;
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'a map';
  return `${text.slice(0, 57)}…`;
}

function keysOf(shape: Shape, path: string): string {
  return shape.type === 'object' ? `only ${Object.keys(shape.fields).join(', ')}` : allowedOf(shape, path);
}

function shapeAt(shape: Shape, path: ValueProblem['path']): Shape {
  return path.reduce<Shape>((at, step) => {
    const below = at.type === 'object' ? at.fields[step] : at.type === 'leaf' ? undefined : at.element;
    return below ?? at;
  }, shape);
}

function valueAt(values: JsonObject, path: ValueProblem['path']): Json | undefined {
  return path.reduce<Json | undefined>((at, step) => {
    if (typeof at !== 'object' || at === null) return undefined;
    return new Map<string, Json>(Object.entries(at)).get(String(step));
  }, values);
}

const checkerOf = once((schema: z.ZodType): z.ZodType => strict(fieldsOf(schema), [], false));

/** The schema without defaults, and with texts measured in code points, as by Helm. */
function strict(shape: Shape, path: readonly string[], inElement: boolean): z.ZodType {
  if (shape.type === 'object') {
    const fields = fieldsIn(shape).map(({ name, shape: field, nullable, optional }): [string, z.ZodType] => {
      const checked = strict(field, [...path, name], inElement);
      const orNull = nullable ? checked.nullable() : checked;
      return [name, (inElement ? optional : nullable) ? orNull.optional() : orNull];
    });
    return z.strictObject(Object.fromEntries(fields));
  }
  if (shape.type === 'list') {
    const { minItems = 0, maxItems = Infinity } = formOf(shape.schema, pathText(path));
    const fits = (items: readonly unknown[]): boolean => items.length >= minItems && items.length <= maxItems;
    // Unlike min() and max(), this has the items checked too, and the number of items where an item is wrong.
    const when = ({ value }: { value: unknown }): boolean => Array.isArray(value);
    return z.array(strictElement(shape.element, [...path, '[]'])).refine(fits, { when });
  }
  if (shape.type === 'map') {
    const pattern = keyPatternOf(shape.schema, pathText(path));
    const keys = pattern === undefined ? z.string() : z.string().regex(new RegExp(pattern, 'u'));
    return z.record(keys, strictElement(shape.element, [...path, '*']));
  }
  if (shape.leaf.free) return z.unknown().refine((value) => value !== undefined && value !== null);
  if (!(shape.schema instanceof z.ZodString)) return shape.schema;
  const { pattern, minLength = 0, maxLength = Infinity } = formOf(shape.schema, pathText(path));
  const text = pattern === undefined ? z.string() : z.string().regex(new RegExp(pattern, 'u'));
  return text.refine((value) => {
    const length = Array.from(value).length;
    return length >= minLength && length <= maxLength;
  });
}

function strictElement(element: Shape, path: readonly string[]): z.ZodType {
  const checked = strict(element, path, true);
  return element.type === 'leaf' && element.leaf.nullable ? checked.nullable() : checked;
}
