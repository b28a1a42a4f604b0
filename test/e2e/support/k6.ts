/** Load on the frontend by k6, of which not one request may fail. */
import { readFileSync } from 'node:fs';
import type { Pod } from 'kubernetes-types/core/v1';
import { exec, get, kubectl, measured } from './cluster';
import { eventually } from './eventually';
import { pod, podSpec } from './pods';
import { type System, k6Image, psql } from './system';

export interface LoadSettings {
  /** Sent in turn, each `<method> <path>`; `<id>` in a path is another each time. */
  readonly requests: readonly string[];
  /** @default 6 */
  readonly users?: number;
  /** What a user waits between two requests. @default 0.2 */
  readonly pauseSeconds?: number;
}

export interface Load {
  /** Makes it so many users. */
  users(count: number): Promise<void>;
}

/** As k6 sums it up. */
interface Summary {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Whether the threshold in the script held: no request failed. */
  readonly kept: boolean;
  readonly p95Milliseconds: number;
  readonly slowestMilliseconds: number;
}

/** A page, an answer of the API, and a row through PgBouncer and Postgres, by POST, which nginx repeats for nobody. */
export const everyKind = ['GET /', 'GET /api/health', 'POST /api/rows/<id>'];
/** What needs no server of data, of which some are one alone. */
export const replicatedKinds = ['GET /', 'GET /api/health', 'POST /api/work?milliseconds=1'];

const SCRIPT = 'k6-script';

/** Sends requests while `events` happen, over connections that are kept and over new ones. None may fail. */
export async function underLoad(
  given: System,
  settings: LoadSettings,
  events: (load: Load) => Promise<void>,
): Promise<void> {
  if (settings.requests.some((request) => request.includes('/api/rows/'))) await makeTable(given);
  const pod = `k6-${Date.now().toString(36)}`;
  await start(given, pod, settings);
  const k6 = (...command: readonly string[]) => exec(given.ingress, pod, 'k6', ...command);
  await answered(given, k6);
  await events(loadOf(k6));
  await k6('pause');
  const { summary, failures } = await stop(given, pod);
  const { sent, answered: answers, failed, kept, p95Milliseconds, slowestMilliseconds } = summary;
  measured(
    `${sent} requests, ${failed} failed; 95 % within ${Math.round(p95Milliseconds)} ms, ` +
      `the slowest took ${Math.round(slowestMilliseconds)} ms`,
  );
  expect({ failures, kept, answers }).toEqual({ failures: [], kept: true, answers: sent });
}

async function makeTable(given: System): Promise<void> {
  const columns = 'id text PRIMARY KEY, at timestamptz DEFAULT now()';
  await psql(given, `CREATE TABLE IF NOT EXISTS suite_rows (${columns}); ALTER TABLE suite_rows OWNER TO cluster_ai`);
}

async function start({ release, ingress }: System, name: string, settings: LoadSettings): Promise<void> {
  const { requests, users = 6, pauseSeconds = 0.2 } = settings;
  const script = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: SCRIPT },
    data: { 'load.js': readFileSync('test/e2e/programs/load.js', 'utf8') },
  };
  const environment = {
    TARGET: `http://${release}-frontend.${release}`,
    REQUESTS: JSON.stringify(requests),
    USERS: `${users}`,
    PAUSE_SECONDS: `${pauseSeconds}`,
    RUN: name,
  };
  const spec = podSpec(
    {
      name: 'k6',
      image: k6Image,
      args: ['run', '--quiet', '--no-usage-report', '--log-format=raw', '/script/load.js'],
      env: Object.entries({ ...environment, HOME: '/tmp' }).map(([key, value]) => ({ name: key, value })),
      volumeMounts: [
        { name: 'script', mountPath: '/script', readOnly: true },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    },
    {
      volumes: [
        { name: 'script', configMap: { name: SCRIPT } },
        { name: 'tmp', emptyDir: {} },
      ],
    },
  );
  const list = { apiVersion: 'v1', kind: 'List', items: [script, pod(name, spec)] };
  const apply = ['apply', '--server-side', `--namespace=${ingress}`, '--filename=-'];
  await kubectl(apply, { input: JSON.stringify(list) });
  await kubectl(['wait', '--for=condition=Ready', `pod/${name}`, `--namespace=${ingress}`, '--timeout=60s']);
}

type K6 = (...command: readonly string[]) => Promise<string>;

/** Users who are to go finish what they are at: only a pause waits for that, `k6 scale` cuts them short. */
function loadOf(k6: K6): Load {
  return {
    async users(count) {
      await k6('pause');
      await k6('scale', '--vus', `${count}`);
      await k6('resume');
    },
  };
}

/** Until k6 has counted an answer. */
async function answered({ ingress }: System, k6: K6): Promise<void> {
  await eventually('k6 sends requests', { namespace: ingress, seconds: 60 }, async () => {
    expect(await k6('stats')).toMatch(/^ *(- )?name: http_reqs$/m);
  });
}

interface Said {
  readonly summary: Summary;
  readonly failures: readonly string[];
}

/** Ends k6, which says by its exit code that it was ended. */
async function stop({ ingress }: System, pod: string): Promise<Said> {
  const where = [pod, `--namespace=${ingress}`];
  await kubectl(['exec', ...where, '--', 'sh', '-c', 'kill -TERM 1']);
  await eventually('k6 ends', { namespace: ingress, seconds: 60 }, async () => {
    const [found] = await get<Pod>('pod', ...where);
    expect(found?.status?.phase).toMatch(/^(Failed|Succeeded)$/);
  });
  const lines = (await kubectl(['logs', ...where])).split('\n');
  await kubectl(['delete', 'pod', ...where, '--wait=false']);
  const line = lines.find((candidate) => candidate.startsWith('summary '));
  if (line === undefined) throw new Error(`k6 ended without a summary:\n${lines.slice(-20).join('\n')}`);
  const failures = lines.filter((candidate) => candidate.startsWith('failed '));
  return { summary: JSON.parse(line.slice('summary '.length)) as Summary, failures };
}
