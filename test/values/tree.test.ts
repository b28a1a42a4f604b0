import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { z } from 'zod';
import type { Json, JsonObject, Scope } from '../../lib/values/expression';
import { equals, greaterThan, not } from '../../lib/values/logic';
import { add } from '../../lib/values/numbers';
import { str } from '../../lib/values/texts';
import type { Node, Tree } from '../../lib/values/parts';
import { passage } from '../../lib/values/passage';
import { references } from '../../lib/values/reference';
import { text } from '../../lib/values/text';
import {
  type ListInput,
  type MapInput,
  each,
  eachEntry,
  eachPair,
  entry,
  evaluate,
  fragment,
  keep,
  late,
  merge,
  presence,
  times,
  when,
  whenSet,
} from '../../lib/values/tree';

interface Host {
  readonly name: string;
  readonly port: number;
}

const schema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether it is there.'),
  count: z.int().min(0).default(2).describe('How many.'),
  className: z.string().nullable().default(null).describe('Class.'),
  args: z.array(z.string()).default([]).describe('Arguments.'),
  hosts: z
    .array(z.strictObject({ name: z.string(), port: z.int() }))
    .default([])
    .describe('Hosts.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels.'),
  affinity: z.record(z.string(), z.json()).default({}).describe('Affinity.'),
});
const values = references(schema);
const { enabled, count, className, args, labels, affinity } = values;
const hosts = values.hosts as ListInput<Host>;

const scopeOf = (given: JsonObject): Scope => ({
  values: { enabled: true, count: 2, args: [], hosts: [], labels: {}, affinity: {}, ...given },
  release: { name: 'r', namespace: 'n' },
  variables: new Map(),
});
const read = (node: unknown, given: JsonObject = {}): Json | undefined => evaluate(node as Node, scopeOf(given));
const two: JsonObject = {
  hosts: [
    { name: 'a', port: 1 },
    { name: 'b', port: 2 },
  ],
};

describe('evaluate', () => {
  test('gives literals as they are, in their order', () => {
    const tree = { b: 1, a: ['x', true, { c: 0.5 }], d: '' };
    expect(JSON.stringify(read(tree))).toBe(JSON.stringify(tree));
  });

  test('gives expressions their values, at any depth', () => {
    expect(read({ a: [{ b: str`x-${count}` }], c: add(count, 1) })).toEqual({ a: [{ b: 'x-2' }], c: 3 });
  });

  test('leaves out what is undefined', () => {
    expect(read({ a: undefined, b: [undefined, 1] })).toEqual({ b: [1] });
  });

  test('leaves out a map or list whose parts are all absent, up to the top', () => {
    expect(read({ a: { b: [when(enabled, 'x')] }, c: 1 }, { enabled: false })).toEqual({ c: 1 });
    expect(read({ a: { b: [when(enabled, 'x')] } }, { enabled: false })).toBeUndefined();
  });

  test('keeps a map that is written empty, and no list', () => {
    expect(read({ emptyDir: {}, args: [] })).toEqual({ emptyDir: {} });
  });

  test.each<[JsonObject, Json]>([
    [
      { args: ['a'], labels: { b: 'c' } },
      { args: ['a'], labels: { b: 'c' } },
    ],
    [{ args: [], labels: {} }, { name: 'n' }],
  ])('gives a list and a map of %j whole, or not at all where they are empty', (given, expected) => {
    const found = read({ name: 'n', args, labels }, given);
    expect(found).toEqual({ name: 'n', ...(expected as JsonObject) });
  });

  test('gives a text as a file', () => {
    expect(read({ 'nginx.conf': text`listen ${count};` })).toEqual({ 'nginx.conf': 'listen 2;\n' });
  });
});

describe('when', () => {
  test.each<[boolean, Json]>([
    [true, { a: 1, list: ['x', 'y', 'z'], b: { c: 'then' } }],
    [false, { a: 1, list: ['x', 'w'], b: { c: 'otherwise' } }],
  ])('%p decides entries, items, runs of items and values', (given, expected) => {
    const tree = {
      a: 1,
      list: ['x', when(enabled, ['y', 'z']), when(not(enabled), 'w')],
      b: { c: when(enabled, 'then', 'otherwise') },
    };
    expect(read(tree, { enabled: given })).toEqual(expected);
  });

  test('removes an entry', () => {
    expect(read({ a: when(enabled, { b: 1 }), c: 2 }, { enabled: false })).toEqual({ c: 2 });
  });

  test('may stand within another', () => {
    const tree = { a: when(enabled, when(greaterThan(count, 1), 'many', 'few'), 'none') };
    expect([{}, { count: 1 }, { enabled: false }].map((given) => read(tree, given))).toEqual([
      { a: 'many' },
      { a: 'few' },
      { a: 'none' },
    ]);
  });

  test('on a literal is decided at once', () => {
    expect(when(false, { a: 1 })).toBeUndefined();
    expect(read({ a: when(true, 1), b: when(false, 1, 2) })).toEqual({ a: 1, b: 2 });
  });

  test('takes the types of what stands there', () => {
    const spec: Tree<PodSpec> = {
      containers: [{ name: 'a', args: when(enabled, ['x']) }, when<readonly Container[]>(enabled, [{ name: 'b' }])],
      priorityClassName: whenSet(className),
      nodeSelector: labels,
    };
    expect(read(spec)).toEqual({ containers: [{ name: 'a', args: ['x'] }, { name: 'b' }] });
  });
});

describe('whenSet', () => {
  test('is the value, or nothing where it is null, absent or no value at all', () => {
    const tree = { name: 'n', class: whenSet(className) };
    expect(read(tree, { className: 'x' })).toEqual({ name: 'n', class: 'x' });
    expect(read(tree, { className: null })).toEqual({ name: 'n' });
    expect(read(tree)).toEqual({ name: 'n' });
    expect(whenSet(undefined)).toBeUndefined();
    expect(read({ class: whenSet('x') })).toEqual({ class: 'x' });
  });
});

describe('each', () => {
  const items = (of: ListInput<Host>): unknown => ({
    list: ['first', ...each(of, (host, index) => ({ name: str`${host.name}-${index}`, port: host.port }))],
  });

  test('has an item for each element', () => {
    expect(read(items(hosts), two)).toEqual({ list: ['first', { name: 'a-0', port: 1 }, { name: 'b-1', port: 2 }] });
    expect(read(items(hosts))).toEqual({ list: ['first'] });
  });

  test('reads a literal list in the same way', () => {
    expect(read(items([{ name: 'a', port: 1 }]))).toEqual({ list: ['first', { name: 'a-0', port: 1 }] });
  });

  test('may stand within another, and sees both elements', () => {
    const tree = {
      list: [...each(hosts, (host) => ({ pairs: [...each(hosts, (other) => str`${host.name}${other.port}`)] }))],
    };
    expect(read(tree, two)).toEqual({ list: [{ pairs: ['a1', 'a2'] }, { pairs: ['b1', 'b2'] }] });
  });

  test('types lists and maps within elements, straight from the values and as an input', () => {
    const port = z.int().min(1).describe('A port.');
    const element = z.strictObject({
      name: z.string().describe('Name.'),
      ports: z.array(port),
      env: z.record(z.string(), port),
    });
    interface Server {
      readonly name: string;
      readonly ports: readonly number[];
      readonly env: Readonly<Record<string, number>>;
    }
    const { servers } = references(z.strictObject({ servers: z.array(element).default([]).describe('Servers.') }));
    const straight = each(servers, ({ name, ports, env }) => ({
      name,
      ports: [...each(ports, (each, index) => add(each, index))],
      env: [...eachPair(env, (key, value) => str`${key}=${value}`)],
    }));
    const asInput = (given: ListInput<Server>): Node =>
      each(given, ({ name, ports, env }) => ({
        name,
        ports: [...each(ports, (each, index) => add(each, index))],
        env: [...eachPair(env, (key, value) => str`${key}=${value}`)],
      }));
    const given = [{ name: 'a', ports: [80, 90], env: { A: 1 } }];
    const expected = [{ name: 'a', ports: [80, 91], env: ['A=1'] }];
    expect([straight, asInput(servers)].map((tree) => read(tree, { servers: given }))).toEqual([expected, expected]);
    expect(read(asInput(given))).toEqual(expected);
  });

  test('has an item for some elements only, in a list that is kept', () => {
    const tree = { list: keep([...each(hosts, (host) => when(equals(host.name, 'a'), host.port))]) };
    expect(read(tree, two)).toEqual({ list: [1] });
  });

  test('is absent without elements', () => {
    expect(read({ list: [...each(hosts, (host) => host.name)] })).toBeUndefined();
  });

  test('names a variable that is used outside of its loop', () => {
    let outside: unknown;
    each(hosts, (host) => {
      outside = host.name;
      return 'x';
    });
    expect(() => read({ a: outside })).toThrow('host is used outside the loop or helper that binds it');
  });
});

describe('eachPair', () => {
  test.each<[string, MapInput<string>]>([
    ['a map', labels],
    ['a literal map', { b: '1', é: '2', a: '3', Z: '4', '😀': '5', '\uffee': '6' }],
  ])('has an item for each entry of %s by the bytes of the keys', (_, map) => {
    const given = { labels: { b: '1', é: '2', a: '3', Z: '4', '😀': '5', '\uffee': '6' } };
    expect(read([...eachPair(map, (key, value) => str`${key}=${value}`)], given)).toEqual([
      'Z=4',
      'a=3',
      'b=1',
      'é=2',
      '\uffee=6',
      '😀=5',
    ]);
  });
});

describe('times', () => {
  test.each<[number, Json | undefined]>([
    [3, ['node-0', 'node-1', 'node-2']],
    [0, undefined],
  ])('counts to %d', (given, expected) => {
    expect(read([...times(count, (index) => str`node-${index}`)], { count: given })).toEqual(expected);
    expect(read([...times(given, (index) => str`node-${index}`)])).toEqual(expected);
  });
});

describe('merge and eachEntry', () => {
  const tree = merge<Readonly<Record<string, number | string>>>(
    { name: 'n' },
    eachEntry(labels as MapInput<string>, (key, value) => [str`x-${key}`, value]),
    when<Readonly<Record<string, number | string>>>(enabled, { last: 1 }),
  );

  test('join entries in the order of the parts', () => {
    expect(JSON.stringify(read(tree, { labels: { b: '1', a: '2' } }))).toBe(
      '{"name":"n","x-a":"2","x-b":"1","last":1}',
    );
    expect(read(tree, { enabled: false })).toEqual({ name: 'n' });
  });

  test('take a map of values whole', () => {
    expect(read(merge({ a: '1' }, labels), { labels: { b: '2' } })).toEqual({ a: '1', b: '2' });
    expect(read({ labels: merge(labels), name: 'n' })).toEqual({ name: 'n' });
  });

  test('have an entry whose key depends on values', () => {
    const named = merge<Readonly<Record<string, number>>>({ a: 1 }, entry(str`n-${count}`, 2));
    expect(read(named, { count: 3 })).toEqual({ a: 1, 'n-3': 2 });
    expect(read(merge<Readonly<Record<string, number>>>({ a: 1 }, entry('b', 2)))).toEqual({ a: 1, b: 2 });
    expect(() =>
      read(merge<Readonly<Record<string, number>>>({ 'n-3': 1 }, entry(str`n-${count}`, 2)), { count: 3 }),
    ).toThrow('the key "n-3" is set twice');
  });

  test('refuse a key that is set twice', () => {
    expect(() => read(tree, { labels: { a: '2' }, enabled: true })).not.toThrow();
    expect(() => read(merge({ name: 'n' }, labels), { labels: { name: 'm' } })).toThrow('the key "name" is set twice');
    expect(() =>
      read(
        eachEntry(labels as MapInput<string>, (_, value) => [value, 1]),
        { labels: { a: 'x', b: 'x' } },
      ),
    ).toThrow('the key "x" is set twice');
  });

  test('keep a key that JavaScript has a meaning for', () => {
    const given = JSON.parse('{"__proto__": "x", "constructor": "y"}') as JsonObject;
    expect(JSON.stringify(read(merge({ a: '1' }, labels), { labels: given }))).toBe(
      '{"a":"1","__proto__":"x","constructor":"y"}',
    );
  });

  test('read a literal map in the same way', () => {
    expect(
      read(
        merge(
          { name: 'n' },
          eachEntry({ a: '2' }, (key, value) => [str`x-${key}`, value]),
        ),
      ),
    ).toEqual({ name: 'n', 'x-a': '2' });
  });

  test('stand only where a list or map is', () => {
    expect(() => read({ a: each(hosts, (host) => host.name)[0] })).toThrow(
      'a loop stands only in a list or in merge()',
    );
  });
});

describe('keep', () => {
  test('has an empty list or map stay', () => {
    expect(
      read(
        {
          ingress: keep([...each(hosts, (host) => host.name)]),
          egress: keep([]),
          labels: keep({ a: when(enabled, 1) }),
        },
        { enabled: false },
      ),
    ).toEqual({
      ingress: [],
      egress: [],
      labels: {},
    });
  });
});

describe('late', () => {
  test('is built once, when it is first read', () => {
    const peers: string[] = [];
    let built = 0;
    const tree = {
      peers: late(() => {
        built += 1;
        return peers;
      }),
    };
    peers.push('a');
    expect([built, read(tree), read(tree), built]).toEqual([0, { peers: ['a'] }, { peers: ['a'] }, 1]);
  });
});

describe('fragment', () => {
  const port = fragment<{ name: string; port: number }, { host: z.ZodObject; name: z.ZodString }>(
    'port',
    'A port.',
    { host: z.strictObject({ port: z.int() }), name: z.string() },
    (given) => ({
      name: given.name,
      port: (given.host as { port: number }).port,
    }),
  );

  test('is its body with what was given in place', () => {
    expect(read({ ports: [port({ host: { port: 80 }, name: 'http' })] })).toEqual({
      ports: [{ name: 'http', port: 80 }],
    });
    expect(read(merge<object>({ a: 1 }, port({ host: { port: 80 }, name: str`p-${count}` })))).toEqual({
      a: 1,
      name: 'p-2',
      port: 80,
    });
  });
});

describe('passage', () => {
  const ports = passage<readonly JsonObject[]>(
    'ports',
    'Ports.',
    text`
      - name: "on"
        port: ${count}
        note: |
          first
            second
      ${when(enabled, text`- name: last`)}
    `,
  );
  const first = { name: 'on', port: 2, note: 'first\n  second\n' };

  test('is what its YAML says', () => {
    expect(read({ ports })).toEqual({ ports: [first, { name: 'last' }] });
    expect(read({ ports: passage('port', 'A port.', text`port: ${count}`) })).toEqual({ ports: { port: 2 } });
  });

  test('stands in a list for its items', () => {
    expect(read(['a', ports, when<readonly JsonObject[]>(enabled, ports)], { enabled: false })).toEqual(['a', first]);
  });

  test('is read as Helm reads it', () => {
    expect(read({ a: passage('words', 'Words.', text`[on, 0o17, 1_000]`) })).toEqual({ a: [true, 15, 1000] });
    expect(() => read({ a: passage('words', 'Words.', text`{a: 1, a: 2}`) })).toThrow('words:2: ');
  });

  test('stands in a list only if it says one', () => {
    expect(() => read([passage('port', 'A port.', text`port: ${count}`)])).toThrow(
      'port stands in a list, but says none',
    );
  });
});

describe('presence', () => {
  const present = (node: unknown, given: JsonObject = {}): boolean => presence(node as Node).evaluate(scopeOf(given));

  test.each<[string, unknown]>([
    ['a scalar', 0],
    ['an expression', count],
    ['an empty map', {}],
    ['an empty list', []],
    ['nothing', undefined],
    ['a list of values', args],
    ['a map of values', { a: affinity }],
    ['a condition', { a: [when(enabled, 'x')] }],
    ['a condition with another part', when<readonly string[] | JsonObject>(enabled, args, labels)],
    ['a loop', [...each(hosts, (host) => host.name)]],
    ['entries', eachEntry(labels as MapInput<string>, (key, value) => [key, value])],
    ['an entry with a key of its own', entry(str`n-${count}`, whenSet(className))],
    ['merged maps', merge<JsonObject>(labels, when<JsonObject>(enabled, { a: 'b' }))],
    ['what is kept', keep([when(enabled, 1)])],
    ['a passage', passage('p', 'A passage.', text`- a`)],
    ['a nested map', { a: { b: { c: whenSet(className) } } }],
  ])('of %s is whether evaluate gives something', (_, node) => {
    const choices: readonly JsonObject[] = [
      {},
      { enabled: false },
      { args: ['a'] },
      { enabled: false, labels: { a: 'b' } },
      { ...two, className: 'x', affinity: { podAffinity: {} } },
    ];
    for (const given of choices)
      expect([given, present(node, given)]).toEqual([given, read(node, given) !== undefined]);
  });

  test('refuses a list of which all items may be absent', () => {
    expect(() => presence([...each(hosts, (host) => when(equals(host.name, 'a'), 'x'))] as Node)).toThrow(
      'the items of a loop over values.hosts may all be absent: keep() the list, or make its items present',
    );
  });
});
