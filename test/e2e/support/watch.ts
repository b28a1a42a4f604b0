/** Every state that an object goes through, not only those at which somebody looks. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Notes `columns` of the objects of a kind, paths such as `.spec.replicas`, at the start and at each change while
 * `events` happen. A field that is not there is `<none>`.
 */
export async function watching(
  namespace: string,
  kind: string,
  columns: readonly string[],
  events: () => Promise<void>,
): Promise<readonly (readonly string[])[]> {
  const wanted = columns.map((path, index) => `C${index}:${path}`).join(',');
  const args = [
    'get',
    kind,
    `--namespace=${namespace}`,
    '--watch',
    '--no-headers',
    `--output=custom-columns=${wanted}`,
  ];
  const watcher = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let seen = '';
  let complaints = '';
  watcher.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  watcher.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  try {
    for (let patience = 100; seen === '' && patience > 0; patience -= 1) await sleep(100);
    await events();
    if (watcher.exitCode !== null || seen === '') throw new Error(`kubectl ${args.join(' ')} ended\n${complaints}`);
  } finally {
    watcher.kill();
  }
  return seen
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
}
