import { z } from 'zod';
import { Expr, type Input, type Json, literalOf, type Scalar, type Scope } from '../../lib/values/expression';
import * as choice from '../../lib/values/choice';
import * as collections from '../../lib/values/collections';
import * as folds from '../../lib/values/folds';
import * as hashes from '../../lib/values/hashes';
import * as logic from '../../lib/values/logic';
import * as numbers from '../../lib/values/numbers';
import * as texts from '../../lib/values/texts';
import { references, release } from '../../lib/values/reference';
import { inline } from '../../lib/output/helm/scalars';
import { operationHelpers } from '../../lib/output/helm/helpers';
import { Place } from '../../lib/output/helm/go';
import { bySource, helm } from '../support/helm';

const op = { ...choice, ...collections, ...folds, ...hashes, ...logic, ...numbers, ...texts };

const bools = { wrong: false, right: true };
const ints = {
  ...{ zero: 0, one: 1, seven: 7, port: 65_535, million: 1_000_000, above: 1_234_567, huge: 2 ** 53 - 1 },
  ...{ minusOne: -1, minusSeven: -7, minusMillion: -1_000_000, low: -(2 ** 53 - 1) },
};
const floats = {
  none: 0,
  tenth: 0.1,
  third: 0.333,
  small: 0.0001,
  tiny: 0.00000511,
  least: 5e-324,
  whole: 3,
  most: 999_999,
  fraction: 999_998.75,
};
const strings = {
  ...{
    empty: '',
    blank: ' ',
    word: 'cluster-ai',
    yesWord: 'yes',
    offWord: 'off',
    octal: '012',
    number: '1e3',
    int: '42',
    nullWord: 'null',
  },
  ...{
    quotes: `"a" 'b'`,
    backslash: 'a\\b',
    lines: 'two\nlines\n',
    indented: '\n  a',
    tab: '\ta',
    percent: '100 %d %s',
  },
  ...{ angles: '<a> & b', braces: '{{ .Values }} {{`', unicode: 'é日本語😀', separator: 'a\u2028b', colon: 'a: b # c' },
  ...{ long: 'long '.repeat(60), path: '/var/lib/a.b_c:d' },
};
const bytes = { ki: '1Ki', mi: '512Mi', gi: '10Gi', ti: '999Ti', same: '1024Mi', asGi: '1Gi' };
const cpus = { few: '1m', quarter: '250m', one: '1', many: '128', odd: '1500m' };
const lists = { none: [], one: ['a'], several: ['b', '', 'yes', '012', 'é<'] };
const maps = { none: {}, one: { a: 'b' }, several: { b: '1', 'a.b/c': 'yes', on: '', é: '😀', '😀': 'é', Z: '<' } };
const named = {
  none: {},
  different: { one: { name: 'a' }, two: { name: 'b' } },
  alike: { z: { name: 'b' }, y: { name: 'é' }, x: { name: 'b' }, w: { name: 'é' }, v: { name: 'b' }, u: { name: 'a' } },
};
const items = {
  none: [],
  several: [{ version: 3 }, { version: 1_000_000 }],
  repeated: [3, 1_000_000, 3, 1_000_000, 3, 4].map((version) => ({ version })),
};
const counts = { none: [], one: [7], several: [3, 1_000_000, 12] };
const models = {
  none: {},
  some: {
    zebra: { size: '2Gi', batch: 8, limit: 8 },
    ant: { size: '512Mi', batch: 64, limit: 16 },
    cat: { size: '9999Gi', batch: 32, limit: 1 },
  },
};
const nullables = { unset: null, text: 'a', empty: '', zero: '0' };

const described = <T extends z.ZodType>(type: T) => type.describe('an operand');
const fields = <K extends string, T extends z.ZodType>(values: Readonly<Record<K, unknown>>, type: T) =>
  z.strictObject(Object.fromEntries(Object.keys(values).map((key) => [key, described(type)])) as Record<K, T>);

const schema = z.strictObject({
  bools: fields(bools, z.boolean()),
  ints: fields(ints, z.int()),
  floats: fields(floats, z.number().min(0).max(999_999)),
  strings: fields(strings, z.string()),
  bytes: fields(bytes, z.string()),
  cpus: fields(cpus, z.string()),
  lists: fields(lists, z.array(z.string())),
  maps: fields(maps, z.record(z.string(), z.string())),
  named: fields(named, z.record(z.string(), z.strictObject({ name: described(z.string()) }))),
  counts: fields(counts, z.array(z.int())),
  items: fields(items, z.array(z.strictObject({ version: z.int() }))),
  models: fields(
    models,
    z.record(
      z.string(),
      z.strictObject({
        size: described(z.string()),
        batch: described(z.int().min(1)),
        limit: described(z.int().min(1)),
      }),
    ),
  ),
  nullables: fields(nullables, z.string().nullable().default(null)),
});
const values = { bools, ints, floats, strings, bytes, cpus, lists, maps, named, counts, items, models, nullables };
const v = references(schema);
const all = <T>(group: Readonly<Record<string, T>>): readonly T[] => Object.values(group);
const pairs = <A, B>(left: readonly A[], right: readonly B[]) => left.flatMap((a) => right.map((b) => [a, b] as const));

const intPairs = pairs(all(v.ints), [...all(v.ints), 3, -2]);
const floatPairs = pairs(all(v.floats), [...all(v.floats), 0.5]);
const scalars: readonly Expr<Scalar>[] = [...all(v.bools), ...all(v.ints), ...all(v.floats), ...all(v.strings)];

type Binary = (a: Input<number>, b: Input<number>) => Expr<unknown>;
const onPairs = (of: readonly (readonly [Input<number>, Input<number>])[], ...operations: readonly Binary[]) =>
  operations.flatMap((operation) => of.map(([a, b]) => operation(a, b)));

/** Expressions by operation; what cannot be computed exactly is refused elsewhere. */
const table: Readonly<Record<string, readonly Expr<unknown>[]>> = {
  reference: [...scalars, ...all(v.bytes), ...all(v.cpus), ...all(v.lists), ...all(v.maps), ...all(v.nullables)],
  release: [release.name, release.namespace],
  add: onPairs(intPairs, op.add),
  subtract: onPairs(intPairs, op.subtract),
  multiply: onPairs(intPairs, op.multiply),
  divide: onPairs(intPairs, op.divide),
  divideUp: onPairs(pairs(all(v.ints), [3, 1000, v.ints.seven]), op.divideUp),
  minimum: onPairs(intPairs, op.minimum),
  maximum: onPairs(intPairs, op.maximum),
  comparison: onPairs([...intPairs, ...floatPairs], op.lessThan, op.atMost, op.greaterThan, op.atLeast),
  equals: [
    ...onPairs(intPairs, op.equals),
    ...pairs(all(v.strings), [...all(v.strings), 'yes', '{{']).map(([a, b]) => op.equals(a, b)),
    ...pairs(all(v.bools), [...all(v.bools), true]).map(([a, b]) => op.equals(a, b)),
  ],
  and: pairs(all(v.bools), all(v.bools)).flatMap(([a, b]) => [
    op.and(a, b),
    op.and(a, op.not(b), v.bools.right),
    op.and(a, true),
    op.and(a, b, op.not(a)),
  ]),
  or: pairs(all(v.bools), all(v.bools)).flatMap(([a, b]) => [
    op.or(a, b),
    op.or(a, op.not(b), v.bools.wrong),
    op.or(a, false),
    op.or(op.not(a), b, a),
  ]),
  not: [
    ...all(v.bools).map((a) => op.not(a)),
    op.not(op.and(v.bools.right, v.bools.wrong)),
    op.not(op.atLeast(v.ints.one, 1)),
  ],
  keysAmong: all(v.maps).map((map) => op.keysAmong(map, ['on', 'missing', 'a.b/c', 'Z', 'é', 'b'])),
  keysLike: all(v.maps).flatMap((map) =>
    ['b|on', 'a[.]b/c', '.', '[a-z]+', v.strings.word].map((like) => op.keysLike(map, like)),
  ),
  repeatedNames: all(v.named).map((map) => op.repeatedNames(map)),
  named: [
    op.named('sum', 'A sum.', op.add(v.ints.million, v.ints.above)),
    op.named('lowest', 'A negative number.', op.subtract(v.ints.low, 0)),
    ...['word', 'quotes', 'unicode', 'braces', 'yes', 'octal', 'empty'].map((name) =>
      op.named(`text.${name}`, 'A text.', op.str`<${v.strings[name as keyof typeof strings]}> {${v.ints.million}}`),
    ),
    op.named('choice', 'A choice.', op.choose(v.bools.right, v.strings.quotes, v.strings.lines)),
  ],
  largest: all(v.counts).map((list) => op.largest(list)),
  hasItemWith: pairs(all(v.items), [3, 4, v.ints.million]).map(([list, value]) =>
    op.hasItemWith(list, 'version', value),
  ),
  repeatedNumbers: all(v.items).map((list) => op.repeatedNumbers(list, 'version')),
  sumOfField: Object.values(v.models).map((map) => op.sumOfField(map, 'batch')),
  sumOf: Object.entries(v.models).flatMap(([name, map]) => [
    op.sumOf([`${name}.bytes`, 'Bytes of all.'], map, (_, { size, batch }) => op.multiply(op.bytes(size), batch)),
    op.sumOf([`${name}.spare`, 'May be negative.'], map, (_, { batch, limit }) => op.subtract(limit, batch)),
  ]),
  largestOf: Object.entries(v.models).map(([name, map]) =>
    op.largestOf([`${name}.largest`, 'Of sizes.'], map, (_, { size }) => op.bytes(size)),
  ),
  isSet: all(v.nullables).map((value) => op.isSet(value)),
  valueOf: [v.nullables.text, v.nullables.empty, v.nullables.zero].map((value) => op.valueOf(value)),
  isNotEmpty: [...all(v.lists), ...all(v.maps)].map((value) => op.isNotEmpty(value)),
  sizeOf: [...all(v.lists), ...all(v.maps)].map((value) => op.sizeOf(value)),
  hasKey: pairs(all(v.maps), ['a', 'a.b/c', 'on', '😀', '', v.strings.word]).map(([map, key]) => op.hasKey(map, key)),
  choose: all(v.bools).flatMap((condition) => [
    ...pairs(all(v.strings), ['', '"b" \\ {{', v.strings.word]).map(([a, b]) => op.choose(condition, a, b)),
    ...pairs(all(v.ints), [0, v.ints.million]).map(([a, b]) => op.choose(condition, a, b)),
    op.choose(condition, v.bools.wrong, true),
    op.choose(condition, op.choose(condition, 1, 2), 3),
  ]),
  str: [
    ...scalars.map((value) => op.str`${value}`),
    ...scalars.map((value) => op.str`"100 %" \\ {{ ${value} }} é\n\t${value}%`),
    op.str`${op.add(v.ints.million, 1)}/${op.divide(v.ints.huge, 3)}/${op.choose(v.bools.right, v.ints.million, 0)}`,
    op.str`${release.name}.${release.namespace}.svc:${v.ints.port}`,
    op.str`${op.str`${v.strings.word}-${1}`}-${true}`,
  ],
  truncate: pairs([v.strings.word, v.strings.path, v.strings.empty], [0, 1, 10, 63]).map(([a, n]) => op.truncate(a, n)),
  bytes: [
    ...all(v.bytes).map((value) => op.bytes(value)),
    ...pairs(all(v.bytes), [...all(v.bytes), '2Gi']).map(([a, b]) => op.lessThan(op.bytes(a), op.bytes(b))),
    ...all(v.bytes).map((value) => op.divide(op.multiply(op.bytes(value), 3), 4)),
  ],
  cores: all(v.cpus).map((value) => op.cores(value)),
  millicores: [
    ...all(v.cpus).map((value) => op.millicores(value)),
    ...pairs(all(v.cpus), [...all(v.cpus), '2']).map(([a, b]) => op.atLeast(op.millicores(a), op.millicores(b))),
    ...all(v.cpus).map((value) => op.str`${op.maximum(op.divide(op.millicores(value), 1000), 1)} workers`),
  ],
  hashOfText: all(v.strings).map((value) => op.hashOfText(value)),
  hashOfValue: ([...all(v.strings), ...all(v.bools), ...all(v.lists), ...all(v.maps)] as readonly Expr<Json>[]).map(
    (value) => op.hashOfValue(value),
  ),
};

const scope: Scope = {
  values,
  release: { name: 'release', namespace: 'default' },
  variables: new Map(),
};
const definitions = new Map(Object.entries(operationHelpers).map(([name, { lines }]) => [name, lines]));
const go = Place.top({
  chart: 'chart',
  need: (name) => name,
  textOf: () => '',
  name: (name, _comment, content) =>
    definitions.set(name, content instanceof Expr ? [inline([content], go)] : content(go)),
});
const helpers = (): string =>
  [...definitions].map(([name, lines]) => `{{- define "chart.${name}" -}}\n${lines.join('\n')}\n{{- end }}\n`).join('');

function isExact(expression: Expr<unknown>): boolean {
  try {
    expression.evaluate(scope);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

describe('both readings of an operation agree', () => {
  test.each(Object.entries(table))('%s', async (name, expressions) => {
    const exact = expressions.filter(isExact);
    const lines = exact.map((expression, index) => `_${index}: {{ ${expression.toGoTemplate(go)} | toJson }}\n`);

    const answers = await helm({
      chart: {
        'values.yaml': JSON.stringify(values),
        'templates/_helpers.tpl': helpers(),
        [`templates/${name}.yaml`]: lines.join(''),
      },
    });

    const ours = exact.map((expression) => [expression.describe(), expression.evaluate(scope)]);
    for (const answer of Object.values(answers)) {
      if ('error' in answer) throw new Error(answer.error);
      const printed = bySource(answer.output).get(`templates/${name}.yaml`)?.trim().split('\n') ?? [];
      const theirs = printed.map((line, index) => [
        exact[index]?.describe(),
        JSON.parse(line.slice(line.indexOf(' '))) as unknown,
      ]);
      expect(theirs).toEqual(ours);
    }
  });

  test('on every operation there is', () => {
    const others = ['lessThan', 'atMost', 'greaterThan', 'atLeast'];
    const tested = new Set([...Object.keys(table), ...others]);
    const helpers = new Set(['concat', 'goJson', 'compareBytes', 'sha256', 'exact', 'isPlainText', 'joinParts']);
    const operations = Object.keys(op).filter((name) => /^[a-z]/.test(name) && !helpers.has(name));
    expect(operations.filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('a division', () => {
  test.each([
    [7, 2, 3, 4],
    [6, 2, 3, 3],
    [-7, 2, -4, -3],
    [0, 5, 0, 0],
  ])('of %i by %i is %i, or %i rounded up', (dividend, divisor, down, up) => {
    expect(literalOf(op.divide(dividend, divisor))).toBe(down);
    expect(literalOf(op.divideUp(dividend, divisor))).toBe(up);
  });
});

describe('a comparison that bounds decide is a literal', () => {
  const bounded = references(
    z.strictObject({ few: z.int().min(3).max(5).describe('d'), many: z.int().min(6).describe('d') }),
  );

  test.each([
    [
      true,
      op.atLeast(bounded.few, 3),
      op.lessThan(bounded.few, 6),
      op.atMost(bounded.few, 5),
      op.lessThan(2, bounded.few),
    ],
    [true, op.lessThan(bounded.few, bounded.many), op.greaterThan(op.add(bounded.many, 1), 6)],
    [false, op.lessThan(bounded.few, 3), op.greaterThan(bounded.few, 5), op.atLeast(bounded.few, bounded.many)],
    [undefined, op.atLeast(bounded.few, 4), op.atMost(bounded.few, 4), op.lessThan(bounded.many, 7)],
  ])('%s', (decision, ...comparisons) => {
    expect(comparisons.map(literalOf)).toEqual(comparisons.map(() => decision));
  });
});

describe('an operation refuses what float64 cannot carry', () => {
  test.each([
    ['a sum', op.add(v.ints.huge, 1), 'add gives 9007199254740992, which is beyond ±(2^53 - 1)'],
    ['a difference', op.subtract(v.ints.low, 1), 'subtract gives -9007199254740992, which is beyond ±(2^53 - 1)'],
    ['a product', op.multiply(v.ints.huge, -2), 'multiply gives -18014398509481982, which is beyond ±(2^53 - 1)'],
    ['a division by zero', op.divide(v.ints.one, v.ints.zero), 'divide by zero'],
  ])('%s', (_, expression, message) => {
    expect(() => expression.evaluate(scope)).toThrow(new RangeError(message));
  });
});

describe('a fold over a literal map', () => {
  test('is a literal', () => {
    const found = [
      op.sumOf(['a', 'A.'], models.some, (_, { batch }) => batch),
      op.largestOf(['b', 'B.'], models.some, (_, { limit }) => limit),
    ];
    expect(found.map(literalOf)).toEqual([104, 16]);
  });

  test('takes numbers that are known only at output', () => {
    const sum = op.sumOf(['d', 'D.'], models.some, (_, { batch }) => op.multiply(batch, v.ints.seven));
    expect(sum.evaluate(scope)).toBe(728);
  });
});
