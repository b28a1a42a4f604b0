/**
 * Filebeat reads the logs of a namespace and no other, and keeps on the node how far it has come; it reaches Logstash, and
 * nobody else does. Stand-ins answer in the places of both: what they do with lines is tested in test/logs.
 */
import { exec, kubectl, loadImages, report } from './support/cluster';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { run, shell } from './support/run';
import { thorough } from './support/steps';
import { type System, helmSettings, system, upgrade } from './support/system';

const chart = 'charts/node-agents';

let given: System;
let agents: string;
let pod: string;

beforeAll(async () => {
  given = await system();
  agents = `${given.release}-logs`;
  await claim(agents);
});

afterAll(async () => {
  await upgrade(given);
  await kubectl(['delete', 'clusterrole,clusterrolebinding', `--selector=app.kubernetes.io/instance=${agents}`]);
  await discard();
});

thorough('Logstash starts with its volume, its certificates and its password', async () => {
  const { release } = given;
  await certificates(release);
  const settings = [
    '--set=elasticsearch.enabled=true,elasticsearch.replicas=1,elasticsearch.snapshots.enabled=false,kibana.enabled=false',
    '--set=logstash.resources.requests.memory=64Mi,elasticsearch.resources.requests.memory=64Mi',
    `--set=logstash.filebeat.namespace=${agents},logstash.filebeat.release=${agents}`,
  ];
  const rendered = await run('helm', ['template', release, 'charts/cluster-ai', ...helmSettings(given), ...settings]);
  await loadImages(rendered.stdout);
  await upgrade(given, ...settings);
  await kubectl(['rollout', 'status', `statefulset/${release}-logstash`, `--namespace=${release}`, '--timeout=300s']);
});

thorough('Filebeat starts on every node, as no root', async () => {
  const { release } = given;
  const values = [
    `--values=${chart}/ci/staging-values.yaml`,
    `--set=clients={${release}},filebeat.namespaces={${release}}`,
    `--set=filebeat.logstash.namespace=${release},filebeat.logstash.release=${release}`,
    '--set=nodeExporter.enabled=false',
  ];
  await loadImages((await run('helm', ['template', agents, chart, ...values])).stdout);
  await kubectl(['create', 'namespace', agents]);
  await kubectl(['label', 'namespace', agents, 'pod-security.kubernetes.io/enforce=privileged']);
  await kubectl([
    'create',
    'secret',
    'generic',
    `${agents}-filebeat`,
    `--namespace=${agents}`,
    '--from-literal=ca.crt=-',
  ]);
  await run('helm', ['install', agents, chart, `--namespace=${agents}`, ...values], { timeoutSeconds: 300 });
  await everythingReady(agents);
  pod = await podOfFilebeat();
  expect((await inFilebeat('id -u')).trim()).toBe('10001');
});

thorough('it reads the logs of the node, without writing there, and keeps its registry', async () => {
  const lines = await inFilebeat(`cat /var/log/pods/${given.release}_*/*/*.log | wc -l`);
  expect(Number(lines)).toBeGreaterThan(0);
  expect(await inFilebeat('touch /var/log/pods/mine 2>&1 || echo refused')).toMatch('refused');
  await inFilebeat('echo here >/usr/share/filebeat/data/e2e');
  await kubectl(['delete', pod, `--namespace=${agents}`]);
  await everythingReady(agents);
  pod = await podOfFilebeat();
  expect((await inFilebeat('cat /usr/share/filebeat/data/e2e; rm /usr/share/filebeat/data/e2e')).trim()).toBe('here');
  report(`${lines.trim()} lines of ${given.release}`);
});

thorough('it reaches Logstash, and the pods beside it do not', async () => {
  const address = `${given.release}-logstash.${given.release}.svc/5044`;
  const ask = `timeout 5 bash -c '</dev/tcp/${address}' && echo open || echo closed`;
  expect((await inFilebeat(ask)).trim()).toBe('open');
  const beside = `deployment/${agents}-kube-state-metrics`;
  const answer = await exec(agents, beside, 'sh', '-c', ask);
  expect(answer.trim()).toBe('closed');
});

/** For stand-ins, which only mount them. */
async function certificates(release: string): Promise<void> {
  for (const name of ['logstash-tls', 'elasticsearch-tls']) {
    const literals = ['ca.crt', 'tls.crt', 'tls.key'].map((key) => `--from-literal=${key}=-`).join(' ');
    const secret = `kubectl create secret generic ${release}-${name} --namespace=${release} ${literals}`;
    await shell(`${secret} --dry-run=client --output=yaml | kubectl apply --filename=-`);
  }
}

async function podOfFilebeat(): Promise<string> {
  const selector = '--selector=app.kubernetes.io/name=filebeat';
  const [name = ''] = (await kubectl(['get', 'pods', `--namespace=${agents}`, selector, '--output=name'])).split('\n');
  return name;
}

async function inFilebeat(command: string): Promise<string> {
  return kubectl(['exec', `--namespace=${agents}`, pod, '--container=filebeat', '--', 'sh', '-c', command]);
}
