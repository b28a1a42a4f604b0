/** The primary ends under writes: they pause and go on by themselves, and every acknowledged row is there. */
import { exec, kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { backends, caughtUp, identityOf } from './support/postgres';
import { everythingReady } from './support/readiness';
import { step, thorough } from './support/steps';
import { type System, psql, system } from './support/system';
import { writing } from './support/writer';

let given: System;
let primary: string;

beforeAll(async () => {
  given = await system();
  primary = `${given.release}-postgres-primary-0`;
});

step('the primary is deleted', () => restarted(deleted));

step('the primary is deleted by force', () => restarted(() => deleted('--force', '--grace-period=0')));

thorough('a backend is killed: the server ends all others and recovers in its pod', async () => {
  const before = await identityOf(given, primary);
  await restarted(async () => {
    const backend = "SELECT pid FROM pg_stat_activity WHERE usename = 'cluster_ai' LIMIT 1";
    await exec(given.release, primary, 'sh', '-c', `kill -KILL ${await psql(given, backend)}`);
  });
  expect(await identityOf(given, primary)).toEqual(before);
});

/** Has a fault end the server while rows are written. */
async function restarted(fault: () => Promise<unknown>): Promise<void> {
  const started = 'SELECT pg_postmaster_start_time(), stats_reset FROM pg_stat_checkpointer';
  const before = await psql(given, started);
  await writing(given, async (writer) => {
    await fault();
    await recovery('rows are acknowledged again', async () => {
      await eventually('the server has started anew', { namespace: given.release, seconds: 120 }, async () => {
        expect(await psql(given, started)).not.toBe(before);
      });
      await writer.goesOn();
    });
    await everythingReady(given.release);
  });
  await caughtUp(given, `${given.release}-postgres-replica-0`);
  expect(await backends(given, `${given.release}-postgres-primary`)).toEqual([primary]);
}

async function deleted(...how: readonly string[]): Promise<void> {
  await kubectl(['delete', 'pod', primary, `--namespace=${given.release}`, ...how]);
}
