// Synthesises again whenever main.ts, lib/ with the environments, or imports/ changes: `npm run watch`, until Ctrl-C.
// One process does it all, so that only what has changed is loaded, and what V8 has learnt of the rest stays.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { watch } from 'chokidar';

/** Milliseconds without a change after which an editor, or a checkout, has written all. */
const QUIET = 30;
/** Files that are named; of more, the number is given. */
const NAMED = 10;

const root = resolve(__dirname, '..');
const main = join(root, 'main.ts');
const forget = join(__dirname, 'forget.ts');
/** Keeps the systems that have been made. */
const instance = join(root, 'lib', 'systems', 'instance.ts');
const sources = ['main.ts', 'lib', 'imports'].map((path) => join(root, path));

/** Drops modules, and those that use them. */
function drop(cache: NodeJS.Dict<NodeJS.Module>, modules: ReadonlySet<string>): void {
  const users = new Map<string, string[]>();
  for (const [user, module] of Object.entries(cache)) {
    for (const { id } of module?.children ?? []) users.set(id, [...(users.get(id) ?? []), user]);
  }
  const stale = new Set(modules);
  for (const id of stale) users.get(id)?.forEach((user) => stale.add(user));
  for (const id of stale) Reflect.deleteProperty(cache, id);
}

/** The files below dist/ and charts/, by path. One that is written anew has another inode than before. */
function outputs(): ReadonlyMap<string, number> {
  const files = ['dist', 'charts']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [relative(root, file), lstatSync(file).ino]));
}

function differences(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  const written = [...after].filter(([path, inode]) => before.get(path) !== inode).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path)).map((path) => `${path}, which is gone`);
  return [...written, ...removed];
}

function namesOf(paths: readonly string[]): string {
  const more = paths.length > NAMED ? [`and ${String(paths.length - NAMED)} more`] : [];
  return [...paths.slice(0, NAMED), ...more].map((path) => `  ${path}\n`).join('');
}

/** Whether what a failed synthesis has made may still be there. */
let isUnclean = false;

/** Runs the main module, which says itself what keeps it from writing. */
function synthesise(changed: ReadonlySet<string>): void {
  const start = performance.now();
  const before = outputs();
  // Another each time, for it remembers what it has loaded.
  const load = createRequire(main);
  // A class that has not changed makes what it has made. After a failure, one that has may have left something behind.
  const isAnew = isUnclean && [...changed].some((path) => path.endsWith('.ts'));
  drop(load.cache, new Set([main, ...changed, ...(isAnew ? [instance, forget] : [])]));
  try {
    if (isAnew) load(forget);
    load(main);
  } catch (error) {
    process.exitCode = 1;
    console.log(error instanceof Error ? error.stack : error);
  }
  isUnclean = process.exitCode !== undefined;
  const time = `${((performance.now() - start) / 1000).toFixed(2)} s`;
  if (isUnclean) console.log(`nothing is written, after ${time}`);
  else {
    const written = differences(before, outputs());
    process.stdout.write(`${String(written.length)} written in ${time}\n${namesOf(written)}`);
  }
  process.exitCode = undefined;
}

async function run(): Promise<void> {
  let changed = new Set<string>();
  let pending: NodeJS.Timeout | undefined;
  const synthesiseNow = (): void => {
    const paths = [...changed].map((path) => relative(root, path));
    process.stdout.write(`\n${namesOf(paths)}`);
    const now = changed;
    changed = new Set();
    synthesise(now);
  };
  const watcher = watch(sources, { ignoreInitial: true }).on('all', (_, path) => {
    changed.add(path);
    clearTimeout(pending);
    pending = setTimeout(synthesiseNow, QUIET);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearTimeout(pending);
      void watcher.close();
    });
  }
  await new Promise<void>((ready) => {
    watcher.once('ready', ready);
  });
  synthesise(changed);
  console.log('Watching main.ts, lib/ and imports/; Ctrl-C ends it.');
}

void run();
