/** Random values files that the schema of a system refuses, each with the places it is refused for. */
import fc from 'fast-check';
import type { z } from 'zod';
import type { Json, JsonObject } from '../../lib/values/expression';
import { validFiles } from './arbitrary-values';
import { isNullable, isWithin, type Path, type Schema, setIn, type Target, targetsOf, whenSet } from './value-targets';

/** A file that is refused, and the places that are named for it. */
export interface InvalidFile {
  readonly values: JsonObject;
  readonly paths: readonly Path[];
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
  const { type, minimum, maximum, pattern, minItems = 0 } = schema;
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
  if (minItems > 0) faults.push([]);
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) faults.push(minimum - 1);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) faults.push(maximum + 1);
  if (schema.enum !== undefined) faults.push('no-such-option');
  if (pattern !== undefined) faults.push(...['', 'A B', '!', 'a\nb'].filter((text) => !new RegExp(pattern).test(text)));
  return faults;
}
