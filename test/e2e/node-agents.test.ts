/** node-agents collects what nodes say of containers, and a release takes over what is about its namespace. */
import { kubectl, loadImages, report } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { shareMounts } from './support/node';
import { withPrometheus } from './support/prometheus';
import { everythingReady } from './support/readiness';
import { makeMissingSecrets } from './support/releases';
import { run } from './support/run';
import { step, thorough } from './support/steps';
import { type System, helmSettings, system, upgrade } from './support/system';

const chart = 'charts/node-agents';
/** Programs that the test's images only stand in for. */
const STAND_INS = ['kube-state-metrics'];

let given: System;
let agents: string;
let unshare: () => Promise<unknown> = () => Promise.resolve();

beforeAll(async () => {
  given = await system();
  agents = `${given.release}-agents`;
  await claim(agents);
  unshare = await shareMounts();
});

afterAll(async () => {
  await upgrade(given);
  await kubectl(['delete', 'clusterrole,clusterrolebinding', `--selector=app.kubernetes.io/instance=${agents}`]);
  await discard();
  await unshare();
});

step('it runs in a namespace of its own, and asks every kubelet', async () => {
  const values = [`--values=${chart}/ci/development-values.yaml`, `--set=clients={${given.release}}`];
  await loadImages((await run('helm', ['template', agents, chart, ...values])).stdout);
  await kubectl(['create', 'namespace', agents]);
  await kubectl(['label', 'namespace', agents, 'pod-security.kubernetes.io/enforce=privileged']);
  await run('helm', ['install', agents, chart, `--namespace=${agents}`, ...values], { timeoutSeconds: 300 });
  await everythingReady(agents);
  await withPrometheus(agents, async (prometheus) => {
    await eventually('targets are up', { seconds: 120, namespace: agents }, async () => {
      const targets = await prometheus.targets();
      expect(new Set(targets.map(({ labels }) => labels.job))).toEqual(
        new Set(['node-exporter', 'kube-state-metrics', 'kubelet', 'cadvisor', 'prometheus']),
      );
      const down = targets.filter(({ health }) => health !== 'up');
      expect(down.filter(({ labels }) => !STAND_INS.includes(labels.job ?? ''))).toEqual([]);
    });
  });
});

thorough('a release has the metrics of its own pods and of nodes, and of no other namespace', async () => {
  const { release } = given;
  const settings = [
    '--set=prometheus.enabled=true',
    `--set=prometheus.nodeAgents.namespace=${agents}`,
    `--set=prometheus.nodeAgents.release=${agents}`,
  ];
  await loadImages(
    (await run('helm', ['template', release, 'charts/cluster-ai', ...helmSettings(given), ...settings])).stdout,
  );
  await makeMissingSecrets(release);
  await upgrade(given, ...settings);
  await everythingReady(release);
  await withPrometheus(release, async (prometheus) => {
    // Of pods: cAdvisor tells their containers apart where the container runtime has its usual socket, which a test's may not.
    const pods = await eventually('pods are known', { seconds: 180, namespace: release }, async () => {
      const found = await prometheus.query('container_memory_working_set_bytes{pod!="",image=""}');
      expect(found.length).toBeGreaterThan(5);
      return found;
    });
    expect(new Set(pods.map(({ metric }) => metric.namespace))).toEqual(new Set([release]));
    const nodes = await prometheus.query('node_memory_MemAvailable_bytes');
    expect(nodes.every(({ metric }) => metric.node !== undefined)).toBe(true);
    expect(nodes.length).toBeGreaterThan(0);
    report(`${pods.length} pods of ${release}, ${nodes.length} nodes`);
  });
});
