/** GPUs that a node gains: which pods of model servers the scheduler then lets in, and which it goes on refusing. */
import { App, Chart } from 'cdk8s';
import type { Node, Pod, Taint } from 'kubernetes-types/core/v1';
import { type Accelerator, acceleratorDefaults } from '../../lib/tiers/ml/accelerator';
import { modelServerDefaults } from '../../lib/tiers/ml/model-server-props';
import { ModelStorage } from '../../lib/tiers/ml/model-storage';
import { TensorFlowServing, type TensorFlowServingProps } from '../../lib/tiers/ml/tensorflow-serving';
import { Prometheus } from '../../lib/tiers/observability/prometheus';
import { get, kubectl, measured, recovery } from './support/cluster';
import { installDefinitions } from './support/definitions';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { step } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-gpu`;
/** An L4, as GPU feature discovery describes its node. */
const LABELS = {
  'nvidia.com/gpu.present': 'true',
  'nvidia.com/gpu.product': 'NVIDIA-L4',
  'nvidia.com/gpu.memory': '23034',
};
const TAINT: Taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
const GPU = 'nvidia.com/gpu';
const [MIG, SHARE] = ['nvidia.com/mig-3g.20gb', 'nvidia.com/gpu.shared'];

let node = '';
let removeDefinitions: (() => Promise<void>) | undefined;

beforeAll(async () => {
  await claim(namespace);
  const [first] = await get<Node>('nodes');
  node = first?.metadata?.name ?? '';
  await makeNamespaces(namespace);
});

afterAll(async () => {
  for (const resource of [GPU, MIG, SHARE]) await advertise(resource, null);
  await kubectl(['label', 'node', node, ...Object.keys(LABELS).map((label) => `${label}-`)]);
  await kubectl(['taint', 'node', node, `${TAINT.key}-`]).catch(() => undefined);
  await removeDefinitions?.();
  await discard();
});

step('without a GPU in the cluster a pod that asks for one stays Pending: no node is labelled so', async () => {
  await serve('whole', { accelerator: gpu({ memory: '22Gi', products: ['NVIDIA-L4'] }), replicas: 2 });
  await refused('whole', "didn't match Pod's node affinity/selector", 2);
});

step('on a node that is labelled and tainted as GPU nodes are, it lacks the resource alone', async () => {
  await kubectl(['label', 'node', node, ...Object.entries(LABELS).map(([label, value]) => `${label}=${value}`)]);
  await kubectl(['taint', 'node', node, `${TAINT.key}=${TAINT.value ?? ''}:${TAINT.effect}`]);
  await refused('whole', `Insufficient ${GPU}`, 2);
});

step('once the node advertises a GPU one pod has it, and the other waits', async () => {
  await advertise(GPU, 1);
  await recovery('one of two pods scheduled', () => scheduled('whole', 1));
  await refused('whole', `Insufficient ${GPU}`, 1);
  await advertise(GPU, 2);
  await scheduled('whole', 2);
});

step('a rollout of all GPUs needs no spare one: a pod ends before the next asks', async () => {
  const before = await podsOf('whole');
  await kubectl(['rollout', 'restart', `statefulset/${nameOf('whole')}`, `--namespace=${namespace}`]);
  await recovery('a new pod has the GPU of the old one', () =>
    eventually('a new pod is scheduled', { namespace, seconds: 120 }, async () => {
      const uids = before.map(({ metadata }) => metadata?.uid);
      const others = (await podsOf('whole')).filter(({ metadata }) => !uids.includes(metadata?.uid));
      expect(others.map(isScheduled)).toContain(true);
    }),
  );
  expect(await podsOf('whole')).toHaveLength(2);
});

step('another product, or more memory than the GPU has, goes on waiting', async () => {
  await advertise(GPU, 4);
  await serve('other-product', { accelerator: gpu({ products: ['NVIDIA-H100-80GB-HBM3'] }) });
  await serve('more-memory', { accelerator: gpu({ memory: '23Gi' }) });
  await refused('other-product', "didn't match Pod's node affinity/selector", 1);
  await refused('more-memory', "didn't match Pod's node affinity/selector", 1);
});

step('what asks for no GPU keeps off the node, as its taint has it', async () => {
  await serve('cpu', {});
  await refused('cpu', 'had untolerated taint', 1);
});

step('MIG instances and shares are resources of their own', async () => {
  const mig = { slices: 3, memoryGigabytes: 20 };
  await serve('instance', { accelerator: gpu({ kind: 'mig', mig, count: 2 }) });
  await serve('share', { accelerator: gpu({ kind: 'shared' }) });
  await refused('instance', `Insufficient ${MIG}`, 1);
  await refused('share', `Insufficient ${SHARE}`, 1);
  await advertise(MIG, 2);
  await advertise(SHARE, 1);
  await scheduled('instance', 1);
  await scheduled('share', 1);
});

step('a ScaledObject is accepted with the definitions of KEDA installed', async () => {
  removeDefinitions = await installDefinitions('keda');
  const autoscaling = {
    ...modelServerDefaults.autoscaling,
    enabled: true,
    queueTime: { enabled: true, targetMilliseconds: 5 },
  };
  await serve('scaled', { autoscaling });
  const found = await kubectl(['get', 'scaledobject', nameOf('scaled'), `--namespace=${namespace}`, '--output=json']);
  expect(JSON.parse(found)).toMatchObject({
    spec: {
      scaleTargetRef: { kind: 'StatefulSet', name: nameOf('scaled') },
      triggers: [{ type: 'prometheus' }, { type: 'cpu' }],
    },
  });
  const scalers = await kubectl(['get', 'horizontalpodautoscalers', `--namespace=${namespace}`, '--output=name']);
  expect(scalers).not.toContain(nameOf('scaled'));
  measured('strictly, with no field that its definition does not have');
});

const gpu = (accelerator: Partial<Accelerator>): Accelerator => ({
  ...acceleratorDefaults,
  kind: 'gpu',
  ...accelerator,
});

const nameOf = (server: string): string => `ml-${server}`;

/** Applies a server in the test's namespace. Its pods never start, as nothing has their models: the scheduler is asked alone. */
async function serve(server: string, props: Partial<TensorFlowServingProps>): Promise<void> {
  const app = new App();
  const chart = new Chart(app, 'ml');
  const prometheus = new Prometheus(new Chart(app, 'other'), 'prometheus', { keda: { namespace: 'keda' } });
  new TensorFlowServing(chart, server, {
    models: { half_plus_two: { versions: [{ version: 1 }], size: '1Mi', maxBatchSize: 64 } },
    storage: new ModelStorage(chart, 'model-storage'),
    prometheus,
    volume: { ...modelServerDefaults.volume, size: '16Mi' },
    ...props,
  });
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: chart.toJson() as unknown[] });
  await kubectl(['apply', '--server-side', '--validate=strict', `--namespace=${namespace}`, '--filename=-'], { input });
}

/** Says how many there are on the node's status, as a device plugin has the kubelet do. */
async function advertise(resource: string, count: number | null): Promise<void> {
  const quantity = { [resource]: count === null ? null : String(count) };
  const patch = JSON.stringify({ status: { capacity: quantity, allocatable: quantity } });
  await kubectl(['patch', 'node', node, '--subresource=status', '--type=merge', `--patch=${patch}`]);
}

function podsOf(server: string): Promise<readonly Pod[]> {
  return get<Pod>('pods', `--namespace=${namespace}`, `--selector=app.kubernetes.io/name=${server}`);
}

/** The scheduler's own word on a pod. */
const conditionOf = ({ status }: Pod) => status?.conditions?.find(({ type }) => type === 'PodScheduled');
const isScheduled = (pod: Pod): boolean => conditionOf(pod)?.status === 'True';

async function scheduled(server: string, count: number): Promise<void> {
  await eventually(`${count} pods of ${server} are scheduled`, { namespace }, async () => {
    const pods = (await podsOf(server)).filter(isScheduled);
    expect(pods.map(({ spec }) => spec?.nodeName)).toEqual(Array(count).fill(node));
  });
}

/** So many pods wait, and the scheduler says why. */
async function refused(server: string, reason: string, count: number): Promise<void> {
  await eventually(`${count} pods of ${server} wait: ${reason}`, { namespace }, async () => {
    const waiting = (await podsOf(server)).filter((pod) => !isScheduled(pod));
    expect(waiting.map((pod) => conditionOf(pod)?.message)).toEqual(Array(count).fill(expect.stringContaining(reason)));
  });
}
