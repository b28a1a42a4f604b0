/** A second Redis server comes to a volume whose first still runs: it waits, says so, and starts when that has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { Container, Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady } from './support/readiness';
import { aPair, nodeOf, wholeCluster } from './support/redis';
import { thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

const WAITS = 'another server has this volume; waiting until it ends';

let given: System;

beforeAll(async () => {
  given = await system();
});

thorough('beside a master that goes on serving', async () => {
  const { master } = await aPair(given);
  const name = 'second-redis-0';
  await writing(given, async (writer) => {
    await startBeside(master.pod, name);
    await eventually('it waits', { namespace: given.release }, async () => {
      expect(await log(name)).toBe(`${WAITS}\n`);
    });
    // Long enough for a server that does not wait to have joined the cluster.
    await sleep(10_000);
    await writer.goesOn();
    expect(await log(name)).toBe(`${WAITS}\n`);
    await recovery('a server that waits is told to stop, and ends', () =>
      kubectl(['delete', 'pod', name, inNamespace(), '--timeout=30s']),
    );
  });
  expect(await nodeOf(given, master.pod)).toEqual(master);
  await wholeCluster(given);
});

thorough('before a process that ends late has let go of the volume, and starts then', async () => {
  const { master, replica } = await aPair(given);
  const name = 'late-redis-0';
  await writing(given, async (writer) => {
    // It has the volume as soon as the server ends, like a process that a forced deletion has left behind.
    await startBeside(master.pod, name, ['sh', '-c', 'flock /data/.lock sh -c "echo late; sleep infinity"']);
    await kubectl(['wait', '--for=condition=PodReadyToStartContainers', `pod/${name}`, inNamespace()]);
    await eventually('it runs', { namespace: given.release }, async () => {
      const [pod] = await get<Pod>('pod', name, inNamespace());
      expect(pod?.status?.phase).toBe('Running');
    });
    await kubectl(['delete', 'pod', master.pod, inNamespace(), '--force', '--grace-period=0']);
    await eventually('the new server waits', { namespace: given.release }, async () => {
      expect([await log(name), await log(master.pod)]).toEqual(['late\n', `${WAITS}\n`]);
    });
    await sleep(10_000);
    await writer.goesOn();
    expect(await log(master.pod)).toBe(`${WAITS}\n`);
    await kubectl(['delete', 'pod', name, inNamespace(), '--force', '--grace-period=0']);
    await recovery('the new server has the volume, and replicates', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  expect(await nodeOf(given, master.pod)).toMatchObject({ id: master.id, master: replica.id });
});

/** A pod of the test's own: the same server on the same node, with the claim of the first. */
async function startBeside(first: string, name: string, command?: readonly string[]): Promise<void> {
  const [found] = await get<StatefulSet>('statefulset', `${given.release}-redis-cluster`, inNamespace());
  const [pod] = await get<Pod>('pod', first, inNamespace());
  const {
    volumes = [],
    affinity: _,
    topologySpreadConstraints: __,
    containers: [server, ...others],
    ...spec
  } = found?.spec?.template.spec ?? { containers: [] };
  if (server === undefined) throw new Error('no container is there');
  const containers = command === undefined ? [server, ...others] : [alone(server, command)];
  const data = { name: 'data', persistentVolumeClaim: { claimName: `data-${first}` } };
  const beside: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...spec,
      containers,
      nodeName: pod?.spec?.nodeName ?? '',
      restartPolicy: 'Never',
      volumes: [...volumes, data],
    },
  };
  await kubectl(['create', inNamespace(), '--filename=-'], { input: JSON.stringify(beside) });
}

/** The container with another program, which nobody asks anything. */
function alone(container: Container, command: readonly string[]): Container {
  const { startupProbe: _, livenessProbe: __, readinessProbe: ___, lifecycle: ____, ...rest } = container;
  return { ...rest, command: [...command] };
}

async function log(pod: string): Promise<string> {
  return kubectl(['logs', pod, inNamespace(), '--container=redis']);
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
