/** A second server comes to a volume whose first still runs: it waits, says so, and starts when the first is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { caughtUp, identityOf } from './support/postgres';
import { everythingReady } from './support/readiness';
import { step, thorough } from './support/steps';
import { type System, psql, system } from './support/system';
import { writing } from './support/writer';

const WAITS = 'another server has this volume; waiting until it ends\n';

let given: System;

beforeAll(async () => {
  given = await system();
});

step('a second server on the volume of the primary, and one on that of the replica, wait', async () => {
  const { release } = given;
  const volumes = {
    'second-primary-0': `${release}-postgres-primary`,
    'second-replica-0': `${release}-postgres-replica`,
  };
  const seconds = Object.keys(volumes);
  const firsts = Object.values(volumes).map((statefulSet) => `${statefulSet}-0`);
  const before = await Promise.all(firsts.map((pod) => identityOf(given, pod)));
  const written = await writing(given, async (writer) => {
    for (const [name, statefulSet] of Object.entries(volumes)) await startBeside(statefulSet, name);
    for (const name of seconds) await waits(name);
    // Long enough for a server that does not wait to have touched the data.
    await sleep(10_000);
    await writer.goesOn();
    for (const name of seconds) expect(await log(name)).toBe(WAITS);
    await recovery('a server that waits is told to stop, and ends', () => remove(...seconds));
  });
  expect(written.rows.refused).toBe(0);
  expect(await Promise.all(firsts.map((pod) => identityOf(given, pod)))).toEqual(before);
  await caughtUp(given, `${release}-postgres-replica-0`);
});

thorough(
  'a primary deleted by force comes back while another server runs on its volume: it waits, and starts',
  async () => {
    const { release } = given;
    const primary = `${release}-postgres-primary-0`;
    const old = 'second-primary-0';
    const before = await identityOf(given, primary);
    await writing(given, async (writer) => {
      await startBeside(`${release}-postgres-primary`, old);
      await waits(old);
      await kubectl(['delete', 'pod', primary, inNamespace(), '--force', '--grace-period=0']);
      await eventually('the server that waited has the volume', { namespace: release }, async () => {
        expect(await psql(given, 'SELECT pg_is_in_recovery()', old)).toBe('f');
      });
      await eventually('a new primary is there', { namespace: release }, async () => {
        expect((await identityOf(given, primary)).uid).not.toBe(before.uid);
      });
      await waits(primary);
      await sleep(10_000);
      expect(await psql(given, 'SELECT pg_is_in_recovery()', old)).toBe('f');
      expect(await log(primary)).toBe(WAITS);
      await remove(old);
      await recovery('the other server is gone, and rows are acknowledged', () => writer.goesOn());
      await everythingReady(release);
    });
    expect(await log(primary)).not.toContain('database system was not properly shut down');
    await caughtUp(given, `${release}-postgres-replica-0`);
  },
);

/** A pod of the test's own: the same server on the same node, with the claim of the first. */
async function startBeside(statefulSet: string, name: string): Promise<void> {
  const [found] = await get<StatefulSet>('statefulset', statefulSet, inNamespace());
  const [first] = await get<Pod>('pod', `${statefulSet}-0`, inNamespace());
  const {
    volumes = [],
    affinity: _,
    topologySpreadConstraints: __,
    ...spec
  } = found?.spec?.template.spec ?? { containers: [] };
  const data = { name: 'data', persistentVolumeClaim: { claimName: `data-${statefulSet}-0` } };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { ...spec, nodeName: first?.spec?.nodeName ?? '', restartPolicy: 'Never', volumes: [...volumes, data] },
  };
  await kubectl(['create', inNamespace(), '--filename=-'], { input: JSON.stringify(pod) });
}

/** Says so, and has done nothing else. */
async function waits(pod: string): Promise<void> {
  await eventually(`${pod} waits`, { namespace: given.release }, async () => {
    expect(await log(pod)).toBe(WAITS);
  });
}

async function remove(...pods: readonly string[]): Promise<void> {
  await kubectl(['delete', 'pod', ...pods, inNamespace(), '--timeout=30s']);
}

async function log(pod: string): Promise<string> {
  return kubectl(['logs', pod, inNamespace(), '--container=postgres']);
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
