/** What is in the package, and how its entries resolve. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { exec, installed, manifest, read, root, tarball, tierEntries } from './npm';

const files = readdirSync(installed(), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(installed(), join(entry.parentPath, entry.name)))
  .sort();

const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

test('the package holds what a user needs, and nothing else', () => {
  expect(files.filter((file) => !file.startsWith('build/'))).toEqual(['LICENSE', 'README.md', 'package.json']);
  const kinds = files.flatMap((file) => {
    const [, inFolder, ending] = /^build\/(\w+)\/.*?(\.d\.m?ts|\.m?js)$/.exec(file) ?? [];
    if (inFolder !== undefined && ending !== undefined) return [`${inFolder} ${ending}`];
    return file.startsWith('build/') ? [file] : [];
  });
  expect([...new Set(kinds)].sort()).toEqual([
    'imports .d.ts',
    'imports .js',
    'lib .d.mts',
    'lib .d.ts',
    'lib .js',
    'lib .mjs',
    'tiers .d.mts',
    'tiers .d.ts',
    'tiers .js',
    'tiers .mjs',
  ]);
  // The systems of this repository are examples, not parts of a library.
  expect(files.filter((file) => /cluster-ai|conecta-plus|node-agents|\.yaml$/.test(file))).toEqual([]);
});

test('no file asks for a package that is not installed with it', () => {
  const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
  const foreign = files
    .filter((file) => file.startsWith('build/'))
    .flatMap((file) => {
      const asked = read(installed(file)).matchAll(
        /\b(?:from |require\(|import\()["']((?:@[^/"']+\/)?[^./"'][^/"']*)/g,
      );
      return [...asked].map(([, name = '']) => name).filter((name) => !known.has(name) && !name.startsWith('node:'));
    });
  expect([...new Set(foreign)]).toEqual([]);
});

test('publint has nothing to say', () => {
  expect(exec(root, bin('publint'), 'run', '--strict', tarball())).toContain('All good!');
});

test('its types are right for each way of resolution', () => {
  expect(tierEntries().length).toBeGreaterThan(30);
  const report = exec(
    root,
    bin('attw'),
    tarball(),
    '--no-emoji',
    '--no-color',
    '--include-entrypoints',
    ...tierEntries(),
  );
  expect(report).toContain('No problems found');
});
