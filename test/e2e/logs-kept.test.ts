/**
 * Elasticsearch and Kibana as the chart makes them, with programs in their places: pods start under their security
 * contexts with what is generated for them, the Jobs are done, and who logs in does so by certificate and password.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from 'kubernetes-types/batch/v1';
import { exec, get, kubectl, loadImages, report } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { portForward } from './support/port-forward';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { step } from './support/steps';

const namespace = 'logs';
const chart = 'charts/cluster-ai';
const SETTINGS = [
  `--values=${chart}/ci/development-values.yaml`,
  ...['prometheus', 'alertmanager', 'grafana', 'logstash'].map((tier) => `--set=${tier}.enabled=false`),
  '--set=elasticsearch.enabled=true',
  // What stands in for Elasticsearch needs little.
  '--set=elasticsearch.resources.requests.memory=64Mi,elasticsearch.resources.requests.cpu=10m',
  '--set=kibana.resources.requests.memory=64Mi,kibana.resources.requests.cpu=10m',
];

beforeAll(async () => {
  await claim(namespace);
  await loadImages((await run('helm', ['template', namespace, chart, ...SETTINGS])).stdout);
});

afterAll(discard);

step('with a certificate by the commands of its page, everything is Ready and both Jobs are done', async () => {
  await makeNamespaces(namespace);
  await makeCertificate();
  await run('helm', ['install', namespace, chart, `--namespace=${namespace}`, ...SETTINGS], { timeoutSeconds: 300 });
  await everythingReady(namespace);
  expect(await logsOf('elasticsearch')).toContain('_index_template/logs-default');
  report(await logsOf('kibana'));
});

step('the exporter logs in, by the password that the Job has given it', () =>
  portForward(namespace, `deployment/${namespace}-elasticsearch-exporter`, 9114, (url) =>
    eventually('there are metrics of the cluster', { seconds: 60, namespace }, async () => {
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
        /^elasticsearch_cluster_health_number_of_nodes\{cluster="stand-in"\} 1$/m,
      );
    }),
  ),
);

step('a node answers who asks in its container, and nobody without a password', async () => {
  const pod = `${namespace}-elasticsearch-0`;
  expect(await exec(namespace, pod, 'sh', '/etc/elasticsearch-files/ask.sh', '_cluster/health')).toContain('"green"');
  const asked = ['curl', '--silent', '--insecure', 'https://127.0.0.1:9200/_cluster/health'];
  expect(await exec(namespace, pod, ...asked)).toContain('unable to authenticate user');
});

step('the Jobs may run again', async () => {
  const before = await jobs();
  await kubectl(['delete', 'job', `--namespace=${namespace}`, ...before.map(({ metadata }) => metadata?.name ?? '')]);
  await run('helm', ['upgrade', namespace, chart, `--namespace=${namespace}`, ...SETTINGS], { timeoutSeconds: 300 });
  await everythingReady(namespace);
  const names = (of: readonly Job[]): readonly (string | undefined)[] =>
    of.map(({ metadata }) => metadata?.name).sort();
  expect(names(await jobs())).toEqual(names(before));
});

function jobs(): Promise<readonly Job[]> {
  return get<Job>('jobs', `--namespace=${namespace}`, '--selector=app.kubernetes.io/component in (setup, import)');
}

function logsOf(tier: string): Promise<string> {
  const selector = `app.kubernetes.io/name=${tier},app.kubernetes.io/component in (setup, import)`;
  return kubectl(['logs', `--namespace=${namespace}`, `--selector=${selector}`, '--tail=-1']);
}

/** docs/tiers/elasticsearch.md, Certificate. */
async function makeCertificate(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const at = (file: string): string => join(folder, file);
  const name = `${namespace}-elasticsearch`;
  const common = ['req', '-x509', '-newkey', 'rsa:2048', '-noenc'];
  try {
    await run('openssl', [
      ...[...common, '-days', '2', '-subj', `/CN=${name}-ca`],
      ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
    ]);
    await run('openssl', [
      ...[...common, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-days', '1', '-subj', `/CN=${name}`],
      ...['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-keyout', at('tls.key'), '-out', at('tls.crt')],
    ]);
    const files = ['ca.crt', 'tls.crt', 'tls.key'].map((file) => `--from-file=${at(file)}`);
    await kubectl(['create', 'secret', 'generic', `${name}-tls`, `--namespace=${namespace}`, ...files]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
