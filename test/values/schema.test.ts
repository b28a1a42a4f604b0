import fc from 'fast-check';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { CPU_PATTERN } from '../../lib/values/quantity';
import { checkValues, defaultsOf, jsonSchemaOf, leavesOf, pathText, problemText } from '../../lib/values/schema';
import { invalidFiles } from '../support/arbitrary-faults';
import { validFiles } from '../support/arbitrary-values';

const schema = z.strictObject({
  host: z
    .string()
    .regex(/^[a-z.]+$/)
    .describe('Public host name.'),
  profile: z.enum(['small', 'large']).nullable().default(null).describe('Sizes of everything.'),
  backend: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether there is a backend.'),
      cpu: z
        .string()
        .regex(CPU_PATTERN)
        .meta({ plain: true, form: 'a CPU quantity, such as 250m or 2' })
        .default('250m')
        .describe('CPU that a pod asks for.'),
      replicas: z.strictObject({
        min: z.int().min(1).max(50).default(3).describe('Replicas at least.'),
        max: z.int().min(1).nullable().default(null).describe('Replicas at most.'),
      }),
      sampling: z.number().gt(0).max(1).default(0.5).describe('Share of the requests that are traced.'),
      env: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(3).describe('Name.'),
            value: z.string().max(9).nullish().describe('Value.'),
          }),
        )
        .max(2)
        .default([])
        .describe('Further variables.'),
      labels: z
        .record(z.string().regex(/^[a-z./]+$/), z.string().max(2))
        .default({ a: 'b' })
        .describe('Further labels.'),
      affinity: z.json().default({}).describe('Affinity of the pods.'),
    })
    .describe('The API.'),
});

const leafSchema = (leaf: z.ZodType): JsonObject => {
  const { properties } = jsonSchemaOf(z.strictObject({ leaf }));
  return (properties as { leaf: JsonObject }).leaf;
};
const allowed = (leaf: z.ZodType): string | undefined =>
  leavesOf(z.strictObject({ leaf: leaf.describe('d') }))[0]?.allowed;
const problems = (values: JsonObject): readonly string[] =>
  checkValues(schema, coalesce(defaultsOf(schema), values)).map(problemText);

describe('defaultsOf', () => {
  test('has every default, null too, and leaves out what a file must give', () => {
    expect(defaultsOf(schema)).toEqual({
      profile: null,
      backend: {
        enabled: true,
        cpu: '250m',
        replicas: { min: 3, max: null },
        sampling: 0.5,
        env: [],
        labels: { a: 'b' },
        affinity: {},
      },
    });
  });

  test('keeps the order of the schema', () => {
    expect(Object.keys(defaultsOf(schema).backend as JsonObject)).toEqual([
      'enabled',
      'cpu',
      'replicas',
      'sampling',
      'env',
      'labels',
      'affinity',
    ]);
  });

  test('refuses what is not an object', () => {
    expect(() => defaultsOf(z.array(z.string()))).toThrow('values: a schema of values is a z.strictObject');
  });
});

describe('jsonSchemaOf', () => {
  test('is strict, and requires what may not be null', () => {
    expect(jsonSchemaOf(schema)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: false,
      required: ['host', 'backend'],
      properties: {
        backend: {
          description: 'The API.',
          additionalProperties: false,
          required: ['enabled', 'cpu', 'replicas', 'sampling', 'env', 'labels', 'affinity'],
          properties: { replicas: { additionalProperties: false, required: ['min'] } },
        },
      },
    });
  });

  test('describes every leaf, and gives its default or requires it', () => {
    const walk = (node: JsonObject, path: string): void => {
      for (const [key, field] of Object.entries((node.properties ?? {}) as Record<string, JsonObject>)) {
        const at = `${path}.${key}`;
        if (field.properties !== undefined) walk(field, at);
        else {
          expect([at, typeof field.description]).toEqual([at, 'string']);
          expect([at, 'default' in field || (node.required as string[]).includes(key)]).toEqual([at, true]);
        }
      }
    };
    walk(jsonSchemaOf(schema), 'values');
  });

  test.each<[string, z.ZodType, JsonObject]>([
    ['a boolean', z.boolean().default(true), { type: 'boolean', default: true }],
    [
      'a whole number',
      z.int().min(0).default(1),
      { type: 'integer', default: 1, minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    ],
    [
      'steps',
      z.int().min(0).max(9).multipleOf(3).default(3),
      { type: 'integer', default: 3, minimum: 0, maximum: 9, multipleOf: 3 },
    ],
    [
      'a number',
      z.number().gt(0).lt(1).default(0.5),
      { type: 'number', default: 0.5, exclusiveMinimum: 0, exclusiveMaximum: 1 },
    ],
    ['choices', z.enum(['a', 'b']).default('a'), { type: 'string', default: 'a', enum: ['a', 'b'] }],
    [
      'choices or null',
      z.enum(['a']).nullable().default(null),
      { type: ['string', 'null'], default: null, enum: ['a', null] },
    ],
    [
      'a number or null',
      z.int().min(1).max(2).nullable().default(null),
      { type: ['integer', 'null'], default: null, minimum: 1, maximum: 2 },
    ],
    [
      'a text',
      z
        .string()
        .min(1)
        .max(9)
        .regex(/^[a-z/]*$/),
      { type: 'string', minLength: 1, maxLength: 9, pattern: '^[a-z/]*$' },
    ],
    ['a text of a known form', z.string().meta({ plain: true, form: 'a name' }), { type: 'string' }],
    [
      'a list',
      z.array(z.int().min(1).max(2)).min(1),
      { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1, maximum: 2 } },
    ],
    [
      'a map',
      z.record(z.string(), z.string()).default({}),
      { type: 'object', default: {}, additionalProperties: { type: 'string' } },
    ],
    [
      'a map with certain keys',
      z.record(z.string().regex(/^a/), z.boolean()).default({}),
      { type: 'object', default: {}, patternProperties: { '^a': { type: 'boolean' } }, additionalProperties: false },
    ],
    ['anything', z.json(), { type: ['object', 'array', 'string', 'number', 'boolean'] }],
    [
      'a list of objects',
      z.array(z.strictObject({ a: z.string(), b: z.int().min(1).max(2).nullish(), c: z.boolean().optional() })),
      {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['a'],
          properties: {
            a: { type: 'string' },
            b: { type: ['integer', 'null'], minimum: 1, maximum: 2 },
            c: { type: 'boolean' },
          },
        },
      },
    ],
  ])('writes %s', (_, leaf, expected) => {
    expect(leafSchema(leaf.describe('d'))).toEqual({ description: 'd', ...expected });
  });

  test.each<[string, z.ZodType, string]>([
    ['a look-ahead', z.string().regex(/^(?=a)/), 'values.leaf: the pattern ^(?=a) has a look-around'],
    ['a look-behind', z.string().regex(/(?<!a)b/), 'has a look-around'],
    ['a backreference', z.string().regex(/(a)\1/), 'has a backreference'],
    ['an escape of JavaScript', z.string().regex(/\u00e9/), 'has an escape of JavaScript alone'],
    ['white space', z.string().regex(/\s/), 'has \\s, which is another set'],
    ['a bare point', z.string().regex(/^.+$/), 'has ".", which leaves out other characters there; write [^\\n]'],
    ['an endless repetition', z.string().regex(/a{1001}/), 'has a repetition above 1000'],
    ['two patterns', z.string().regex(/a/).regex(/b/), 'values.leaf: write one pattern'],
    ['a format', z.string().check(z.email()), 'values.leaf: Helm cannot check "string_format"'],
    ['flags', z.string().regex(/a/i), 'values.leaf: the pattern a has flags, which Helm does not know'],
    ['a refinement', z.string().refine((text) => text !== 'a'), 'values.leaf: Helm cannot check "custom"'],
    ['a change', z.string().trim(), 'Helm cannot check "overwrite"'],
    ['a coercion', z.coerce.boolean(), 'values.leaf: Helm does not coerce values'],
    [
      'bounds of a key',
      z.record(z.string().max(3), z.string()),
      'values.leaf: write the bounds of the keys as one pattern',
    ],
  ])('refuses %s', (_, leaf, message) => {
    expect(() => leafSchema(leaf.describe('d'))).toThrow(message);
  });

  test.each(['^[^\\n.]+$', '^\\.[.]$', '^\\\\[a-z]{0,1000}$', '^(?:a|b)?$', '^[\\x20-\\x7e]*$'])(
    'takes the pattern %s',
    (pattern) => {
      expect(leafSchema(z.string().regex(new RegExp(pattern)).describe('d')).pattern).toBe(pattern);
    },
  );

  test.each<[string, z.ZodType, string]>([
    [
      'a nullable list',
      z.array(z.string()).nullable().default(null),
      'values.leaf: a list cannot be null; leave it empty',
    ],
    ['a nullable map', z.record(z.string(), z.string()).nullable().default(null), 'values.leaf: a map cannot be null'],
    ['a nullable object', z.strictObject({}).nullable(), 'values.leaf: an object cannot be null'],
    ['the default of an object', z.strictObject({}).default({}), 'values.leaf: an object has no default'],
    ['a schema of zod/mini', z.strictObject({ a: mini.string() }), 'values.leaf: write schemas with zod'],
  ])('refuses %s', (_, leaf, message) => {
    expect(() => leafSchema(leaf.describe('d'))).toThrow(message);
  });

  test.each(['n', 'y', 'on', 'off', 'yes', 'no', 'null', 'true', 'false'])('refuses the name %s', (name) => {
    const inner = z.strictObject({ [name]: z.string().describe('d') });
    expect(() => jsonSchemaOf(z.strictObject({ inner }))).toThrow(
      `values.inner.${name}: rename it: YAML 1.1 reads it as`,
    );
  });

  test.each<[string, z.ZodType]>([
    ['leaf', z.string()],
    ['list', z.array(z.strictObject({ a: z.string().describe('d') })).default([])],
    ['map', z.record(z.string(), z.string().describe('d')).default({})],
  ])('refuses a %s without description', (_, leaf) => {
    expect(() => leafSchema(leaf)).toThrow('values.leaf: describe the value');
  });

  test('refuses a default outside its own bounds', () => {
    const wrong = z.strictObject({ a: z.int().min(1).max(2).default(3).describe('d'), b: z.string().describe('d') });
    expect(() => jsonSchemaOf(wrong)).toThrow(
      'a default is outside its bounds: a: given 3, allowed: a whole number from 1 to 2',
    );
  });
});

describe('the words for what is allowed', () => {
  test.each<[z.ZodType, string]>([
    [z.boolean(), 'true or false'],
    [z.int(), 'a whole number'],
    [z.int().min(0), 'a whole number of at least 0'],
    [z.int().max(5), 'a whole number of at most 5'],
    [z.int().min(1).max(50), 'a whole number from 1 to 50'],
    [z.int().min(0).max(64).multipleOf(8), 'a whole number from 0 to 64, a multiple of 8'],
    [z.int().min(1).nullable().default(null), 'a whole number of at least 1 or null'],
    [z.number().min(0).max(1), 'a number from 0 to 1'],
    [z.number().gt(0).lt(1), 'a number above 0 and below 1'],
    [z.enum(['a']), '"a"'],
    [z.enum(['a', 'b']), '"a" or "b"'],
    [z.enum(['', 'a', 'b']), '"", "a" or "b"'],
    [z.enum(['a', 'b']).nullable().default(null), '"a", "b" or null'],
    [z.string(), 'a text'],
    [z.string().min(1), 'a text of at least 1 character'],
    [z.string().max(63), 'a text of at most 63 characters'],
    [z.string().length(5), 'a text of 5 characters'],
    [
      z
        .string()
        .min(1)
        .max(63)
        .regex(/^[a-z]+$/),
      'a text of 1 to 63 characters that matches `^[a-z]+$`',
    ],
    [z.string().regex(CPU_PATTERN).meta({ form: 'a CPU quantity' }), 'a CPU quantity'],
    [z.array(z.string()), 'a list, each item a text'],
    [z.array(z.strictObject({ a: z.string() })).min(1), 'a list of at least 1 item'],
    [z.record(z.string(), z.json()), 'a map'],
    [
      z.record(z.string().regex(/^a/), z.boolean()),
      'a map, each key a text that matches `^a`, each value true or false',
    ],
    [z.record(z.string().regex(/^a/).meta({ form: 'a label' }), z.json()), 'a map, each key a label'],
    [z.json(), 'anything but null'],
  ])('%#: %2$s', (leaf, words) => {
    expect(allowed(leaf)).toBe(words);
  });
});

describe('checkValues', () => {
  test('accepts a file that gives what is required', () => {
    expect(problems({ host: 'example.com' })).toEqual([]);
  });

  test('names every problem at once', () => {
    const file = {
      profile: 'huge',
      backend: {
        cpu: '1000m',
        replicas: { min: 0, max: 2.5 },
        env: [{ name: '', size: 1 }, { value: 3 }, 7],
        labels: { 'A b': 1, b: 'abc' },
        enabled: 'yes',
        affinity: null,
      },
      backnd: {},
    };
    expect(problems(file)).toEqual([
      'host: given nothing, allowed: a text that matches `^[a-z.]+$`',
      'profile: given "huge", allowed: "small", "large" or null',
      'backend.enabled: given "yes", allowed: true or false',
      'backend.cpu: given "1000m", allowed: a CPU quantity, such as 250m or 2',
      'backend.replicas.min: given 0, allowed: a whole number from 1 to 50',
      'backend.replicas.max: given 2.5, allowed: a whole number of at least 1 or null',
      'backend.env[0].name: given "", allowed: a text of 1 to 3 characters',
      'backend.env[0].size: given the key "size", allowed: only name, value',
      'backend.env[1].name: given nothing, allowed: a text of 1 to 3 characters',
      'backend.env[1].value: given 3, allowed: a text of at most 9 characters or null',
      'backend.env[2]: given 7, allowed: a map with name, value',
      'backend.env: given [{"name":"","size":1},{"value":3},7], allowed: a list of at most 2 items',
      'backend.labels["A b"]: given the key "A b", allowed: a map, each key a text that matches `^[a-z./]+$`, each value a text of at most 2 characters',
      'backend.labels.b: given "abc", allowed: a text of at most 2 characters',
      'backend.affinity: given nothing, allowed: anything but null',
      'backnd: given the key "backnd", allowed: only host, profile, backend',
    ]);
  });

  test('refuses a null, which deletes a default', () => {
    expect(problems({ host: 'a', backend: null })).toEqual([
      'backend: given nothing, allowed: a map with enabled, cpu, replicas, sampling, env, labels, affinity',
    ]);
    expect(problems({ host: 'a', backend: { replicas: { min: null, max: null } } })).toEqual([
      'backend.replicas.min: given nothing, allowed: a whole number from 1 to 50',
    ]);
  });

  test('measures texts in characters, as Helm does, and not in halves of them', () => {
    expect(problems({ host: 'a', backend: { labels: { b: '😀😀' } } })).toEqual([]);
    expect(problems({ host: 'a', backend: { labels: { b: '😀😀😀' } } })).toHaveLength(1);
  });

  test('cuts a long value short', () => {
    expect(problems({ host: 'A'.repeat(80) })[0]).toBe(
      `host: given "${'A'.repeat(56)}…, allowed: a text that matches \`^[a-z.]+$\``,
    );
    expect(problems({ host: Array.from({ length: 40 }, () => 1) })[0]).toMatch('host: given a list of 40,');
    expect(problems({ host: { a: 'b'.repeat(80) } })[0]).toMatch('host: given a map,');
  });

  test('accepts random files that the schema allows', () => {
    fc.assert(
      fc.property(validFiles(schema), (file) => expect(problems(file)).toEqual([])),
      { numRuns: 50 },
    );
  });

  test('refuses random files in just the places that are wrong', () => {
    fc.assert(
      fc.property(invalidFiles(schema), ({ values, paths }) => {
        const found = checkValues(schema, coalesce(defaultsOf(schema), values)).map(({ path }) => pathText(path));
        expect(found.toSorted()).toEqual(paths.map(pathText).toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('leavesOf', () => {
  test('has each leaf, list and map, and what the elements of those have', () => {
    const found = leavesOf(schema).map(({ path, inElement, required, default: fallback }) => [
      pathText(path),
      inElement,
      required,
      fallback,
    ]);
    expect(found).toEqual([
      ['host', false, true, undefined],
      ['profile', false, false, null],
      ['backend.enabled', false, false, true],
      ['backend.cpu', false, false, '250m'],
      ['backend.replicas.min', false, false, 3],
      ['backend.replicas.max', false, false, null],
      ['backend.sampling', false, false, 0.5],
      ['backend.env', false, false, []],
      ['backend.env[].name', true, true, undefined],
      ['backend.env[].value', true, false, undefined],
      ['backend.labels', false, false, { a: 'b' }],
      ['backend.affinity', false, false, {}],
    ]);
  });
});

describe('pathText', () => {
  test.each([
    [['a', 'b'], 'a.b'],
    [['a', 0, 'b'], 'a[0].b'],
    [['a', 'b.c/d'], 'a["b.c/d"]'],
    [['a', '[]', 'b', '*'], 'a[].b.*'],
  ])('%j', (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});
