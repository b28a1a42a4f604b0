/** A master of Redis Cluster stands still or is killed: its replica takes over, and it comes back as a replica. */
import { kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady } from './support/readiness';
import { aPair, nodeOf, signalServer, wholeCluster } from './support/redis';
import { thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

thorough('it stands still, its replica is elected, and its pod is deleted by force', async () => {
  const { master, replica } = await aPair(given);
  await writing(given, async (writer) => {
    await signalServer(given, master.pod, 'STOP');
    await recovery('its replica owns its slots', () =>
      eventually('the replica takes over', { namespace: given.release }, async () => {
        expect(await nodeOf(given, replica.pod)).toMatchObject({ id: replica.id, flags: ['master'], ownsSlots: true });
      }),
    );
    await kubectl(['delete', 'pod', master.pod, inNamespace(), '--force', '--grace-period=0']);
    await recovery('it replicates its replica', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
  expect(await nodeOf(given, master.pod)).toEqual({
    ...master,
    flags: ['slave'],
    master: replica.id,
    ownsSlots: false,
  });
});

thorough('it is killed, and may be back before anybody is elected', async () => {
  const { master } = await aPair(given);
  await writing(given, async (writer) => {
    await signalServer(given, master.pod, 'KILL');
    await recovery('all slots are served, and every master has its replica', () => wholeCluster(given));
    await writer.goesOn();
  });
  await everythingReady(given.release);
});

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
