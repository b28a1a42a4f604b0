/** Runs a generated script in a folder of its own, with programs that only say what they were given. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Trial {
  readonly script: string;
  /** Files by their absolute paths, as the script knows them. */
  readonly files: Readonly<Record<string, string>>;
  /** Bodies of shell programs by name. Each call's arguments and input are kept. */
  readonly programs: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of the script's that are to be there. */
  readonly folders?: readonly string[];
}

export interface Call {
  readonly args: readonly string[];
  readonly input: string;
}

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** By program, in the order of their calls. */
  readonly calls: Readonly<Record<string, readonly Call[]>>;
  /** What files hold afterwards, by their absolute paths. */
  readonly read: (path: string) => string | undefined;
}

/** Absolute folders in which scripts look: they are moved below the trial's own. */
const PLACES = ['/run', '/etc', '/usr/share'];

export function run({ script, files, programs, env = {}, folders = [] }: Trial): Outcome {
  const root = mkdtempSync(join(tmpdir(), 'script-'));
  try {
    const bin = join(root, 'bin');
    for (const folder of [bin, ...folders.map((path) => join(root, path))]) mkdirSync(folder, { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), moved(content, root), { mode: 0o755 });
    }
    for (const [name, body] of Object.entries(programs)) {
      const calls = join(root, 'calls', name);
      mkdirSync(calls, { recursive: true });
      const keep = [
        `n=$(ls ${calls} | wc -l); call=${calls}/$(printf '%03d' "$n"); mkdir "$call"`,
        'for argument; do printf "%s\\0" "$argument"; done > "$call/args"',
        'case " $* " in *" @- "* | *" --stdin "* | *" --config - "*) cat > "$call/input" ;; *) : > "$call/input" ;; esac',
      ];
      writeFileSync(join(bin, name), ['#!/bin/sh', ...keep, body, ''].join('\n'));
      chmodSync(join(bin, name), 0o755);
    }
    const file = join(root, 'script.sh');
    writeFileSync(file, moved(script, root));
    const { status, stdout, stderr } = spawnSync('sh', [file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env.PATH ?? ''}`, ...env },
    });
    const contents = new Map<string, string>();
    const calls = Object.fromEntries(Object.keys(programs).map((name) => [name, callsIn(join(root, 'calls', name))]));
    for (const path of filesIn(root)) contents.set(path.slice(root.length), readFileSync(path, 'utf8'));
    return { status, output: stdout, errors: stderr, calls, read: (path) => contents.get(path) };
  } finally {
    rmSync(root, { recursive: true });
  }
}

function moved(content: string, root: string): string {
  return PLACES.reduce(
    (text, place) => text.replaceAll(new RegExp(`(?<![\\w.:/$}])${place}/`, 'g'), `${root}${place}/`),
    content,
  );
}

function callsIn(folder: string): readonly Call[] {
  return readdirSync(folder)
    .sort()
    .map((call) => ({
      args: readFileSync(join(folder, call, 'args'), 'utf8')
        .split('\0')
        .slice(0, -1),
      input: existsSync(join(folder, call, 'input')) ? readFileSync(join(folder, call, 'input'), 'utf8') : '',
    }));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
