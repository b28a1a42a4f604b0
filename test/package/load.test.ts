/** What is loaded, and that `import` and `require` give the same. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { folder, installed, manifest, printed, read, root, tarball, tierEntries } from './npm';

/** Loaded files of the package, below `build/`. */
const LOADED = `Object.keys(require.cache).flatMap((file) => file.split('/cdk8s-tiers/build/')[1] ?? []).sort()`;
const REQUIRE = `const require = (await import('node:module')).createRequire(process.cwd() + '/main.js');`;
const ES_MODULE = '--input-type=module';
const COMMONJS = '--input-type=commonjs';

const strings = (...script: Parameters<typeof printed>): readonly string[] => printed(...script) as readonly string[];

const loadedBy = {
  'require, of the index': () =>
    strings(`require('cdk8s-tiers').RedisCluster; console.log(JSON.stringify(${LOADED}))`, COMMONJS),
  'require, of its entry': () =>
    strings(`require('cdk8s-tiers/redis-cluster'); console.log(JSON.stringify(${LOADED}))`, COMMONJS),
  'import, of its entry': () =>
    strings(`import 'cdk8s-tiers/redis-cluster'; ${REQUIRE} console.log(JSON.stringify(${LOADED}))`, ES_MODULE),
};

test.each(Object.entries(loadedBy))('one tier does not load others: %s', (_, load) => {
  expect(load().filter((file) => file.startsWith('lib/tiers/'))).toEqual([
    'lib/tiers/data/redis-cluster-init.js',
    'lib/tiers/data/redis-cluster-rejoin.js',
    'lib/tiers/data/redis-cluster-scripts.js',
    'lib/tiers/data/redis-cluster.js',
    'lib/tiers/data/redis-configuration.js',
    'lib/tiers/data/redis-pod.js',
    'lib/tiers/tier.js',
  ]);
  expect(load().filter((file) => /^lib\/(output|systems|objectives)\//.test(file))).toEqual([]);
});

test('the index alone loads nothing', () => {
  const script = `require('cdk8s-tiers'); console.log(JSON.stringify(${LOADED}))`;
  expect(printed(script, COMMONJS)).toEqual(['lib/index.js']);
});

test('import and require give the same', () => {
  const script = `
    ${REQUIRE}
    const different = [];
    const compare = async (name) => {
      const [imported, required] = [{ ...(await import(name)) }, require(name)];
      const names = new Set([...Object.keys(imported), ...Object.keys(required)]);
      for (const each of names) if (imported[each] === undefined || imported[each] !== required[each]) different.push(name + ' ' + each);
      return imported;
    };
    const index = await compare('cdk8s-tiers');
    const entries = ${JSON.stringify(tierEntries())};
    for (const entry of entries) {
      for (const [name, value] of Object.entries(await compare('cdk8s-tiers/' + entry))) {
        if (index[name] !== value) different.push(entry + ' ' + name);
      }
    }
    console.log(JSON.stringify({ different, names: Object.keys(index).length }));
  `;
  const { different, names } = printed(script, ES_MODULE) as { different: readonly string[]; names: number };
  expect(different).toEqual([]);
  expect(names).toBeGreaterThan(200);
});

test('what is inside is not to be had', () => {
  for (const path of ['lib/index', 'lib/tiers/data/redis-cluster', 'build/lib/index.js']) {
    const script = `try { require('cdk8s-tiers/${path}'); console.log('null') } catch ({ code }) { console.log(JSON.stringify(code)) }`;
    expect(printed(script, COMMONJS)).toMatch(/^(ERR_PACKAGE_PATH_NOT_EXPORTED|MODULE_NOT_FOUND)$/);
  }
});

describe('docs/package.md says what it costs', () => {
  const rows = new Map(
    [...read(root, 'docs', 'package.md').matchAll(/^\| (.*?) \| ([\d.]+) (?:MB|ms) \|(?: (\d*) ?\|)?$/gm)].map(
      ([, what = '', amount = '', files = '']) => [what, { amount: Number(amount), files: Number(files) }],
    ),
  );
  const documented = (what: string): { readonly amount: number; readonly files: number } => {
    const row = rows.get(what);
    if (row === undefined) throw new Error(`docs/package.md has no row of ${what}: ${[...rows.keys()].join(', ')}`);
    return row;
  };

  const bytesBelow = (directory: string): number =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((file) => statSync(join(directory, file)))
      .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
  const megabytes = (bytes: number): number => bytes / 1_000_000;

  test.each([
    ['the tarball', () => statSync(tarball()).size],
    ['installed', () => bytesBelow(installed())],
    [
      'installed, with its dependencies',
      () =>
        [manifest.name, ...Object.keys(manifest.dependencies)]
          .map((name) => bytesBelow(folder('javascript', 'node_modules', name)))
          .reduce((sum, size) => sum + size, 0),
    ],
  ])('on disk: %s', (what, bytes) => {
    const { amount } = documented(what);
    const megabytesNow = megabytes(bytes());
    process.stderr.write(`${what}: ${megabytesNow.toFixed(2)} MB\n`);
    expect(Math.abs(megabytesNow / amount - 1)).toBeLessThan(0.1);
  });

  const TIER = "require('cdk8s-tiers').RedisCluster";
  const ALL = "Object.values(require('cdk8s-tiers'))";

  test.each([
    ['one tier, such as `RedisCluster`', TIER],
    ['everything', ALL],
  ])('files that are loaded: %s', (what, script) => {
    const loaded = strings(`${script}; console.log(JSON.stringify(${LOADED}))`, COMMONJS);
    process.stderr.write(`${what}: ${loaded.length} files\n`);
    expect(Math.abs(loaded.length / documented(what).files - 1)).toBeLessThan(0.1);
  });

  /** Milliseconds of processor time, of all threads, that a script takes in a process of its own. */
  const cost = (script: string): number =>
    Number(
      printed(
        `const start = process.cpuUsage(); ${script}; const { user, system } = process.cpuUsage(start); console.log((user + system) / 1000)`,
        COMMONJS,
      ),
    );
  const median = (numbers: readonly number[]): number =>
    numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

  test('processor time, beside that of cdk8s', () => {
    const rounds = Array.from({ length: 9 }, () => ({
      cdk8s: cost("require('cdk8s')"),
      tier: cost(`require('cdk8s'); ${TIER}`),
      all: cost(`require('cdk8s'); ${ALL}`),
    }));
    const cdk8s = median(rounds.map((round) => round.cdk8s));
    const tier = median(rounds.map((round) => round.tier)) - cdk8s;
    const all = median(rounds.map((round) => round.all)) - cdk8s;
    process.stderr.write(
      `cdk8s ${cdk8s.toFixed()} ms, one tier ${tier.toFixed()} ms, everything ${all.toFixed()} ms\n`,
    );
    const inDocument = documented('cdk8s itself, for comparison').amount;
    const times = { tier: documented('one tier, such as `RedisCluster`').amount, all: documented('everything').amount };
    // Processors differ, and so does their company: what is compared is how many times cdk8s each takes.
    for (const [measured, stated] of [
      [tier, times.tier],
      [all, times.all],
    ] as const) {
      expect(measured / cdk8s / (stated / inDocument)).toBeGreaterThan(0.5);
      expect(measured / cdk8s / (stated / inDocument)).toBeLessThan(1.6);
    }
    expect(tier).toBeLessThan(all / 2);
  });
});
