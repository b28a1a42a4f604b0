/** The volume of a Redis node is emptied, nodes.conf included: its data never spreads as emptiness, and it rejoins. */
import { kubectl, recovery } from './support/cluster';
import { everythingReady } from './support/readiness';
import {
  type Pair,
  aPair,
  emptyVolume,
  forgottenEverywhere,
  nodeOf,
  redisCli,
  signalServer,
  wholeCluster,
} from './support/redis';
import { step, thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

step('of a master, whose server starts again at once and at the same address', async () => {
  const { master, replica } = await aPair(given);
  const keys = Number(await redisCli(given, replica.pod, 'dbsize'));
  await rejoins({ master, replica }, () => emptyVolume(given, master.pod), master.pod);
  expect(await nodeOf(given, replica.pod)).toMatchObject({ id: replica.id, flags: ['master'], ownsSlots: true });
  expect(Number(await redisCli(given, replica.pod, 'dbsize'))).toBeGreaterThanOrEqual(keys);
});

thorough('of a replica, whose claim is deleted', async () => {
  const pair = await aPair(given);
  const { pod } = pair.replica;
  await rejoins(
    pair,
    async () => {
      await kubectl(['delete', 'persistentvolumeclaim', `data-${pod}`, inNamespace(), '--wait=false']);
      await kubectl(['delete', 'pod', pod, inNamespace()]);
    },
    pod,
  );
  expect(await nodeOf(given, pair.master.pod)).toEqual(pair.master);
});

thorough('of a master, whose append-only file alone is lost', async () => {
  const pair = await aPair(given);
  const { pod } = pair.master;
  await rejoins(
    pair,
    async () => {
      await kubectl(['exec', inNamespace(), pod, '--', 'rm', '-r', '/data/appendonlydir']);
      await signalServer(given, pod, 'KILL');
    },
    pod,
  );
});

thorough('of two masters at once, so that no majority is left to elect', async () => {
  const [first, second] = await wholeCluster(given);
  if (first === undefined || second === undefined) throw new Error('there are no two masters');
  await writing(given, async (writer) => {
    await Promise.all([emptyVolume(given, first.master.pod), emptyVolume(given, second.master.pod)]);
    await recovery('both have rejoined', () => wholeCluster(given, 300));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  for (const { master, replica } of [first, second]) {
    await forgottenEverywhere(given, master.id);
    expect(await nodeOf(given, replica.pod)).toMatchObject({ id: replica.id, flags: ['master'], ownsSlots: true });
  }
});

/** While writes go on, the pod of one of the two comes back by another ID, as the replica of the other. */
async function rejoins({ master, replica }: Pair, fault: () => Promise<unknown>, pod: string): Promise<void> {
  const [lost, other] = pod === master.pod ? [master, replica] : [replica, master];
  await writing(given, async (writer) => {
    await fault();
    await recovery('it has rejoined, and its old ID is forgotten', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  await forgottenEverywhere(given, lost.id);
  const now = await nodeOf(given, pod);
  expect(now).toMatchObject({ flags: ['slave'], master: other.id });
  expect(now.id).not.toBe(lost.id);
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
