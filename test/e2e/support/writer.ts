/** Keeps writing through the product while something is done to it, and holds it to what it acknowledged. */
import { readFileSync } from 'node:fs';
import type { Pod } from 'kubernetes-types/core/v1';
import { exec, get, kubectl, measured } from './cluster';
import { eventually } from './eventually';
import { pod, podSpec } from './pods';
import { type System, psql, pythonImage } from './system';

export interface Tally {
  readonly acknowledged: number;
  readonly refused: number;
  /** The longest time without an acknowledgement. */
  readonly longestPauseSeconds: number;
  /** The last refusals, as the client saw them. */
  readonly refusals: readonly string[];
}

export interface Written {
  readonly rows: Tally;
  readonly keys: Tally;
}

export interface Writer {
  /** How many rows and keys were acknowledged so far. */
  acknowledged(): Promise<{ readonly rows: number; readonly keys: number }>;
  /** Waits until rows and keys are acknowledged that were not at the time of the call. */
  goesOn(seconds?: number): Promise<void>;
}

/**
 * Writes rows (frontend, API, PgBouncer, Postgres) and keys (frontend, API, Redis, with `WAITAOF`) while `events`
 * happen. Afterwards every acknowledged one must be there.
 */
export async function writing(system: System, events: (writer: Writer) => Promise<void>): Promise<Written> {
  await psql(
    system,
    'CREATE TABLE IF NOT EXISTS suite_rows (id text PRIMARY KEY, at timestamptz DEFAULT now()); ALTER TABLE suite_rows OWNER TO cluster_ai',
  );
  const run = Date.now().toString(36);
  const name = `writer-${run}`;
  await start(system, name, run);
  const writer = writerOf(system, name);
  await writer.goesOn();
  await events(writer);
  await writer.goesOn();
  const { said, written } = await stop(system, name);
  const lost = await missing(system, run, said);
  measured(
    `${written.rows.acknowledged} rows and ${written.keys.acknowledged} keys acknowledged, ${lost.length} lost; ` +
      `longest pause ${written.rows.longestPauseSeconds} s and ${written.keys.longestPauseSeconds} s; ` +
      `${written.rows.refused} and ${written.keys.refused} refused`,
  );
  expect(lost).toEqual([]);
  return written;
}

async function start({ release, ingress }: System, name: string, run: string): Promise<void> {
  const spec = podSpec({
    name: 'writer',
    image: pythonImage,
    command: ['python3', '-c', readFileSync('test/e2e/programs/writer.py', 'utf8')],
    args: [`http://${release}-frontend.${release}`, run],
  });
  await kubectl(['create', `--namespace=${ingress}`, '--filename=-'], { input: JSON.stringify(pod(name, spec)) });
  await kubectl(['wait', '--for=condition=Ready', `pod/${name}`, `--namespace=${ingress}`, '--timeout=60s']);
}

function writerOf({ release, ingress }: System, pod: string): Writer {
  const acknowledged = async () => {
    const lines = await logOf(ingress, pod);
    const count = (what: string) => lines.filter((line) => line.startsWith(`${what} `)).length;
    return { rows: count('row'), keys: count('key') };
  };
  return {
    acknowledged,
    async goesOn(seconds = 120) {
      const before = await acknowledged();
      await eventually('writes are acknowledged', { namespace: release, seconds }, async () => {
        const now = await acknowledged();
        expect([now.rows > before.rows, now.keys > before.keys]).toEqual([true, true]);
      });
    },
  };
}

async function stop({ ingress }: System, pod: string): Promise<{ said: readonly string[]; written: Written }> {
  await exec(ingress, pod, 'sh', '-c', 'kill -TERM 1');
  await eventually('the writer ends', { namespace: ingress, seconds: 30 }, async () => {
    const [found] = await get<Pod>('pod', pod, `--namespace=${ingress}`);
    expect(found?.status?.phase).toBe('Succeeded');
  });
  const said = await logOf(ingress, pod);
  await kubectl(['delete', 'pod', pod, `--namespace=${ingress}`, '--wait=false']);
  const tallies = said.flatMap((line) =>
    line.startsWith('summary ') ? [JSON.parse(line.slice('summary '.length)) as Tally & { what: string }] : [],
  );
  const of = (what: string) => {
    const found = tallies.find((tally) => tally.what === what);
    if (found === undefined) throw new Error(`the writer said nothing of its ${what}s`);
    return found;
  };
  return { said, written: { rows: of('row'), keys: of('key') } };
}

/** What was acknowledged and is not there. */
async function missing(system: System, run: string, said: readonly string[]): Promise<readonly string[]> {
  const rows = new Set((await psql(system, `SELECT id FROM suite_rows WHERE id LIKE '${run}-%'`)).split('\n'));
  const keys = await keysOf(system, run);
  return said.filter((line) => {
    const [what, id = ''] = line.split(' ');
    return (what === 'row' && !rows.has(id)) || (what === 'key' && !keys.has(id));
  });
}

/** The IDs among the keys of all masters. */
async function keysOf({ release }: System, run: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const redis = 'app.kubernetes.io/component in (cache, node)';
  for (const { metadata } of await get('pods', `--namespace=${release}`, `--selector=${redis}`)) {
    const script = `redis-cli role | grep -qx master && redis-cli --scan --pattern 'suite:${run}-*' || true`;
    const lines = await exec(release, metadata.name, 'sh', '-c', script);
    for (const line of lines.split('\n')) found.add(line.slice('suite:'.length));
  }
  return found;
}

async function logOf(namespace: string, pod: string): Promise<readonly string[]> {
  return (await kubectl(['logs', pod, `--namespace=${namespace}`])).split('\n');
}
