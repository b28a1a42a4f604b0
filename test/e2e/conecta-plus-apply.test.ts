/** Conecta Plus's development as it is committed: one command brings all of it up, and what is broken in it comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod, Secret } from 'kubernetes-types/core/v1';
import { applyAgain, isApplied, makesSecretsAndNoMore, secretsAreKept } from './support/applied';
import { exec, get, kubectl, measured, recovery, report } from './support/cluster';
import { eventually } from './support/eventually';
import { type Answer, type Authority, ask } from './support/https';
import { makeNamespaces } from './support/namespaces';
import { portForward } from './support/port-forward';
import { everyPodIsScraped, exportersReach } from './support/prometheus';
import { expectConnections } from './support/reachability';
import { everythingReady } from './support/readiness';
import { step, thorough } from './support/steps';

const namespace = 'conecta-plus';
const inNamespace = `--namespace=${namespace}`;
const stranger = `${namespace}-stranger`;
const development = 'dist/conecta-plus/development';

isApplied(development, namespace, stranger);

step('the load balancer answers by TLS alone, with a certificate of the release and every header', async () => {
  const { status, headers } = await throughLoadBalancer('/api/v1/health/live');
  expect([status, headers]).toEqual([
    200,
    expect.objectContaining({
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/) as string,
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': expect.any(String) as string,
      'permissions-policy': expect.any(String) as string,
    }),
  ]);
  const documentation = await throughLoadBalancer('/api/v1/docs');
  expect(documentation.status).toBe(200);
  expect(documentation.headers['content-security-policy']).toContain('https://cdn.jsdelivr.net');
  expect((await throughLoadBalancer('/nginx_status')).status).toBe(404);
  await portForward(namespace, 'service/conecta-plus-load-balancer', 80, async (url) => {
    const plain = await fetch(`${url}/api/v1/docs`, { redirect: 'manual' });
    expect([plain.status, plain.headers.get('location')]).toEqual([
      308,
      expect.stringMatching(/^https:\/\/.*\/api\/v1\/docs$/),
    ]);
  });
});

step('behind it the API reaches both databases by TLS, the master of Redis, and the object store', async () => {
  const { status, body } = await throughLoadBalancer('/api/v1/health');
  report(body);
  expect([status, JSON.parse(body)]).toEqual([
    200,
    {
      database: expect.objectContaining({ ok: true, value: [true, false] }) as unknown,
      replica: expect.objectContaining({ ok: true, value: [true, true] }) as unknown,
      cache: expect.objectContaining({ ok: true, value: true }) as unknown,
      objects: expect.objectContaining({ ok: true, value: 'here' }) as unknown,
    },
  ]);
  for (const [method, what] of [
    ['POST', 'rows/1'],
    ['POST', 'keys/1'],
    ['PUT', 'objects/1'],
  ] as const) {
    expect([what, (await throughLoadBalancer(`/api/v1/${what}`, method)).status]).toEqual([what, 200]);
  }
  expect((await throughLoadBalancer('/api/v1/objects/1')).body).toBe('content');
});

step('the sixth attempt to log in within five minutes is refused, by whichever of the balancers', async () => {
  const balancers = ['conecta-plus-load-balancer-0', 'conecta-plus-load-balancer-1'];
  const answers: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    const pod = balancers[attempt % 2] ?? '';
    answers.push((await through(`pod/${pod}`, 8443, '/api/v1/auth/login', 'POST')).status);
  }
  expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
});

step('the status page is for nobody but the pod itself', async () => {
  const pod = 'conecta-plus-load-balancer-0';
  const [found] = await get<Pod>('pod', pod, inNamespace);
  const own = ['exec', inNamespace, pod, '--container=nginx', '--', 'curl', '--silent'];
  expect(await kubectl([...own, 'http://127.0.0.1:8080/nginx_status'])).toContain('Active connections');
  const address = found?.status?.podIP ?? '';
  expect(address).toMatch(/^[0-9.]+$/);
  const outside = `http://${address}:8080/nginx_status`;
  await expect(kubectl([...own, '--max-time', '3', outside])).rejects.toThrow();
});

step('Prometheus reaches every pod that has metrics, and every exporter what it exports', async () => {
  await everyPodIsScraped(namespace);
  await exportersReach(namespace, 'pg_up', 'redis_up', 'nginx_up', 'minio_cluster_health_drives_online_count');
});

step('a second apply changes nothing', () => applyAgain(development));

step("every pair of tiers and every port is as development's table says", async () => {
  await makeNamespaces(stranger);
  await expectConnections({ namespace, instance: namespace, around: { stranger } }, 'conecta-plus-development');
});

step('passwords and private keys are in Secrets and nowhere else', () => secretsAreKept(namespace));

thorough('the Job that makes the Secrets may create any, read its own, and no more', () =>
  makesSecretsAndNoMore(namespace, 'secret-generator', 'conecta-plus-redis'),
);

step('the master of Redis is lost: what WAIT acknowledged is there, and a replica takes over', async () => {
  const writer = writeKeys();
  await eventually('keys are acknowledged', { namespace }, () => writer.goesOn());
  const master = await masterOfRedis();
  await kubectl(['delete', 'pod', master, inNamespace, '--force', '--grace-period=0']);
  await recovery('keys are acknowledged again', () =>
    eventually('another master takes keys', { namespace, seconds: 90 }, async () => {
      expect(await masterOfRedis()).not.toBe(master);
      await writer.goesOn();
    }),
  );
  const acknowledged = await writer.end();
  const keys = acknowledged.map((id) => `key:${id}`);
  const there = await exec(namespace, await masterOfRedis(), 'redis-cli', 'exists', ...keys);
  measured(`${keys.length} keys acknowledged, ${there.trim()} there`);
  expect(Number(there)).toBe(keys.length);
  await everythingReady(namespace);
});

step('the API is replaced instance by instance, and no request through the load balancer fails', async () => {
  const end = new AbortController();
  const failures: string[] = [];
  let sent = 0;
  const asking = (async () => {
    while (!end.signal.aborted) {
      const { status, body } = await throughLoadBalancer('/api/v1/whoami');
      sent += 1;
      if (status !== 200) failures.push(`${status} ${body}`);
      await sleep(400); // below the 150 a minute that one client may ask
    }
  })();
  await kubectl(['rollout', 'restart', 'deployment/conecta-plus-api', inNamespace]);
  await kubectl(['rollout', 'status', 'deployment/conecta-plus-api', inNamespace, '--timeout=300s'], {
    timeoutSeconds: 320,
  });
  end.abort();
  await asking;
  measured(`${sent} requests, ${failures.length} failed`);
  expect(sent).toBeGreaterThan(10);
  expect(failures).toEqual([]);
});

function throughLoadBalancer(path: string, method?: string): Promise<Answer> {
  return through('service/conecta-plus-load-balancer', 443, path, method);
}

/** Each request has a way of its own: a port-forward ends with the first connection that nginx resets, done with it. */
async function through(target: string, port: number, path: string, method = 'GET'): Promise<Answer> {
  const authority = await releaseAuthority();
  const body = method === 'PUT' ? { body: 'content' } : {};
  return portForward(namespace, target, port, (url) =>
    ask(`${url.replace('http:', 'https:')}${path}`, authority, { method, ...body }),
  );
}

async function releaseAuthority(): Promise<Authority> {
  const [secret] = await get<Secret>('secret', 'conecta-plus-certificates-ca', inNamespace);
  const ca = Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64').toString();
  return { ca, servername: 'conecta-plus.localhost' };
}

/** The pod that the Sentinels name. */
async function masterOfRedis(): Promise<string> {
  const question = ['redis-cli', '-p', '26379', 'sentinel', 'get-master-addr-by-name', 'mymaster'];
  const [host = ''] = (await exec(namespace, 'conecta-plus-redis-sentinel-0', ...question)).split('\n');
  return host.split('.')[0] ?? '';
}

/** Has an instance of the API write keys, one after the other, until it is ended. */
function writeKeys() {
  const acknowledged: number[] = [];
  let ended = false;
  const writing = portForward(namespace, 'service/conecta-plus-api', 8100, async (url) => {
    for (let id = 1000; !ended; id++) {
      const answer = await fetch(`${url}/api/v1/keys/${id}`, { method: 'POST' }).catch(() => undefined);
      if (answer?.status === 200) acknowledged.push(id);
    }
  });
  return {
    async goesOn(): Promise<void> {
      const before = acknowledged.length;
      await sleep(500);
      expect(acknowledged.length).toBeGreaterThan(before);
    },
    async end(): Promise<readonly number[]> {
      ended = true;
      await writing;
      return acknowledged;
    },
  };
}
