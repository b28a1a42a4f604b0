import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, apiOf, tierEntries } from '../../scripts/release/api';
import { brokenApi, brokenEntries } from '../../scripts/release/api-changes';
import { read } from '../docs/documents';

const declared = `
export type Size = 'large' | 'small';
interface Exporter { readonly port: number }
export interface ShopProps {
  readonly host: string;
  readonly replicas?: number;
  readonly size?: Size | null;
  readonly tags?: readonly (string | number)[];
  readonly exporter?: Exporter;
}
abstract class Tier {
  constructor(readonly id: string, props: { readonly enabled?: boolean }) {}
  connectTo(...others: readonly Tier[]): void {}
}
export class Shop extends Tier {
  readonly url: string | null = null;
  protected port = 80;
  private secret = '';
  static of(name: string): Shop { return new Shop(name, {}); }
  open(at: number, until?: number): boolean { return at !== until; }
}
export abstract class Part { abstract readonly weight: number }
export function addShop(name: string, size?: Size): Shop { return new Shop(name + (size ?? ''), {}); }
export function pick(name: string): string;
export function pick(name: number): number;
export function pick(name: string | number): string | number { return name; }
export const sized = (size: Size): string => size;
function handOn<T extends readonly unknown[]>(call: (...all: T) => string): (...all: T) => string { return call; }
export const least = handOn((first: number, ...others: number[]) => String(Math.min(first, ...others)));
interface Author { readonly name: string | null }
export interface Report { readonly lines: number | string; readonly note?: string; readonly by?: Author }
export function report(props: ShopProps): Report { return { lines: props.host.length }; }
export interface Door { readonly width: number | string; readonly colour?: string; lock(key: string): string; shut?(): void }
export class House { doors: readonly Door[] = []; add(door: Door): void {} }
export interface Watcher { seen(door: number | string): string | null }
export function watch(watcher: Watcher): void {}
export interface Unused { readonly depth: number | string }
export const shopDefaults = { replicas: 2, limits: { memory: '1Gi' } } as const;
`;
const values = { shopDefaults: { replicas: 2, limits: { memory: '1Gi' } } };

/** Of the module above: what it says, what stands in its place, and what is said of that. */
type Change = readonly [was: string, is: string, found: readonly string[]];
const breaking: readonly Change[] = [
  ['export class Shop', 'class Shop', ['Shop is no longer exported']],
  ['export interface ShopProps', 'interface ShopProps', ['ShopProps is no longer exported']],
  ["'large' | 'small'", "'large'", ['Size: its type was "large" | "small" and is "large"']],
  ['readonly replicas?: number;', '', ['ShopProps.replicas is no more']],
  ['replicas?', 'count?', ['ShopProps.replicas is no more']],
  ['replicas?', 'replicas', ['ShopProps.replicas could be left out and must be given']],
  ['readonly host: string;', 'readonly host: string; readonly to: string;', ['ShopProps.to is new and must be given']],
  ['host: string', 'host: number', ['ShopProps.host: its type was string and is number']],
  ['Size | null', 'Size', ['ShopProps.size: its type was Size | null and is Size']],
  [
    'readonly (string | number)[]',
    'readonly string[]',
    ['ShopProps.tags: its type was readonly (string | number)[] and is readonly string[]'],
  ],
  ['port: number', 'port: string', ['(Exporter of shop.ts).port: its type was number and is string']],
  ['url: string | null = null', "address = ''", ['Shop.url is no more']],
  [
    'url: string | null',
    'url: string | null | undefined',
    ['Shop.url: its type was string | null and is string | null | undefined'],
  ],
  ['readonly url: string', 'private readonly url: string', ['Shop.url is no more']],
  ['protected port = 80', 'private port = 80', ['Shop.port is no more']],
  ['static of', 'static from', ['Shop.static of is no more']],
  [
    'readonly id: string, props',
    'readonly id: string, more: number, props',
    [
      'Shop.constructor was (string, { readonly enabled?: boolean; }) and is (string, number, { readonly enabled?: boolean; })',
    ],
  ],
  ['connectTo(...others', 'connect(...others', ['Shop.connectTo is no more']],
  [
    'connectTo(...others: readonly Tier[])',
    'connectTo(others?: readonly Tier[])',
    ['Shop.connectTo was (...readonly Tier[]): void and is (readonly Tier[] (optional)): void'],
  ],
  [
    'first: number, ...others: number[]',
    'first: number, others: number[]',
    ['least was (number, ...number[]): string and is (number, number[]): string'],
  ],
  [
    'first: number, ...others',
    'first: string, ...others',
    ['least was (number, ...number[]): string and is (string, ...number[]): string'],
  ],
  // What the package gives may have more, and not be more.
  [
    'readonly lines: number | string',
    'readonly lines: number | string | null',
    ['Report.lines: its type was number | string and is number | string | null'],
  ],
  ['readonly lines:', 'readonly lines?:', ['Report.lines was always there and may be missing']],
  ['readonly note?: string; ', '', ['Report.note is no more']],
  [
    'name: string | null',
    'name: string | null | undefined',
    ['(Author of shop.ts).name: its type was string | null and is string | null | undefined'],
  ],
  // What is given to it and got from it stays as it is.
  ...['number | string | null', 'number'].map((type): Change => [
    'width: number | string',
    `width: ${type}`,
    [`Door.width: its type was number | string and is ${type}`],
  ]),
  ['readonly width:', 'readonly width?:', ['Door.width was always there and may be missing']],
  ['readonly colour?', 'readonly colour', ['Door.colour could be left out and must be given']],
  ['readonly colour?', 'readonly height: number; readonly colour?', ['Door.height is new and must be given']],
  [
    'lock(key: string)',
    'lock(key: string, times?: number)',
    ['Door.lock was (string): string and is (string, number (optional)): string'],
  ],
  ['shut?(): void', 'shut(): void', ['Door.shut could be left out and must be given']],
  // A method that somebody else has is called with no more, and what it gives is taken.
  [
    'seen(door: number | string)',
    'seen(door: number | string | null)',
    ['Watcher.seen was (number | string): string | null and is (number | string | null): string | null'],
  ],
  [
    'string): string | null }',
    'string): string }',
    ['Watcher.seen was (number | string): string | null and is (number | string): string'],
  ],
  // What nothing names may be either.
  ...['number | string | null', 'number'].map((type): Change => [
    'depth: number | string',
    `depth: ${type}`,
    [`Unused.depth: its type was number | string and is ${type}`],
  ]),
  [
    'until?: number',
    'until: number',
    ['Shop.open was (number, number (optional)): boolean and is (number, number): boolean'],
  ],
  [
    'abstract class Part { abstract',
    'abstract class Part { abstract readonly height: number; abstract',
    ['Part.height is new and must be given'],
  ],
  [
    'addShop(name: string, size?: Size): Shop',
    'addShop(name: string, size?: Size): Shop | undefined',
    ['addShop was (string, Size (optional)): Shop and is (string, Size (optional)): Shop | undefined'],
  ],
  [
    'addShop(name: string, size?: Size)',
    "addShop(name: 'a' | 'b', size?: Size)",
    [`addShop was (string, Size (optional)): Shop and is ('a' | 'b', Size (optional)): Shop`],
  ],
  [
    'export function pick(name: number): number;',
    '',
    ['pick was (string): string and (number): number and is (string): string'],
  ],
  [
    'sized = (size: Size)',
    'sized = (size: Size, more: number)',
    ['sized was (Size): string and is (Size, number): string'],
  ],
  [
    'export const sized = (size: Size): string => size',
    'export interface sized { readonly size: Size }',
    ['sized: its kind was function and is interface'],
  ],
];

const harmless: readonly (readonly [was: string, is: string])[] = [
  ['', ''],
  ['export type Size', '/** How large. */\nexport type Size'],
  ["'large' | 'small'", "'large' | 'medium' | 'small'"],
  ['export type Size', 'export type Colour = string;\nexport type Size'],
  ['readonly host: string;', 'readonly host: string; readonly to?: string;'],
  ['host: string', 'host?: string'],
  ['replicas?: number', 'replicas?: number | null'],
  ['(string | number)[]', '(string | number | boolean)[]'],
  ['size?: Size | null', 'size?: null | Size'],
  ['url: string | null = null', "url: string = ''"],
  ["private secret = ''", "private other = ''"],
  ['open(at', 'close(): void {} open(at'],
  ['until?: number)', 'until?: number, how?: string)'],
  ['addShop(name: string,', 'addShop(name: string | number,'],
  ['addShop(name: string, size?: Size)', 'addShop(name: string, size?: Size, ...more: readonly string[])'],
  ['first: number, ...others: number[]', 'first: number | string, ...others: (number | string)[]'],
  ['lines: number | string', 'lines: number'],
  ['readonly lines:', 'readonly words: number; readonly lines:'],
  ['readonly note?', 'readonly note'],
  ['name: string | null', 'name: string'],
  ['readonly width:', 'readonly height?: number; readonly width:'],
  ['seen(door: number | string)', 'seen(door: number)'],
  ['string): string | null }', 'string): string | null | undefined }'],
  [
    'export function pick(name: string): string;',
    'export function pick(name: string): string;\nexport function pick(name: boolean): boolean;',
  ],
];

describe('what is exported', () => {
  const apis = new Map<string, Api>();
  const of = (was: string, is: string): Api => apis.get(`${was} → ${is}`) ?? {};

  // All in one program, which reads the compiler's own library once.
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'api-'));
    const all = [...harmless, ...breaking].map(([was, is]) => [`${was} → ${is}`, declared.replace(was, is)] as const);
    const entries = all.map(([, source], i) => {
      const file = join(folder, `${i}.ts`);
      writeFileSync(file, source);
      return { file, values, prefix: `${i}.` };
    });
    const found = Object.entries(apiOf(entries));
    all.forEach(([name], i) => {
      const start = `${i}.`;
      const own = found.flatMap(([key, exported]): [string, Api[string]][] => {
        if (key.startsWith(start)) return [[key.slice(start.length), exported]];
        return key.endsWith(`/${i}.ts)`) ? [[key.replace(/ of .*/, ' of shop.ts)'), exported]] : [];
      });
      apis.set(name, Object.fromEntries(own));
    });
    rmSync(folder, { recursive: true });
  });

  it('is read with all that somebody may use', () => {
    expect(of('', '')).toEqual({
      Size: { kind: 'type', type: '"large" | "small"' },
      '(Exporter of shop.ts)': { kind: 'interface', members: { port: { type: 'number' } } },
      ShopProps: {
        kind: 'interface',
        members: {
          host: { type: 'string' },
          replicas: { type: 'number', optional: true },
          size: { type: 'Size | null', optional: true },
          tags: { type: 'readonly (string | number)[]', optional: true },
          exporter: { type: 'Exporter', optional: true },
        },
      },
      Shop: {
        kind: 'class',
        members: {
          constructor: {
            signatures: [{ parameters: [{ type: 'string' }, { type: '{ readonly enabled?: boolean; }' }] }],
          },
          id: { type: 'string' },
          url: { type: 'string | null' },
          port: { type: 'number' },
          'static of': { signatures: [{ parameters: [{ type: 'string' }], returns: 'Shop' }] },
          open: {
            signatures: [{ parameters: [{ type: 'number' }, { type: 'number', optional: true }], returns: 'boolean' }],
          },
          connectTo: { signatures: [{ parameters: [{ type: 'readonly Tier[]', rest: true }], returns: 'void' }] },
        },
      },
      Part: { kind: 'class', members: { weight: { type: 'number', abstract: true } } },
      addShop: {
        kind: 'function',
        signatures: [{ parameters: [{ type: 'string' }, { type: 'Size', optional: true }], returns: 'Shop' }],
      },
      pick: {
        kind: 'function',
        signatures: [
          { parameters: [{ type: 'string' }], returns: 'string' },
          { parameters: [{ type: 'number' }], returns: 'number' },
        ],
      },
      sized: { kind: 'function', signatures: [{ parameters: [{ type: 'Size' }], returns: 'string' }] },
      least: {
        kind: 'function',
        signatures: [{ parameters: [{ type: 'number' }, { type: 'number[]', rest: true }], returns: 'string' }],
      },
      '(Author of shop.ts)': { kind: 'interface', members: { name: { type: 'string | null' } } },
      Report: {
        kind: 'interface',
        members: {
          lines: { type: 'number | string' },
          note: { type: 'string', optional: true },
          by: { type: 'Author', optional: true },
        },
      },
      report: { kind: 'function', signatures: [{ parameters: [{ type: 'ShopProps' }], returns: 'Report' }] },
      Door: {
        kind: 'interface',
        members: {
          width: { type: 'number | string' },
          colour: { type: 'string', optional: true },
          lock: { signatures: [{ parameters: [{ type: 'string' }], returns: 'string' }] },
          shut: { signatures: [{ parameters: [], returns: 'void' }], optional: true },
        },
      },
      House: {
        kind: 'class',
        members: {
          doors: { type: 'readonly Door[]' },
          add: { signatures: [{ parameters: [{ type: 'Door' }], returns: 'void' }] },
        },
      },
      Watcher: {
        kind: 'interface',
        members: {
          seen: { signatures: [{ parameters: [{ type: 'number | string' }], returns: 'string | null' }] },
        },
      },
      watch: { kind: 'function', signatures: [{ parameters: [{ type: 'Watcher' }], returns: 'void' }] },
      Unused: { kind: 'interface', members: { depth: { type: 'number | string' } } },
      shopDefaults: { kind: 'constant', data: { replicas: 2, limits: { memory: '1Gi' } } },
    });
  });

  it.each(breaking)('breaks where %s becomes %s', (was, is, found) => {
    expect(declared).toContain(was);
    expect(brokenApi(of('', ''), of(was, is))).toEqual(found);
  });

  it.each(harmless)('breaks nothing where %s becomes %s', (was, is) => {
    expect(declared).toContain(was);
    expect(Object.keys(of(was, is))).not.toEqual([]);
    expect(brokenApi(of('', ''), of(was, is))).toEqual([]);
  });

  it('breaks where a default has changed', () => {
    const now = { ...of('', ''), shopDefaults: { kind: 'constant', data: { replicas: 3, limits: {} } } } as const;
    expect(brokenApi(of('', ''), now)).toEqual([
      'shopDefaults.replicas: its default was 2 and is 3',
      'shopDefaults.limits.memory is no more; its default was "1Gi"',
    ]);
  });
});

describe('what tiers are imported by alone', () => {
  const entries = { 'tiers/cache': ['Cache', 'CacheProps'], 'tiers/shop': ['Shop'] };

  it.each([
    [{ ...entries, 'tiers/mall': ['Mall'] }, []],
    [{ ...entries, 'tiers/shop': ['Shop', 'ShopProps'] }, []],
    [{ 'tiers/cache': entries['tiers/cache'] }, ['tiers/shop can no longer be imported']],
    [{ ...entries, 'tiers/cache': ['Cache'] }, ['tiers/cache no longer exports CacheProps']],
  ])('breaks where it becomes %j: %j', (now, found) => {
    expect(brokenEntries(entries, now)).toEqual(found);
  });

  it('has each tier of the package', () => {
    const found = tierEntries();
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['tiers/postgres', 'tiers/redis-cluster']));
    expect(found['tiers/redis-cluster']).toEqual(expect.arrayContaining(['RedisCluster', 'RedisClusterProps']));
    expect(Object.keys(found)).not.toContain('tiers/tier');
  });

  it('is listed in docs/package.md', () => {
    const [list = ''] = /^One tier each: .*$/m.exec(read('docs/package.md')) ?? [];
    const listed = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => `tiers/${name}`);
    expect(listed).toEqual(Object.keys(tierEntries()));
  });
});
