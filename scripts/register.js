// Lets node run TypeScript: `node -r ./scripts/register main.ts`. Each file is compiled once, by swc, and kept in
// node_modules/.cache under a hash of its text and of what compiles it, with what V8 makes of it: a second run compiles
// nothing.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative } = require('node:path');
const { Script } = require('node:vm');

const root = join(__dirname, '..');
const cache = join(root, 'node_modules', '.cache', 'typescript');
const configFile = join(root, '.swcrc');
const config = readFileSync(configFile);
const { version } = require('@swc/core/package.json');

/** Where the compiled file is: its name without an ending. @type {Map<string, string>} */
const compiled = new Map();

/** @param {string} file @param {string | Buffer} content */
function keep(file, content) {
  mkdirSync(cache, { recursive: true });
  const staged = `${file}.${process.pid}`;
  writeFileSync(staged, content);
  renameSync(staged, file);
}

/** @param {string} file */
function kept(file) {
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** @param {string} filename */
function compile(filename) {
  const source = readFileSync(filename, 'utf8');
  const hash = createHash('sha256').update(version).update(config).update(relative(root, filename)).update(source);
  const key = hash.digest('hex');
  const file = join(cache, key);
  compiled.set(filename, file);
  const known = kept(`${file}.js`);
  if (known !== undefined) return { file, code: known.toString() };
  const { code, map = '' } = require('@swc/core').transformSync(source, { filename, configFile });
  keep(`${file}.map`, map);
  keep(`${file}.js`, code);
  return { file, code };
}

Module._extensions['.ts'] = (module, filename) => {
  const { file, code } = compile(filename);
  // A script of what V8 has kept does not know where `import()` begins to look.
  if (code.includes('import(')) return module._compile(code, filename);
  const cachedData = kept(`${file}.v8`);
  const script = new Script(Module.wrap(code), { filename, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) fresh.set(`${file}.v8`, script);
  const require = Object.assign((id) => module.require(id), Module.createRequire(filename));
  script.runInThisContext().call(module.exports, module.exports, require, module, filename, dirname(filename));
};
Module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'v8'));

/** What V8 has compiled anew. It is kept at the end, with the functions that were called. @type {Map<string, Script>} */
const fresh = new Map();
process.on('exit', () => {
  for (const [file, script] of fresh) keep(file, script.createCachedData());
});

/** Source maps by file, read when a trace is asked for. @type {Map<string, Module.SourceMap>} */
const maps = new Map();

/** @param {string} filename */
function mapOf(filename) {
  const file = compiled.get(filename);
  if (file !== undefined && !maps.has(file))
    maps.set(file, new Module.SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))));
  return maps.get(file);
}

Error.prepareStackTrace = (error, frames) =>
  [String(error), ...frames.map((frame) => `    at ${inSource(String(frame))}`)].join('\n');

/** @param {string} frame */
function inSource(frame) {
  return frame.replace(/(\/[^()]+\.ts):(\d+):(\d+)/, (place, filename, line, column) => {
    const found = mapOf(filename)?.findEntry(line - 1, column - 1);
    return found?.originalLine === undefined
      ? place
      : `${filename}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}
