/** Dashboards against a running Prometheus: each expression is asked, and Grafana is asked whether it has read them. */
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1';
import { type Question, dashboardsIn, questionsOf } from '../metrics/dashboards';
import { ask } from '../metrics/promql';
import { get, loadImages, measured, report } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { portForward } from './support/port-forward';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { thorough } from './support/steps';

const namespace = 'dashboards';
const chart = 'charts/cluster-ai';
const values = `--values=${chart}/ci/development-values.yaml`;

/** What asks for what a young release has not had: an answer that is an error, and the end of an hour. */
const LATER = /status=~"5\.\."|:1h\]/;

/** The whole answer of `/api/v1/query` where it is one. */
interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
}

let questions: readonly Question[] = [];

beforeAll(async () => {
  await claim(namespace);
  await loadImages((await run('helm', ['template', namespace, chart, values])).stdout);
});

afterAll(discard);

thorough('a release is there, and its Prometheus has looked at it', async () => {
  await makeNamespaces(namespace);
  await run('helm', ['install', namespace, chart, `--namespace=${namespace}`, values], { timeoutSeconds: 300 });
  await everythingReady(namespace);
  const configMaps = await get<ConfigMap>('configmaps', `--namespace=${namespace}`);
  questions = questionsOf(dashboardsIn(configMaps));
  expect(questions.length).toBeGreaterThan(0);
  // Rates need two looks, and rules one more.
  await eventually('recording rules have series', { seconds: 180, namespace }, async () => {
    expect(await asking((query) => seriesOf(query, '{__name__=~"tier:.+"}'))).not.toEqual([]);
  });
});

thorough('every expression of the dashboards is one that Prometheus answers', async () => {
  const refused: string[] = [];
  await asking(async (query) => {
    for (const { at, expr } of questions) {
      const { status, error = '' } = await query(expr);
      if (status !== 'success') refused.push(`${at}: ${error}`);
    }
  });
  expect(refused).toEqual([]);
  measured(`${questions.length} expressions of dashboards are answered`);
});

thorough('what is asked in vain is of programs that only stand-ins play, or that have not been used', async () => {
  // A rate needs two looks at its target.
  const missing = await eventually('what has series yields something', { seconds: 180, namespace }, async () => {
    const { unexplained, silent } = await asking(vainQuestions);
    expect(unexplained).toEqual([]);
    return silent;
  });
  const down = (await asking((query) => seriesOf(query, 'up == 0'))).map(({ job = '' }) => job);
  report(`down: ${down.join(', ') || 'none'}`);
  report(`without series here: ${[...missing].sort().join(', ') || 'none'}`);
});

thorough('Grafana has read its data sources and dashboards, where it is Grafana', async () => {
  const service = `service/${namespace}-grafana`;
  const [secret] = await get<Secret>('secret', `${namespace}-grafana`, `--namespace=${namespace}`);
  const password = Buffer.from(secret?.data?.['admin-password'] ?? '', 'base64').toString();
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  await portForward(namespace, service, 80, async (url) => {
    const health = await fetch(`${url}/api/health`);
    const said = await health.text();
    if (!said.includes('"database"')) {
      report('a stand-in plays Grafana: its provisioning was read by nobody');
      return;
    }
    const list = async (path: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const response = await fetch(`${url}${path}`, { headers: { authorization } });
      expect([path, response.status]).toEqual([path, 200]);
      return (await response.json()) as readonly Readonly<Record<string, unknown>>[];
    };
    expect((await fetch(`${url}/api/search`)).status).toBe(401);
    expect((await list('/api/datasources')).map(({ uid }) => uid)).toEqual(
      expect.arrayContaining(['prometheus', 'alertmanager']),
    );
    const configMaps = await get<ConfigMap>('configmaps', `--namespace=${namespace}`);
    const expected = [...dashboardsIn(configMaps).values()].map(({ uid }) => uid);
    const found = (await list('/api/search?type=dash-db')).map(({ uid }) => uid);
    expect(found).toEqual(expect.arrayContaining(expected));
  });
});

type Query = (expr: string) => Promise<Answer>;

/** Lends a way to ask Prometheus. */
async function asking<T>(use: (query: Query) => Promise<T>): Promise<T> {
  return portForward(namespace, `service/${namespace}-prometheus`, 9090, (url) =>
    use(async (expr) => {
      const response = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expr }),
      });
      return (await response.json()) as Answer;
    }),
  );
}

/** The labels of the series that an expression yields. */
async function seriesOf(query: Query, expr: string): Promise<readonly Readonly<Record<string, string>>[]> {
  return ((await query(expr)).data?.result ?? []).map(({ metric }) => metric);
}

/** Questions without an answer though all of their metrics have series, for their labels are wrong; and metrics without series. */
async function vainQuestions(query: Query) {
  const silent = await silentMetrics(query);
  const unexplained: string[] = [];
  for (const { at, expr } of questions) {
    if (ask(expr, () => new Set()).metrics.some((metric) => silent.has(metric))) continue;
    if (LATER.test(expr)) continue;
    if ((await query(expr)).data?.result.length === 0) unexplained.push(`${at}: ${expr}`);
  }
  return { unexplained, silent };
}

/** Metrics that dashboards ask for and of which there is no series. */
async function silentMetrics(query: Query): Promise<ReadonlySet<string>> {
  const asked = new Set(questions.flatMap(({ expr }) => ask(expr, () => new Set()).metrics));
  const silent = new Set<string>();
  for (const metric of asked) if ((await seriesOf(query, `count(${metric})`)).length === 0) silent.add(metric);
  return silent;
}
