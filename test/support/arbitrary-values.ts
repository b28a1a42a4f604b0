/** Random values files for the schema of a system, read off its JSON Schema: a reading of the schema beside the library's own. */
import fc from 'fast-check';
import { z } from 'zod';
import { isObject } from '../../lib/values/coalesce';
import type { Json, JsonObject } from '../../lib/values/expression';

export type Path = readonly (string | number)[];

/** What `z.toJSONSchema` writes for the forms that values may take. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
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

/** Something that a file may set: a leaf, or a list or map as a whole. */
interface Target {
  readonly path: Path;
  readonly schema: Schema;
}

/** A file that is refused, and the places that are named for it. */
export interface InvalidFile {
  readonly values: JsonObject;
  readonly paths: readonly Path[];
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

export interface Aim {
  /** Keys to try in maps besides odd ones. */
  readonly words?: readonly string[];
  /** Leaves that are always set, with others of their sections. */
  readonly leaves?: readonly string[];
}

/**
 * Files that the schema accepts: a few leaves set, many of a section or many of all, each to a bound, an odd value or
 * an ordinary one.
 */
export function validFiles(schema: z.ZodObject, { words = [], leaves: aims = [] }: Aim = {}): fc.Arbitrary<JsonObject> {
  const { leaves, sections } = targetsOf(schema);
  const isAimedAt = ({ path }: Target) => aims.includes(path.join('.'));
  const always = leaves.filter((leaf) => isRequired(leaf) || isAimedAt(leaf));
  const optional = leaves.filter((leaf) => !always.includes(leaf));
  const some = (of: readonly Target[], most: number) => fc.subarray([...of], { maxLength: Math.min(most, of.length) });
  const within = (section: Path, most: number) =>
    some(
      optional.filter(({ path }) => isWithin(path, section)),
      most,
    );
  const few = some(optional, 6);
  const near = fc.constantFrom(...sections).chain(({ path }) => within(path, 20));
  const anywhere = fc.oneof(
    { weight: 3, arbitrary: few },
    { weight: 5, arbitrary: fc.tuple(near, few).map((parts) => parts.flat()) },
    { weight: 1, arbitrary: some(optional, 24) },
    { weight: 1, arbitrary: some(optional, Infinity) },
  );
  const beside = leaves.filter(isAimedAt).map(({ path }) => within(path.slice(0, -1), 4));
  const chosen = beside.length === 0 ? anywhere : fc.tuple(...beside).map((parts) => [...new Set(parts.flat())]);
  const values = new Map(leaves.map((leaf) => [leaf, value(leaf.schema, words)]));
  return chosen.chain((given) => {
    const set = [...always, ...given];
    return fc
      .tuple(...set.map((leaf) => values.get(leaf) ?? fc.constant(null)))
      .map((all) => set.reduce<JsonObject>((file, { path }, index) => setIn(file, path, all[index] ?? null), {}));
  });
}

/** Files of which the schema refuses exactly one to three places, the rest being as in {@link validFiles}. */
export function invalidFiles(schema: z.ZodObject): fc.Arbitrary<InvalidFile> {
  const { leaves, sections } = targetsOf(schema);
  const faults = fc
    .subarray([...leaves.flatMap(leafFaults), ...sections.flatMap(sectionFaults)], { minLength: 1, maxLength: 3 })
    .filter((some) => some.every(({ at }) => !some.some((other) => other.at !== at && isWithin(at, other.at))));
  return fc.tuple(validFiles(schema), faults).chain(([base, some]) =>
    fc.tuple(...some.map(({ broken }) => broken)).map((broken) => ({
      values: broken.reduce((file, { path, given }) => setIn(file, path, given), base),
      paths: broken.map(({ path, refused = path }) => refused),
    })),
  );
}

// ---- What a schema lets be set -------------------------------------------------------------------------------------

interface Targets {
  readonly leaves: readonly Target[];
  readonly sections: readonly Target[];
}

const known = new WeakMap<z.ZodObject, Targets>();

function targetsOf(schema: z.ZodObject): Targets {
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

function isRequired({ schema }: Target): boolean {
  return schema.default === undefined;
}

function isNullable(schema: Schema): boolean {
  return schema.anyOf?.some(({ type }) => type === 'null') ?? false;
}

/** The schema of a nullable value when it is set. */
function whenSet(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

// ---- Valid values --------------------------------------------------------------------------------------------------

const ODD_TEXTS = [
  ...[
    '',
    ' ',
    'yes',
    'off',
    'N',
    'null',
    '~',
    'true',
    '012',
    '0o17',
    '1e3',
    '1_000',
    '9007199254740993',
    '.inf',
    '1.0',
  ],
  ...[
    '2026-01-02',
    '12:30:45',
    '=',
    '<<',
    '-',
    '---',
    '...',
    'a: b',
    'a #b',
    '# a',
    '- a',
    '? a',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
  ],
  ...['"a"', "it's", 'a\\b', '`a`', '{{ .Values.a }}', '{{', '}}', '{a}', '[a]', '$HOME', '$(A)', '%s', '<a> & "b"'],
  ...['two\nlines', 'two\nlines\n', '\n a', 'a\n\n\n', '\ttab', 'trailing ', 'é', '日本語', '😀', 'a\u00a0b'],
  'long '.repeat(60),
];
const ODD_KEYS = ODD_TEXTS.filter((text) => !/[\n\t]|^<<$/.test(text)).concat('constructor', 'a.b/c', 'K'.repeat(200));

/** U+0085, U+2028 and U+2029 are left out: Go's YAML writer does not always give them back. */
const grapheme = (maxLength: number) =>
  fc.string({ unit: 'grapheme', maxLength }).filter((text) => !/[\u0085\u2028\u2029]/.test(text));

function value(schema: Schema, words: readonly string[]): fc.Arbitrary<Json> {
  if (isNullable(schema)) return fc.oneof(fc.constant(null), value(whenSet(schema), words));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === undefined) return freeMap;
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(schema);
    case 'number':
      return float(schema);
    case 'string':
      return text(schema, ODD_TEXTS);
    case 'array': {
      const { items = {}, minItems = 0, maxItems = minItems + 3 } = schema;
      const longest = Math.min(maxItems, minItems + 3);
      return fc.array(value(items, words), { minLength: minItems, maxLength: longest });
    }
    case 'object':
      return schema.properties === undefined ? map(schema, words) : object(schema, schema.properties, words);
    case 'null':
      return fc.constant(null);
  }
}

function integer({ minimum = -1000, maximum = 1000, multipleOf = 1 }: Schema): fc.Arbitrary<number> {
  const [min, max] = [Math.ceil(minimum / multipleOf), Math.floor(maximum / multipleOf)];
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max })).map((step) => step * multipleOf);
}

function float({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): fc.Arbitrary<number> {
  const range = { min: minimum ?? exclusiveMinimum ?? 0, max: maximum ?? exclusiveMaximum ?? 1000 };
  const accepted = (number: number) => number !== exclusiveMinimum && number !== exclusiveMaximum;
  const round = fc.double({ ...range, noNaN: true }).map((number) => Number(number.toPrecision(3)));
  return fc
    .oneof(fc.constantFrom(range.min, range.max), round, fc.double({ ...range, noNaN: true }))
    .filter((number) => number >= range.min && number <= range.max && accepted(number));
}

/** Texts of a form; those of the odd ones that have the form are among them. */
function text({ pattern, minLength = 0, maxLength = Infinity }: Schema, odd: readonly string[]): fc.Arbitrary<string> {
  const form = new RegExp(pattern ?? '');
  const accepts = (candidate: string) =>
    form.test(candidate) && candidate.length >= minLength && candidate.length <= maxLength;
  const any = (pattern === undefined ? grapheme(20) : fc.stringMatching(form)).filter(accepts);
  const known = odd.filter(accepts);
  return known.length === 0 ? any : fc.oneof(any, fc.constantFrom(...known));
}

function map(schema: Schema, words: readonly string[]): fc.Arbitrary<JsonObject> {
  const { propertyNames = {}, additionalProperties } = schema;
  const names = fc.oneof(text(propertyNames, ODD_KEYS), text(propertyNames, words));
  const element = value(additionalProperties === false ? {} : (additionalProperties ?? {}), words);
  return fc.dictionary(names, element, { maxKeys: 4, noNullPrototype: true });
}

function object(
  schema: Schema,
  properties: Readonly<Record<string, Schema>>,
  words: readonly string[],
): fc.Arbitrary<JsonObject> {
  const arbitraries = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, value(child, words)]));
  return fc.record(arbitraries, { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true });
}

/** Maps of any JSON. */
const freeMap: fc.Arbitrary<JsonObject> = fc.letrec<{ json: Json; map: JsonObject }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constantFrom(...ODD_TEXTS), grapheme(20)),
    fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
    fc.boolean(),
    fc.array(tie('json'), { maxLength: 3 }),
    tie('map'),
  ),
  map: fc.dictionary(fc.oneof(fc.constantFrom(...ODD_KEYS), grapheme(12)), tie('json'), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
})).map;

// ---- Faults --------------------------------------------------------------------------------------------------------

interface Fault {
  readonly at: Path;
  readonly broken: fc.Arbitrary<Broken>;
}

/** What is set, and what is refused of it: all, or a part. */
interface Broken {
  readonly path: Path;
  readonly given: Json;
  readonly refused?: Path;
}

const isWithin = (inner: Path, outer: Path): boolean => outer.every((part, index) => inner[index] === part);

function leafFaults({ path, schema }: Target): readonly Fault[] {
  const whole = faultyValues(schema).map((given) => ({ path, given }));
  const broken = [...whole, ...faultyElements(path, schema)];
  return broken.length === 0 ? [] : [{ at: path, broken: fc.constantFrom(...broken) }];
}

/** Lists and maps with one element, or one key, that is not accepted. */
function faultyElements(path: Path, { items, additionalProperties, propertyNames }: Schema): readonly Broken[] {
  if (items !== undefined) return faultyValues(items).map((given) => ({ path, given: [given], refused: [...path, 0] }));
  if (additionalProperties === undefined || additionalProperties === false) return [];
  const accepts = (key: string) => new RegExp(propertyNames?.pattern ?? '').test(key);
  const faults = accepts('key') ? faultyValues(additionalProperties).map((given) => ['key', given] as const) : [];
  const keys = accepts('!') ? faults : [...faults, ['!', 'text'] as const];
  return keys.map(([key, given]) => ({ path, given: { [key]: given }, refused: [...path, key] }));
}

/** A section may hold a key that it does not know, or be no section. */
function sectionFaults({ path }: Target): readonly Fault[] {
  const unknown = [...path, 'unknownKey'];
  const faults: Fault[] = [{ at: unknown, broken: fc.constant({ path: unknown, given: 1 }) }];
  if (path.length === 0) return faults;
  return [...faults, { at: path, broken: fc.constantFrom(5, 'text', [], null).map((given) => ({ path, given })) }];
}

/** Values that a leaf does not accept: of another type, beyond a bound, unlike its pattern, or null. */
function faultyValues(outer: Schema): readonly Json[] {
  const schema = whenSet(outer);
  const { type, minimum, maximum, pattern } = schema;
  if (type === undefined) return [];
  const ofOtherTypes = (
    [
      ['boolean', true],
      ['integer', 7],
      ['string', 'a text'],
      ['array', [1]],
      ['object', { a: 1 }],
    ] as const
  )
    .filter(([other]) => other !== type && !(other === 'integer' && type === 'number'))
    .map(([, value]) => value);
  const faults: Json[] = [...ofOtherTypes];
  if (!isNullable(outer)) faults.push(null);
  if (type === 'integer') faults.push(1.5);
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) faults.push(minimum - 1);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) faults.push(maximum + 1);
  if (schema.enum !== undefined) faults.push('no-such-option');
  if (pattern !== undefined) faults.push(...['', 'A B', '!', 'a\nb'].filter((text) => !new RegExp(pattern).test(text)));
  return faults;
}

// ---- Files ---------------------------------------------------------------------------------------------------------

function getIn(file: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    file,
  );
}

function setIn(file: JsonObject, [key, ...rest]: Path, given: Json): JsonObject {
  if (key === undefined) return file;
  const below = file[key];
  return { ...file, [key]: rest.length === 0 ? given : setIn(isObject(below) ? below : {}, rest, given) };
}
