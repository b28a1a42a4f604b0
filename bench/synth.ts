// How long a synthesis takes, phase by phase, beside bench/baseline.json: the best of several runs, in milliseconds.
//   npm run bench               npm run bench -- --save    keeps the result as the new baseline
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const runs = 7;
const root = resolve(__dirname, '..');
const baselineFile = join(__dirname, 'baseline.json');
const Phases = z.record(z.string(), z.number());
type Phases = z.infer<typeof Phases>;

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function phases(): Phases {
  const timed = Phases.parse(JSON.parse(run(process.execPath, '-r', './scripts/register', 'bench/phases.ts')));
  const app = Object.values(timed).reduce((sum, phase) => sum + phase, 0);
  const start = performance.now();
  run('npm', 'run', 'synth');
  return { ...timed, 'the app': app, 'npm run synth': performance.now() - start };
}

/** The best of each phase: what the work takes when nothing else wants the machine. */
function best(samples: readonly Phases[]): Phases {
  const names = Object.keys(samples[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, Math.round(Math.min(...samples.map((sample) => sample[name] ?? Infinity)))]),
  );
}

phases(); // fills the cache of compiled files
const result = best(Array.from({ length: runs }, phases));
const baseline = Phases.parse(JSON.parse(readFileSync(baselineFile, 'utf8')));
for (const [name, time] of Object.entries(result)) {
  const before = baseline[name];
  const change = before === undefined ? 'new' : `baseline ${String(before)}`;
  console.log(`${name.padEnd(18)} ${String(time).padStart(5)} ms   ${change}`);
}
if (process.argv.includes('--save')) writeFileSync(baselineFile, `${JSON.stringify(result, undefined, 2)}\n`);
