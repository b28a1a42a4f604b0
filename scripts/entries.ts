/**
 * What `tsc` leaves to do for the package, by the statements of lib/index.ts: an index that loads a module when something
 * of it is first asked for; an entry for each tier; and ES modules, which only hand on what the CommonJS modules have,
 * so that `import` and `require` give the same classes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Export, exportsOf, tierEntryOf } from './index-exports';

const root = join(__dirname, '..');
const build = join(root, 'build');
const load = createRequire(join(build, 'lib', 'index.js'));

const index = exportsOf('lib/index.ts');
write('lib/index.js', lazyModule(index));
write('lib/index.mjs', index.map(({ values, module }) => reExport(values, `./${module}.js`)).join(''));
write('lib/index.d.mts', "export * from './index.js';\n");

write('lib/plus.mjs', reExport(valuesOf('plus'), './plus.js'));
write('lib/plus.d.mts', "export * from './plus.js';\n");

mkdirSync(join(build, 'tiers'));
for (const { module, names, values } of index) {
  const found = exported(module);
  const entry = tierEntryOf(
    module,
    values.map((name) => found[name]),
  );
  if (entry === undefined) continue;
  const source = `../lib/${module}.js`;
  const list = values.join(', ');
  write(`${entry}.js`, `"use strict";\nconst { ${list} } = require('${source}');\nmodule.exports = { ${list} };\n`);
  write(`${entry}.mjs`, reExport(values, source));
  write(`${entry}.d.ts`, reExport(names, source));
  write(`${entry}.d.mts`, reExport(names, source));
}

function exported(module: string): Readonly<Record<string, unknown>> {
  const found: unknown = load(`./${module}.js`);
  if (typeof found !== 'object' || found === null) throw new Error(`${module} exports nothing`);
  return { ...found };
}

function valuesOf(module: string): readonly string[] {
  return Object.keys(exported(module));
}

function reExport(names: readonly string[], source: string): string {
  return names.length === 0 ? '' : `export { ${names.join(', ')} } from '${source}';\n`;
}

function lazyModule(exports: readonly Export[]): string {
  const calls = exports
    .filter(({ values }) => values.length > 0)
    .map(({ module, values }) => `lazily(() => require('./${module}.js'), '${values.join("', '")}');\n`);
  return `"use strict";
Object.defineProperty(exports, '__esModule', { value: true });
/** What is asked for the second time is found as an ordinary property. */
function lazily(load, ...names) {
  for (const name of names) {
    const get = () => {
      const value = load()[name];
      Object.defineProperty(exports, name, { enumerable: true, value });
      return value;
    };
    Object.defineProperty(exports, name, { configurable: true, enumerable: true, get });
  }
}
${calls.join('')}`;
}

function write(file: string, content: string): void {
  writeFileSync(join(build, file), content);
}
