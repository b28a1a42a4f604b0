/** All pods of Redis Cluster deleted at once: they come back at other addresses, as the same nodes. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, recovery } from './support/cluster';
import { everythingReady } from './support/readiness';
import { emptyVolume, aPair, nodesSeenBy, redisPods, wholeCluster } from './support/redis';
import { step, thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

step('by force', async () => {
  const [pods, ids, addresses] = [await redisPods(given), await idsOf(), await addressesOf()];
  await writing(given, async (writer) => {
    await kubectl(['delete', 'pods', ...pods, inNamespace(), '--force', '--grace-period=0']);
    await recovery('all slots are served, and every master has its replica', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  expect(await idsOf()).toEqual(ids);
  expect((await addressesOf()).filter((address) => addresses.includes(address))).toEqual([]);
});

thorough('gracefully', async () => {
  const [pods, ids] = [await redisPods(given), await idsOf()];
  await writing(given, async (writer) => {
    await kubectl(['delete', 'pods', ...pods, inNamespace()]);
    await recovery('all slots are served, and every master has its replica', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  expect(await idsOf()).toEqual(ids);
});

thorough(
  'while the volume of a master is emptied: its replica has just restarted too, and is not elected',
  async () => {
    const { master, replica } = await aPair(given);
    const pods = await redisPods(given);
    await writing(given, async (writer) => {
      await emptyVolume(given, master.pod);
      await kubectl(['delete', 'pods', ...pods, inNamespace(), '--force', '--grace-period=0']);
      await recovery('all slots are served, and every master has its replica', () => wholeCluster(given, 300));
      await writer.goesOn();
    });
    await everythingReady(given.release);
    const nodes = await nodesSeenBy(given, replica.pod);
    expect(nodes.find(({ id }) => id === replica.id)?.ownsSlots).toBe(true);
    expect(nodes.find(({ pod }) => pod === master.pod)?.master).toBe(replica.id);
  },
);

async function idsOf(): Promise<readonly string[]> {
  return (await wholeCluster(given)).flatMap(({ master, replica }) => [master.id, replica.id]).sort();
}

async function addressesOf(): Promise<readonly string[]> {
  const pods = await get<Pod>('pods', ...(await redisPods(given)), inNamespace());
  return pods.map(({ status }) => status?.podIP ?? '');
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
