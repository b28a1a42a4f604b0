import fc from 'fast-check';
import { parse } from 'yaml';
import { z } from 'zod';
import { valuesYaml } from '../../../lib/output/helm/values-yaml';
import { parseValues } from '../../../lib/values/load';
import { defaultsOf } from '../../../lib/values/schema';

const schema = z.strictObject({
  host: z
    .string()
    .regex(/^[a-z.]+$/)
    .describe('Public host name.'),
  backend: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether there is a backend.'),
      replicas: z
        .strictObject({
          min: z
            .int()
            .min(1)
            .max(50)
            .default(3)
            .describe(
              'Replicas that the autoscaler leaves in the quiet hours, when hardly anybody asks for anything and one would nearly do.',
            ),
          max: z.int().min(1).nullable().default(null).describe('Replicas at most.'),
        })
        .describe('How many pods.'),
      env: z
        .array(
          z.strictObject({
            name: z.string().max(63).describe('The name.'),
            value: z.string().nullish().describe('The value'),
          }),
        )
        .default([])
        .describe('Further variables.'),
      motd: z.string().default('Welcome\n\nto: it\n').describe('What is said first.'),
    })
    .describe('The API.'),
  tls: z.strictObject({ secretName: z.string().describe('Name of the Secret.') }),
});

describe('valuesYaml', () => {
  test('says above each default what it is and what else it may be', () => {
    expect(valuesYaml(schema)).toBe(`# Public host name.
# Required: a text that matches \`^[a-z.]+$\`
# host:

# ---- backend -------------------------------------------------------------------------------------
# The API.
backend:
  # Whether there is a backend.
  enabled: true

  # How many pods.
  replicas:
    # Replicas that the autoscaler leaves in the quiet hours, when hardly anybody asks for anything
    # and one would nearly do.
    # Allowed: a whole number from 1 to 50
    min: 3
    # Replicas at most.
    # Allowed: a whole number of at least 1 or null
    max: null

  # Further variables.
  # Each item:
  #   name: The name (a text of at most 63 characters)
  #   value: The value (optional; a text or null)
  env: []

  # What is said first.
  motd: |
    Welcome

    to: it

# ---- tls -----------------------------------------------------------------------------------------
tls: {}
  # Name of the Secret.
  # Required: a text
  # secretName:
`);
  });

  test('reads back as the defaults', () => {
    for (const version of ['1.1', '1.2'] as const)
      expect(parse(valuesYaml(schema), { version })).toEqual(defaultsOf(schema));
  });

  test('reads back as the defaults, whatever they are', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) =>
        z
          .string()
          .default(text)
          .describe(text === '' ? 'd' : text),
      ),
      fc.array(fc.string(), { maxLength: 3 }).map((list) => z.array(z.string()).default(list).describe('d')),
      fc
        .dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true })
        .map((map) => z.record(z.string(), z.string()).default(map).describe('d')),
      fc.constantFrom(z.string().describe('d'), z.boolean().nullable().default(null).describe('d')),
    );
    const names = fc.stringMatching(/^v[a-z]{0,2}$/);
    const section = fc.dictionary(names, leaf, { maxKeys: 4 }).map((fields) => z.strictObject(fields));
    const sections = fc.dictionary(
      names,
      fc.oneof(
        leaf,
        section,
        section.map((inner) => z.strictObject({ inner })),
      ),
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(sections, (fields) => {
        const random = z.strictObject(fields);
        expect(parseValues(valuesYaml(random), 'values.yaml')).toEqual(defaultsOf(random));
      }),
      { numRuns: 300 },
    );
  });

  test('is an empty map where everything must be given', () => {
    expect(valuesYaml(z.strictObject({ host: z.string().describe('Host.') }))).toBe(
      '{}\n\n# Host.\n# Required: a text\n# host:\n',
    );
  });

  test('keeps within 100 columns', () => {
    const long = z.strictObject({ a: z.strictObject({ b: z.string().default('').describe('word '.repeat(100)) }) });
    const lengths = valuesYaml(long)
      .split('\n')
      .map(({ length }) => length);
    expect(Math.max(...lengths)).toBe(100);
  });
});
