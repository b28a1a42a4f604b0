import { z } from 'zod';
import { brokenValues, dataFacts, valueFacts } from '../../scripts/release/values';
import { jsonSchemaOf } from '../../lib/values/schema';

const shape = {
  replicas: z.int().min(1).max(9).default(2).describe('How many.'),
  mode: z.enum(['fast', 'safe']).default('safe').describe('How.'),
  host: z
    .string()
    .regex(/^[a-z]+$/)
    .nullable()
    .default(null)
    .describe('Where.'),
  hosts: z.array(z.string().max(20)).min(1).default(['shop']).describe('Where else.'),
  routes: z
    .array(z.strictObject({ path: z.string().describe('From.'), to: z.string().optional().describe('To.') }))
    .default([])
    .describe('Ways.'),
  labels: z
    .record(z.string().regex(/^[a-z]+$/), z.string())
    .default({})
    .describe('Labels.'),
  image: z.strictObject({
    repository: z.string().default('library/postgres').describe('Which.'),
    tag: z.string().default('17.11-trixie').describe('Of which version.'),
  }),
};
const factsWith = (change: z.core.$ZodShape = {}) =>
  valueFacts(jsonSchemaOf(z.strictObject({ shop: z.strictObject({ ...shape, ...change }) })));
const released = factsWith();
const broken = (change: z.core.$ZodShape): readonly string[] => brokenValues(released, factsWith(change));
const routes = (element: z.core.$ZodShape) => ({
  routes: z.array(z.strictObject(element)).default([]).describe('Ways.'),
});
const path = z.string().describe('From.');
const to = z.string().optional().describe('To.');

describe('a change of a value that breaks', () => {
  const { replicas: _replicas, ...without } = shape;
  const cases: readonly (readonly [string, z.core.$ZodShape, readonly string[]])[] = [
    [
      'a default',
      { replicas: z.int().min(1).max(9).default(3).describe('How many.') },
      ['shop.replicas: its default was 2 and is 3'],
    ],
    [
      'a default of a list',
      { hosts: z.array(z.string().max(20)).min(1).default(['shop', 'cart']).describe('Where else.') },
      ['shop.hosts: its default was ["shop"] and is ["shop","cart"]'],
    ],
    [
      'a default that is no more: a file must give the value',
      { replicas: z.int().min(1).max(9).describe('How many.') },
      ['shop.replicas: its default was 2 and is not there', 'shop.replicas: required was not there and is true'],
    ],
    [
      'a lower maximum',
      { replicas: z.int().min(1).max(8).default(2).describe('How many.') },
      ['shop.replicas: maximum was 9 and is 8'],
    ],
    [
      'a higher minimum',
      { replicas: z.int().min(2).max(9).default(2).describe('How many.') },
      ['shop.replicas: minimum was 1 and is 2'],
    ],
    [
      'a type',
      { mode: z.boolean().default(true).describe('How.') },
      ['shop.mode: its default was "safe" and is true', 'shop.mode: type was "string" and is "boolean"'],
    ],
    [
      'null, which is refused now',
      {
        host: z
          .string()
          .regex(/^[a-z]+$/)
          .default('shop')
          .describe('Where.'),
      },
      ['shop.host: its default was null and is "shop"', 'shop.host: type was ["string","null"] and is "string"'],
    ],
    [
      'a choice that is no more',
      { mode: z.enum(['safe']).default('safe').describe('How.') },
      ['shop.mode: enum was ["fast","safe"] and is ["safe"]'],
    ],
    [
      'a pattern',
      {
        host: z
          .string()
          .regex(/^[a-z.]+$/)
          .nullable()
          .default(null)
          .describe('Where.'),
      },
      ['shop.host: pattern was "^[a-z]+$" and is "^[a-z.]+$"'],
    ],
    [
      'the fewest items',
      { hosts: z.array(z.string().max(20)).min(2).default(['shop', 'cart']).describe('Where else.') },
      ['shop.hosts: its default was ["shop"] and is ["shop","cart"]', 'shop.hosts: minItems was 1 and is 2'],
    ],
    [
      'a bound of items that there was not',
      { hosts: z.array(z.string().max(20)).min(1).max(3).default(['shop']).describe('Where else.') },
      ['shop.hosts: maxItems was not there and is 3'],
    ],
    [
      'a bound within items',
      { hosts: z.array(z.string().max(10)).min(1).default(['shop']).describe('Where else.') },
      ['shop.hosts[]: maxLength was 20 and is 10'],
    ],
    [
      'the keys of a map',
      {
        labels: z
          .record(z.string().regex(/^[a-y]+$/), z.string())
          .default({})
          .describe('Labels.'),
      },
      ['shop.labels: keys was "^[a-z]+$" and is "^[a-y]+$"'],
    ],
    [
      'a field of an element that could be left out',
      routes({ path, to: z.string().describe('To.') }),
      ['shop.routes[].to: required was not there and is true'],
    ],
    [
      'a field of an element that is new and must be given',
      routes({ path, to, port: z.int().describe('Which port.') }),
      ['shop.routes[].port is new and must be given'],
    ],
    [
      'a field of an element that is no more',
      routes({ path }),
      ['shop.routes[].to is no more; its default was not there'],
    ],
    [
      'a new value that a file must give',
      { region: z.string().describe('Which.') },
      ['shop.region is new and must be given'],
    ],
    [
      'an image of another line of versions',
      {
        image: z.strictObject({
          ...shape.image.shape,
          tag: z.string().default('18.0-trixie').describe('Of which version.'),
        }),
      },
      ['shop.image.tag: its default was "17.11-trixie" and is "18.0-trixie"'],
    ],
    [
      'an image made of something else',
      {
        image: z.strictObject({
          ...shape.image.shape,
          tag: z.string().default('17.11-alpine').describe('Of which version.'),
        }),
      },
      ['shop.image.tag: its default was "17.11-trixie" and is "17.11-alpine"'],
    ],
    [
      'an image from elsewhere',
      {
        image: z.strictObject({
          ...shape.image.shape,
          repository: z.string().default('ours/postgres').describe('Which.'),
        }),
      },
      ['shop.image.repository: its default was "library/postgres" and is "ours/postgres"'],
    ],
  ];
  it.each(cases)('%s', (_, change, found) => {
    expect(broken(change)).toEqual(found);
  });

  it('another name: the old is no more', () => {
    const renamed = z.strictObject({ shop: z.strictObject({ ...without, count: shape.replicas }) });
    expect(brokenValues(released, valueFacts(jsonSchemaOf(renamed)))).toEqual([
      'shop.replicas is no more; its default was 2',
    ]);
  });
});

describe('a change that breaks nothing', () => {
  const cases: readonly (readonly [string, z.core.$ZodShape])[] = [
    ['none', {}],
    ['another description', { replicas: z.int().min(1).max(9).default(2).describe('The number of pods.') }],
    ['a new value with a default', { region: z.string().default('eu').describe('Which.') }],
    ['a new section', { cache: z.strictObject({ enabled: z.boolean().default(false).describe('Whether.') }) }],
    [
      'a new list whose elements must have something',
      { ways: z.array(z.strictObject({ path })).default([]).describe('Ways.') },
    ],
    ['wider bounds', { replicas: z.int().min(0).max(99).default(2).describe('How many.') }],
    ['no bounds', { hosts: z.array(z.string()).default(['shop']).describe('Where else.') }],
    ['fractions too', { replicas: z.number().min(1).max(9).default(2).describe('How many.') }],
    ['null too', { mode: z.enum(['fast', 'safe']).nullable().default('safe').describe('How.') }],
    ['one more choice', { mode: z.enum(['fast', 'safe', 'slow']).default('safe').describe('How.') }],
    ['a field of an element that may be left out', routes({ path, to, port: z.int().optional().describe('Which.') })],
    ['a field of an element that need not be given any more', routes({ path: path.optional(), to })],
    [
      'a newer patch of an image',
      {
        image: z.strictObject({
          ...shape.image.shape,
          tag: z.string().default('17.12-trixie').describe('Of which version.'),
        }),
      },
    ],
  ];
  it.each(cases)('%s', (_, change) => {
    expect(broken(change)).toEqual([]);
  });
});

describe('the line of versions of an image', () => {
  const broken = (was: string, is: string): boolean =>
    brokenValues(
      dataFacts({ shop: { repository: 'shop', tag: was } }),
      dataFacts({ shop: { repository: 'shop', tag: is } }),
    ).length > 0;

  it.each([
    ['v1.12.1', 'v1.13.0', false],
    ['v1.12.1', 'v2.0.0', true],
    ['v0.29.1', 'v0.29.2', false],
    ['v0.29.1', 'v0.30.0', true],
    ['2.21.0', '2.21.0-gpu', true],
    ['1.26.0-202610011121-trixie', '1.26.1-202611011121-trixie', false],
    ['RELEASE.2025-09-07T16-13-09Z', 'RELEASE.2025-10-01T00-00-00Z', false],
    ['RELEASE.2025-09-07T16-13-09Z', 'RELEASE.2026-01-01T00-00-00Z', true],
  ])('from %s to %s: %s', (was, is, isBroken) => {
    expect(broken(was, is)).toBe(isBroken);
  });
});
