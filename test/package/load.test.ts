/** What is loaded, and that `import` and `require` give the same. */
import { printed, tierEntries } from './npm';

/** Loaded files of the package, below `build/`. */
const LOADED = `Object.keys(require.cache).flatMap((file) => file.split('/cdk8s-tiers/build/')[1] ?? []).sort()`;
const REQUIRE = `const require = (await import('node:module')).createRequire(process.cwd() + '/main.js');`;
const ES_MODULE = '--input-type=module';

const loadedBy = {
  'require, of the index': () =>
    printed<readonly string[]>(
      `require('cdk8s-tiers').RedisCluster; console.log(JSON.stringify(${LOADED}))`,
      '--input-type=commonjs',
    ),
  'require, of its entry': () =>
    printed<readonly string[]>(
      `require('cdk8s-tiers/redis-cluster'); console.log(JSON.stringify(${LOADED}))`,
      '--input-type=commonjs',
    ),
  'import, of its entry': () =>
    printed<readonly string[]>(
      `import 'cdk8s-tiers/redis-cluster'; ${REQUIRE} console.log(JSON.stringify(${LOADED}))`,
      ES_MODULE,
    ),
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
  expect(printed(script, '--input-type=commonjs')).toEqual(['lib/index.js']);
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
  const { different, names } = printed<{ different: readonly string[]; names: number }>(script, ES_MODULE);
  expect(different).toEqual([]);
  expect(names).toBeGreaterThan(200);
});

test('what is inside is not to be had', () => {
  for (const path of ['lib/index', 'lib/tiers/data/redis-cluster', 'build/lib/index.js']) {
    const script = `try { require('cdk8s-tiers/${path}'); console.log('null') } catch ({ code }) { console.log(JSON.stringify(code)) }`;
    expect(printed(script, '--input-type=commonjs')).toMatch(/^(ERR_PACKAGE_PATH_NOT_EXPORTED|MODULE_NOT_FOUND)$/);
  }
});
