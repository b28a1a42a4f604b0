/**
 * Asks Elastic's grok library, by the program in scripts/go/grok. Under `npm test` its answers come from a recording;
 * `npm run check` asks the program itself and fails where they differ, `npm run check -- -u` writes them anew.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertPortable } from './regex';

export interface Question {
  readonly definitions: Readonly<Record<string, string>>;
  readonly pattern: string;
  readonly text: string;
}

/** What was found, by name, or null. */
export type Answer = Readonly<Record<string, string | number>> | null;

const file = join(__dirname, '../support/recordings/logs/grok.json');
const mode = process.env.GROK_ANSWERS ?? 'recorded';
const recorded: Record<string, Answer> =
  mode !== 'record' && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Answer>) : {};
const asked: Record<string, Answer> = {};

export async function grok(question: Question): Promise<Answer> {
  for (const pattern of [question.pattern, ...Object.values(question.definitions)]) {
    assertPortable(pattern.replaceAll(/%\{[^}]*\}/g, ''));
  }
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 20);
  const known = asked[key] ?? recorded[key];
  if (mode === 'recorded') {
    if (known === undefined) throw new Error(`${file} lacks this question; run npm run check -- -u\n${question.text}`);
    return known;
  }
  asked[key] ??= await ask(question);
  if (mode === 'verify') expect({ recorded: recorded[key] }).toEqual({ recorded: asked[key] });
  return asked[key];
}

async function ask(question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const program = execFile('grok', (failure, stdout, stderr) => {
      if (failure) reject(new Error(`${failure.message}\n${stderr}`));
      else resolve((JSON.parse(stdout) as readonly Answer[])[0] ?? null);
    });
    program.stdin?.end(JSON.stringify([question]));
  });
}

if (mode === 'record') {
  afterAll(() => {
    const sorted = Object.fromEntries(Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1)));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
  });
}
