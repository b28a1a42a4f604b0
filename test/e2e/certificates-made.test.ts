/** Certificates that a Job makes: a server waits for its own and serves it, clients verify it, and what is lost comes back. */
import { App, Chart, Testing } from 'cdk8s';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Secret } from 'kubernetes-types/core/v1';
import { stringify } from 'yaml';
import { Certificates } from '../../lib/tiers/operations/certificates';
import { images } from '../../lib/images';
import { exec, get, kubectl, loadImages, measured } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { pod, podSpec } from './support/pods';
import { everythingReady } from './support/readiness';
import { step, thorough } from './support/steps';

const namespace = 'certificates-made';
const inNamespace = `--namespace=${namespace}`;
const { registry, repository, tag } = images.nginx;
const image = `${registry}/${repository}:${tag}`;
const CA = 'shop-certificates-ca';
const WEB = 'shop-web-tls';
const API = 'shop-api-tls';
/** The port of `openssl s_server`, which answers a request with what it knows of the connection. */
const PORT = 8443;

function manifests(): string {
  const chart = new Chart(new App(), 'shop');
  new Certificates(chart, 'certificates', {
    source: 'generate',
    certificates: {
      web: { secret: WEB, hosts: ['shop-web', `shop-web.${namespace}.svc`] },
      api: { secret: API, hosts: ['shop-api'] },
    },
  });
  return Testing.synth(chart)
    .map((object) => stringify(object))
    .join('---\n');
}

/** A pod with a Secret's files in a folder. */
function withSecret(name: string, command: readonly string[], keys: readonly string[]): object {
  const items = keys.map((key) => ({ key, path: key }));
  const spec = podSpec(
    { name, image, command: [...command], volumeMounts: [{ name: 'tls', mountPath: '/run/tls', readOnly: true }] },
    { volumes: [{ name: 'tls', secret: { secretName: WEB, items, defaultMode: 0o440 } }] },
  );
  return pod(name, spec, { app: name });
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop-web' },
  spec: { selector: { app: 'server' }, ports: [{ port: 443, targetPort: PORT }] },
};

/** What curl says of the server, by a name of it. */
async function ask(host: string): Promise<string> {
  const options = ['--silent', '--show-error', '--max-time', '5', '--cacert', '/run/tls/ca.crt'];
  return exec(namespace, 'client', 'curl', ...options, `https://${host}/`);
}

async function secrets(): Promise<ReadonlyMap<string, Secret>> {
  const found = await get<Secret>('secrets', inNamespace, '--selector=app.kubernetes.io/managed-by=shop-certificates');
  return new Map(found.map((secret) => [secret.metadata?.name ?? '', secret]));
}

const versions = (of: ReadonlyMap<string, Secret>): readonly string[] =>
  [...of].map(([name, { metadata }]) => `${name} ${metadata?.resourceVersion ?? ''}`);

/** Runs the CronJob's Job, several times at once, and gives what each said. */
async function run(...names: readonly string[]): Promise<readonly string[]> {
  const from = '--from=cronjob/shop-certificates';
  await Promise.all(names.map((name) => kubectl(['create', 'job', name, from, inNamespace])));
  await eventually(`${names.join(', ')} complete`, { namespace, seconds: 120 }, async () => {
    for (const { status } of await get<Job>('jobs', ...names, inNamespace)) expect(status?.succeeded).toBe(1);
  });
  const logs = await Promise.all(names.map((name) => kubectl(['logs', `job/${name}`, inNamespace])));
  // The CronJob keeps three at the most.
  await kubectl(['delete', 'jobs', ...names, inNamespace]);
  return logs;
}

beforeAll(async () => {
  await claim(namespace);
  await loadImages(`image: ${image}\n`);
  await makeNamespaces(namespace);
}, 300_000);

afterAll(discard);

step('a server that was there first waits for its certificate, and serves it', async () => {
  const serve = ['openssl', 's_server', '-www', '-quiet', '-accept', String(PORT), '-cert', '/run/tls/tls.crt', '-key'];
  const server = withSecret('server', [...serve, '/run/tls/tls.key'], ['tls.crt', 'tls.key']);
  const client = withSecret('client', ['sleep', '3600'], ['ca.crt']);
  const objects = [server, client, service].map((object) => stringify(object)).join('---\n');
  await kubectl(['apply', inNamespace, '--filename=-'], { input: objects });
  const began = Date.now();
  await kubectl(['apply', inNamespace, '--filename=-'], { input: manifests() });
  await everythingReady(namespace, 120);
  measured(`certificates made after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await kubectl(['wait', 'pod/server', 'pod/client', '--for=condition=Ready', '--timeout=180s', inNamespace], {
    timeoutSeconds: 200,
  });
  await eventually('the server answers', { namespace }, () => ask('shop-web'));
});

step('clients verify it by each of its names, and by no other', async () => {
  expect(await ask(`shop-web.${namespace}.svc`)).toMatch(/TLSv1\.3/);
  const [{ spec }] = (await get<{ spec: { clusterIP: string } }>('service', 'shop-web', inNamespace)) as readonly [
    { spec: { clusterIP: string } },
  ];
  await expect(ask(spec.clusterIP)).rejects.toThrow(/certificate subject name|no alternative certificate/i);
});

step('a second run changes nothing, and one that was deleted is made again by the same authority', async () => {
  const before = await secrets();
  const [second] = await run('second');
  expect(second).toMatch(/^shop-web-tls is good until .*\nshop-api-tls is good until .*\n$/);
  expect(versions(await secrets())).toEqual(versions(before));

  await kubectl(['delete', 'secret', WEB, inNamespace]);
  const [third] = await run('third');
  expect(third).toMatch(/^shop-web-tls created, good until .*\nshop-api-tls is good until .*\n$/);
  const after = await secrets();
  expect(after.get(WEB)?.data?.['ca.crt']).toBe(before.get(CA)?.data?.['tls.crt']);
  expect(after.get(WEB)?.data?.['tls.key']).not.toBe(before.get(WEB)?.data?.['tls.key']);
  expect(await ask('shop-web')).toMatch(/TLSv1\.3/);
});

thorough('three runs at once, with nothing there, agree on one authority', async () => {
  await kubectl(['delete', 'secret', CA, WEB, API, inNamespace]);
  await run('one', 'two', 'three');
  const found = await secrets();
  const authority = found.get(CA)?.data?.['tls.crt'];
  expect([WEB, API].map((name) => found.get(name)?.data?.['ca.crt'])).toEqual([authority, authority]);
  expect((await run('afterwards'))[0]).toMatch(/^shop-web-tls is good until .*\nshop-api-tls is good until .*\n$/);
});

thorough('one that the Job did not make is left alone, and the Job says what is wrong with it', async () => {
  await kubectl(['label', 'secret', WEB, 'app.kubernetes.io/managed-by-', inNamespace]);
  await kubectl(['patch', 'secret', WEB, inNamespace, '--patch', '{"data":{"ca.crt":""}}']);
  await kubectl(['create', 'job', 'refused', '--from=cronjob/shop-certificates', inNamespace]);
  await eventually('the Job fails', { namespace, seconds: 120 }, async () => {
    expect(await kubectl(['logs', 'job/refused', inNamespace])).toMatch(
      'shop-web-tls lacks ca.crt. It was not made here, so it is left alone',
    );
  });
});
