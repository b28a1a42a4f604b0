// Lets node run TypeScript: `node -r ./scripts/register main.ts`. Each file is compiled once, by swc, and kept in
// node_modules/.cache under a hash of its text, so that a second run costs no more than plain JavaScript.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

const root = join(__dirname, '..');
const cache = join(root, 'node_modules', '.cache', 'typescript');
const configFile = join(root, '.swcrc');
const config = readFileSync(configFile);

/** @param {string} source @param {string} filename */
function compile(source, filename) {
  const key = createHash('sha256').update(config).update(filename).update(source).digest('hex');
  const compiled = join(cache, `${key}.js`);
  try {
    return readFileSync(compiled, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(source, { filename, configFile });
    mkdirSync(cache, { recursive: true });
    const staged = `${compiled}.${process.pid}`;
    writeFileSync(staged, code);
    renameSync(staged, compiled);
    return code;
  }
}

process.setSourceMapsEnabled(true);
Module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'v8'));
Module._extensions['.ts'] = (module, filename) => {
  module._compile(compile(readFileSync(filename, 'utf8'), filename), filename);
};
