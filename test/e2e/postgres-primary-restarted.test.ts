/** The primary ends under writes: they pause and go on by themselves, and every acknowledged row is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exec, kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { backends, caughtUp, identityOf } from './support/postgres';
import { everythingReady } from './support/readiness';
import { thorough } from './support/steps';
import { type System, psql, system } from './support/system';
import { writing } from './support/writer';

/** Other than before once the server, or all but its first process, has started anew: a recovery drops statistics. */
const STARTED = 'SELECT pg_postmaster_start_time(), stats_reset FROM pg_stat_checkpointer';

let given: System;
let primary: string;

beforeAll(async () => {
  given = await system();
  primary = `${given.release}-postgres-primary-0`;
});

thorough('the primary is deleted', () => restarted(deleted));

thorough('the primary is deleted by force', () => restarted(() => deleted('--force', '--grace-period=0')));

thorough('a process that is left behind, as by a probe that timed out, and fails ends no connection', async () => {
  const before = await psql(given, STARTED);
  const written = await writing(given, async (writer) => {
    await exec(given.release, primary, 'sh', '-c', '(sleep 1; exit 2) > /dev/null 2>&1 & exit 0');
    await sleep(5000);
    await writer.goesOn();
  });
  expect(written.rows.refused).toBe(0);
  expect(await psql(given, STARTED)).toBe(before);
});

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
  const before = await psql(given, STARTED);
  await writing(given, async (writer) => {
    await fault();
    await recovery('rows are acknowledged again', async () => {
      await eventually('the server has started anew', { namespace: given.release, seconds: 120 }, async () => {
        expect(await psql(given, STARTED)).not.toBe(before);
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
