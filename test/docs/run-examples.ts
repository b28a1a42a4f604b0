/**
 * Runs examples, each in an empty folder of its own: `[code, …]` on standard input, what came of them on standard output.
 * A process of its own, because examples print, write into the working directory and may end by an error.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';
import * as tiers from '../../lib';
import * as plus from '../../lib/plus';
import { Given } from './given';

export interface Outcome {
  /** What it printed, or the message of the error it ended with. */
  readonly said: string;
  /** What it wrote, by path. */
  readonly files: Readonly<Record<string, string>>;
}

const installed = createRequire(__filename);
const own = new Map<string, unknown>([
  ['cdk8s-tiers', tiers],
  ['cdk8s-tiers/plus', plus],
]);

if (require.main === module) {
  const codes = JSON.parse(readFileSync(0, 'utf8')) as readonly string[];
  const print = console.log;
  const outcomes = codes.map(outcomeOf);
  console.log = print;
  process.stdout.write(JSON.stringify(outcomes));
}

function outcomeOf(code: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  const before = process.cwd();
  const lines: string[] = [];
  console.log = (...words: readonly unknown[]) => lines.push(words.map(String).join(' '));
  try {
    process.chdir(folder);
    run(code);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(file).isFile());
    return {
      said: lines.join('\n'),
      files: Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')])),
    };
  } catch (error) {
    return { said: error instanceof Error ? error.message : String(error), files: {} };
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}

/** A short example is a function, which is called with what it takes for granted. */
function run(code: string): void {
  const configFile = join(__dirname, '..', '..', '.swcrc');
  const compiled = transformSync(code, { configFile, filename: 'example.ts' }).code;
  const given = new Given();
  const load = (name: string): unknown => (name === './context' ? given.names : (own.get(name) ?? installed(name)));
  const exported: { readonly example?: (this: Given) => void } = {};
  Reflect.apply(compileFunction(compiled, ['require', 'exports']), undefined, [load, exported]);
  if (exported.example === undefined) return;
  exported.example.call(given);
  given.read();
}
