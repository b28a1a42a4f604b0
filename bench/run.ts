/** Runs a program in a process of its own, and says how long that took and how much memory it had. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Where programs read and write: in memory where that has room for the largest size, as a disk is slow or fast by turns. */
export const SCRATCH = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 4 * 2 ** 30;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export interface Run {
  readonly seconds: number;
  readonly megabytes: number;
  readonly output: string;
  readonly finished: boolean;
  /** What it said when it would not do it, where that was to be expected. */
  readonly refusal?: string;
}

/** What a program says that measures itself. */
const Said = z.strictObject({ phases: z.record(z.string(), z.number()), megabytes: z.number() });

/**
 * @param limit seconds after which it is ended
 * @param refusal what it may say when it fails
 * @throws where it fails and says anything else
 */
export async function run({ program, args }: Command, cwd: string, limit: number, refusal?: RegExp): Promise<Run> {
  const folder = mkdtempSync(join(SCRATCH, 'bench-run-'));
  const [out, err] = [join(folder, 'stdout'), join(folder, 'stderr')];
  const files = [openSync(out, 'w'), openSync(err, 'w')];
  try {
    const started = performance.now();
    const child = spawn(program, args, { cwd, stdio: ['ignore', ...files], detached: true });
    const state = { megabytes: 0, finished: true };
    const look = setInterval(() => {
      state.megabytes = Math.max(state.megabytes, peakOf(child.pid));
    }, 10);
    const end = setTimeout(() => {
      state.finished = false;
      // A group of its own: a shell or npx would leave what it started.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limit * 1000);
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    }).finally(() => {
      clearInterval(look);
      clearTimeout(end);
    });
    const seconds = (performance.now() - started) / 1000;
    const done = { seconds, ...state, output: readFileSync(out, 'utf8') };
    if (!state.finished || status === 0) return done;
    const said = readFileSync(err, 'utf8');
    const refused = refusal?.exec(said)?.[0];
    if (refused !== undefined) return { ...done, refusal: refused };
    throw new Error(`${[program, ...args].join(' ')} failed:\n${said.slice(-2000)}`);
  } finally {
    files.forEach(closeSync);
    rmSync(folder, { recursive: true });
  }
}

export function saidIn(output: string): z.infer<typeof Said> {
  return Said.parse(JSON.parse(output));
}

/** The most memory that a process had so far, as Linux counts it; the last milliseconds before its end are not seen. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0; // it has ended
  }
}
