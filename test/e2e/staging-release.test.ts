/** Staging's shape as a Helm release: installed by the README's commands, upgraded and rolled back. */
import { exec, loadImages, report } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { portForward } from './support/port-forward';
import { everythingReady, podsByWorkload } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { run, shell } from './support/run';
import { thorough } from './support/steps';

const namespace = 'cluster-ai';
const inNamespace = `--namespace=${namespace}`;
const chart = 'charts/cluster-ai';
const values = [`${chart}/ci/staging-values.yaml`, 'test/e2e/values/staging-small.yaml'];
const commands = documentedCommands(`${chart}/README.md`);

beforeAll(async () => {
  await claim(namespace);
  const files = values.map((file) => `--values=${file}`);
  await loadImages((await run('helm', ['template', namespace, chart, inNamespace, ...files])).stdout);
});

afterAll(discard);

thorough("the README's commands make the namespace, the Secrets and the release", async () => {
  await type(
    ...beginningWith(commands, 'kubectl create namespace'),
    ...beginningWith(commands, 'kubectl label namespace'),
  );
  await type(...beginningWith(commands, 'kubectl create secret'));
  const staging = values.map((file) => `--values ${file}`).join(' ');
  await type(...beginningWith(commands, 'helm install').map((command) => command.replace(/--values \S+/, staging)));
});

thorough('everything becomes Ready under enforced "restricted"', () => everythingReady(namespace));

thorough('redis-cli cluster nodes, typed just so, shows three masters and their replicas', async () => {
  const { stdout } = await shell('kubectl exec cluster-ai-redis-cluster-0 -n cluster-ai -- redis-cli cluster nodes');
  report(stdout.trim());
  const nodes = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const masters = nodes.filter(([, , flags]) => /^(myself,)?master$/.test(flags ?? ''));
  const replicas = nodes.filter(([, , flags]) => /^(myself,)?slave$/.test(flags ?? ''));
  expect([nodes.length, masters.length, replicas.length]).toEqual([6, 3, 3]);
  expect(replicas.map(([, , , master]) => master).sort()).toEqual(masters.map(([id]) => id).sort());
  expect(await exec(namespace, 'cluster-ai-redis-cluster-0', 'redis-cli', 'cluster', 'info')).toMatch(
    /^cluster_slots_ok:16384\r?$/m,
  );
});

thorough('a row written on the primary is read on the replica', async () => {
  await psql('cluster-ai-postgres-primary-0', "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('row')");
  await exec(namespace, 'cluster-ai-redis-cluster-0', 'redis-cli', '-c', 'set', 'kept', 'key');
  const streaming = 'SELECT application_name, state FROM pg_stat_replication ORDER BY application_name';
  expect(await psql('cluster-ai-postgres-primary-0', streaming)).toBe(
    'backup|streaming\ncluster-ai-postgres-replica-0|streaming',
  );
  await dataIsThere();
});

thorough('the API reaches the primary, the replica and Redis Cluster', apiIsReady);

thorough('helm test passes', () => type(...beginningWith(commands, 'helm test')));

thorough('helm upgrade rolls what changed, and nothing else', async () => {
  const before = await podsByWorkload(namespace);
  await upgrade('--set=frontend.rateLimit.site.burst=150', '--set=postgres.maxConnections=210');
  await everythingReady(namespace);
  expect(changed(before, await podsByWorkload(namespace))).toEqual([
    'cluster-ai-frontend',
    'cluster-ai-postgres-primary',
    'cluster-ai-postgres-replica',
  ]);
  expect(await psql('cluster-ai-postgres-primary-0', 'SHOW max_connections')).toBe('210');
  await dataIsThere();
  await apiIsReady();
});

thorough('helm rollback brings the first revision back, with the data', async () => {
  await run('helm', ['rollback', namespace, '1', inNamespace]);
  await everythingReady(namespace);
  expect(await psql('cluster-ai-postgres-primary-0', 'SHOW max_connections')).toBe('200');
  await dataIsThere();
  await apiIsReady();
});

thorough('an upgrade that changes nothing restarts nothing', async () => {
  const before = await podsByWorkload(namespace);
  await upgrade();
  await everythingReady(namespace);
  expect(changed(before, await podsByWorkload(namespace))).toEqual([]);
});

async function type(...commandLines: readonly string[]): Promise<void> {
  for (const commandLine of commandLines) {
    const { stderr } = await shell(commandLine, { timeoutSeconds: 300 });
    report(commandLine);
    expect(stderr).not.toContain('PodSecurity');
  }
}

async function upgrade(...settings: readonly string[]): Promise<void> {
  await run('helm', [
    'upgrade',
    namespace,
    chart,
    inNamespace,
    ...values.map((file) => `--values=${file}`),
    ...settings,
  ]);
}

async function psql(pod: string, command: string): Promise<string> {
  const options = ['--no-psqlrc', '--no-align', '--tuples-only', '--username=postgres', '--dbname=cluster_ai'];
  return (await exec(namespace, pod, 'psql', ...options, `--command=${command}`)).trim();
}

/** The row on both servers, and the key. */
async function dataIsThere(): Promise<void> {
  for (const pod of ['cluster-ai-postgres-primary-0', 'cluster-ai-postgres-replica-0']) {
    await eventually(`the row is on ${pod}`, { namespace, seconds: 10 }, async () => {
      expect(await psql(pod, 'SELECT word FROM kept')).toBe('row');
    });
  }
  const key = await exec(namespace, 'cluster-ai-redis-cluster-1', 'redis-cli', '-c', 'get', 'kept');
  expect(key.trim()).toBe('key');
}

async function apiIsReady(): Promise<void> {
  await portForward(namespace, 'service/cluster-ai-backend', 8000, async (url) => {
    const answer = await fetch(`${url}/ready`);
    const body: unknown = await answer.json();
    report(JSON.stringify(body));
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({
      database: { ok: true, value: ['cluster_ai', 'cluster_ai', false] },
      replica: { ok: true, value: ['cluster_ai', 'cluster_ai', true] },
      cache: { ok: true, value: '1' },
    });
  });
}

type Pods = Awaited<ReturnType<typeof podsByWorkload>>;

/** Workloads of which a pod is new or gone. */
function changed(before: Pods, after: Pods): readonly string[] {
  const all = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...all].filter((workload) => JSON.stringify(before[workload]) !== JSON.stringify(after[workload])).sort();
}
