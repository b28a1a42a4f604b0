/** Commands as a shell reads them, without any program: what each would be started with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Block } from './documents';

/** A program and its arguments. */
export type Command = readonly string[];

/** What stands for the output of every program. */
export const ANYTHING = 'ANYTHING';

/**
 * Runs blocks one after the other, each in a subshell in an empty folder. No program is found, and what takes its place
 * succeeds, notes its arguments, and says one word, so that loops over an output and those that wait for one end.
 */
export function commandsOf(blocks: readonly Block[]): readonly (readonly Command[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  try {
    const { status, signal, stderr, output } = spawnSync('bash', ['--noprofile', '--norc', '-s'], {
      input: [
        PRELUDE,
        ...blocks.map((block) => `begin\n( eval ${quoted(scriptOf(block))} ) </dev/null >/dev/null\n`),
      ].join('\n'),
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    // Files and folders of whoever types the commands are not there.
    const complaints = stderr.split('\n').filter((line) => line !== '' && !line.endsWith('No such file or directory'));
    if (status !== 0 || complaints.length > 0) throw new Error([status ?? signal, ...complaints].join('\n'));
    return (output[3] ?? '')
      .split(BLOCK)
      .slice(1)
      .map((noted) =>
        noted
          .split(COMMAND)
          .slice(0, -1)
          .map((command) => command.split(WORD).slice(0, -1)),
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands behind the prompts of a session, and all of a script. */
function scriptOf({ language, code }: Block): string {
  if (language !== 'console') return code;
  return [...code.matchAll(/^\$ (.*)$/gm)].map(([, line = '']) => `${line}\n`).join('');
}

/** Milliseconds, for a busy machine. */
const PATIENCE = 60_000;

const [WORD, COMMAND, BLOCK] = ['\x1f', '\x1e', '\x1d'];

const PRELUDE = `
PATH=$PWD
command_not_found_handle() {
  local IFS=$'\\x1f' # one line, as the programs of a pipeline write at the same time
  printf '%s\\x1f\\x1e' "$*" >&3
  echo ${ANYTHING}
}
begin() { printf '\\x1d' >&3; }
`;

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
