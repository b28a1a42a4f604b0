/** Random values files for the schema of a system. */
import fc from 'fast-check';
import type { z } from 'zod';
import type { Json, JsonObject } from '../../lib/values/expression';
import {
  isNullable,
  isRequired,
  isWithin,
  type Path,
  type Schema,
  setIn,
  type SetSchema,
  type Target,
  targetsOf,
  whenSet,
} from './value-targets';

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
  const known = new Map<Target, fc.Arbitrary<Json>>();
  const valueOf = (leaf: Target): fc.Arbitrary<Json> => {
    const arbitrary = known.get(leaf) ?? value(leaf.schema, words);
    known.set(leaf, arbitrary);
    return arbitrary;
  };
  return chosen.chain((given) => {
    const set = [...always, ...given];
    return fc
      .tuple(...set.map(valueOf))
      .map((all) => set.reduce<JsonObject>((file, { path }, index) => setIn(file, path, all[index] ?? null), {}));
  });
}

// ---- Values --------------------------------------------------------------------------------------------------------

const ODD_WORDS =
  'yes off N null ~ true 012 0o17 1e3 1_000 9007199254740993 .inf 1.0 2026-01-02 12:30:45 = << - --- ...';
const ODD_SIGNS = '*a &a !a %a @a `a` a\\b "a" it\'s {{ }} {a} [a] $HOME $(A) %s é 日本語 😀';
const ODD_TEXTS = [
  ...`${ODD_WORDS} ${ODD_SIGNS}`.split(' '),
  ...['', ' ', 'a: b', 'a #b', '# a', '- a', '? a', '{{ .Values.a }}', '<a> & "b"', 'trailing ', 'a\u00a0b'],
  ...['two\nlines', 'two\nlines\n', '\n a', 'a\n\n\n', '\ttab', 'long '.repeat(60)],
];
const ODD_KEYS = ODD_TEXTS.filter((text) => !/[\n\t]|^<<$/.test(text)).concat('constructor', 'a.b/c', 'K'.repeat(200));

/** U+0085, U+2028 and U+2029 are left out: Go's YAML writer does not always give them back. */
const grapheme = (maxLength: number) =>
  fc.string({ unit: 'grapheme', maxLength }).filter((text) => !/[\u0085\u2028\u2029]/.test(text));

function value(schema: Schema, words: readonly string[]): fc.Arbitrary<Json> {
  const set = setValue(whenSet(schema), words);
  return isNullable(schema) ? fc.oneof(fc.constant(null), set) : set;
}

function setValue(schema: SetSchema, words: readonly string[]): fc.Arbitrary<Json> {
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
  const any = (pattern === undefined ? grapheme(20) : matching(pattern)).filter(accepts);
  const fitting = odd.filter(accepts);
  return fitting.length === 0 ? any : fc.oneof(any, fc.constantFrom(...fitting));
}

const known = new Map<string, fc.Arbitrary<string>>();

/** Texts of a pattern. They are made ready once: the odd ones that fast-check has are tried character by character. */
function matching(pattern: string): fc.Arbitrary<string> {
  const arbitrary = known.get(pattern) ?? fc.stringMatching(new RegExp(pattern));
  known.set(pattern, arbitrary);
  return arbitrary;
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
