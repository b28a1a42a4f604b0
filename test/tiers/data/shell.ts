import { spawnSync } from 'node:child_process';

/** What the shell has against a script, which it reads without running it. */
export function shellErrors(script: string): string {
  return spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' }).stderr;
}
