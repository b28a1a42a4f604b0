/** Development as it is committed: one command brings it up, and a second one changes nothing. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { applyAgain, isApplied, makesSecretsAndNoMore, secretsAreKept, secretsOf } from './support/applied';
import { exec, get, kubectl, report } from './support/cluster';
import { makeNamespaces } from './support/namespaces';
import { portForward } from './support/port-forward';
import { expectConnections } from './support/reachability';
import { everythingReady, nothingRuns } from './support/readiness';
import { step, thorough } from './support/steps';
import { type System, psql } from './support/system';

const namespace = 'cluster-ai';
const inNamespace = `--namespace=${namespace}`;
const stranger = `${namespace}-stranger`;
const names: System = { release: namespace, ingress: '', stranger };
const development = 'dist/cluster-ai/development';

isApplied(development, namespace, stranger);

step('Pod Security "restricted" is enforced', async () => {
  const pod = ['run', 'plain', '--image=plain', inNamespace, '--dry-run=server'];
  await expect(kubectl(pod)).rejects.toThrow('violates PodSecurity "restricted');
});

step('the frontend serves the page and answers its probe', () =>
  portForward(namespace, 'service/cluster-ai-frontend', 80, async (url) => {
    const page = await fetch(`${url}/`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toMatch(/<html/i);
    const alive = await fetch(`${url}/healthz`);
    expect([alive.status, await alive.text()]).toEqual([200, 'alive\n']);
  }),
);

step('the API answers behind the frontend', () =>
  portForward(namespace, 'service/cluster-ai-frontend', 80, async (url) => {
    const answer = await fetch(`${url}/api/health`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  }),
);

step('the API reaches its database and its Redis', () =>
  portForward(namespace, 'service/cluster-ai-backend', 8000, async (url) => {
    const answer = await fetch(`${url}/ready`);
    const body: unknown = await answer.json();
    report(JSON.stringify(body));
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({
      database: { ok: true, value: ['cluster_ai', 'cluster_ai', false] },
      replica: { ok: true },
      cache: { ok: true, value: '1' },
    });
  }),
);

step('a second apply changes nothing', () => applyAgain(development));

step("every pair of tiers and every port is as development's table says", async () => {
  await makeNamespaces(stranger);
  await expectConnections({ namespace, instance: 'cluster-ai', around: { stranger } }, 'development');
});

step('passwords are in Secrets and nowhere else', () => secretsAreKept(namespace));

step('the Job that makes the Secrets may create any, read its own, and no more', () =>
  makesSecretsAndNoMore(namespace, 'secret-generator', 'cluster-ai-redis'),
);

thorough('deleting the system by its label keeps Secrets and volumes', async () => {
  await inPostgres("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('row')");
  await inRedis('set', 'kept', 'key');
  const [madeSecrets, madeVolumes] = [await secretsOf(namespace), await volumes()];
  expect(Object.keys(madeVolumes).length).toBeGreaterThan(0);
  await kubectl(['delete', '-k', development, '--selector=app.kubernetes.io/instance=cluster-ai', '--wait=false']);
  await nothingRuns(namespace);
  expect([await secretsOf(namespace), await volumes()]).toEqual([madeSecrets, madeVolumes]);
});

thorough('applied again, it has the same passwords and finds its data', async () => {
  const made = await secretsOf(namespace);
  await kubectl(['apply', '-k', development]);
  await everythingReady(namespace);
  expect(await secretsOf(namespace)).toEqual(made);
  expect([await inPostgres('SELECT word FROM kept'), await inRedis('get', 'kept')]).toEqual(['row', 'key']);
});

const inPostgres = (command: string): Promise<string> => psql(names, command, 'cluster-ai-postgres-primary-0');

async function inRedis(...command: readonly string[]): Promise<string> {
  return (await exec(namespace, 'cluster-ai-redis-0', 'redis-cli', ...command)).trim();
}

/** UIDs of the claims that are not about to go. */
async function volumes(): Promise<Readonly<Record<string, string | undefined>>> {
  const found = await get<PersistentVolumeClaim>('persistentvolumeclaims', inNamespace);
  return Object.fromEntries(
    found
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => [metadata?.name ?? '', metadata?.uid]),
  );
}
