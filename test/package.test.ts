import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from '../lib';

const root = join(__dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

describe('the package', () => {
  it('says where its code, its types and its licence are', () => {
    expect(manifest).toMatchObject({
      name: 'cdk8s-tiers',
      license: 'Apache-2.0',
      main: './build/lib/index.js',
      types: './build/lib/index.d.ts',
      exports: {
        '.': {
          import: { types: './build/lib/index.d.mts', default: './build/lib/index.mjs' },
          require: { types: './build/lib/index.d.ts', default: './build/lib/index.js' },
        },
      },
      files: expect.arrayContaining(['build']) as unknown,
    });
    expect(existsSync(join(root, 'LICENSE'))).toBe(true);
  });

  it('leaves the versions of cdk8s, constructs and zod to the app that uses it', () => {
    const { dependencies, peerDependencies } = manifest as Readonly<Record<string, Readonly<Record<string, string>>>>;
    expect(Object.keys(peerDependencies ?? {}).sort()).toEqual(['cdk8s', 'cdk8s-plus-28', 'constructs', 'zod']);
    for (const peer of Object.keys(peerDependencies ?? {})) expect(dependencies).not.toHaveProperty([peer]);
  });

  it('locks its dependencies without naming a registry', () => {
    expect(lock.match(/"resolved": "(?!https:\/\/registry\.npmjs\.org\/)[^"]*"/g) ?? []).toEqual([]);
  });

  it('exports every tier', () => {
    const tiers = ['Api', 'Exposure', 'Frontend', 'PgBouncer', 'Postgres', 'RedisCache', 'RedisCluster', 'Worker'];
    for (const tier of tiers) expect(library).toHaveProperty(tier, expect.any(Function));
  });
});
