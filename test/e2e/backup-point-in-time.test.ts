/** Base backups and WAL: a database as it was at a point in time, from the off-site copy alone. */
import {
  backupNames,
  checksumOf,
  destroyVolumes,
  inBucket,
  inStore,
  installBackups,
  runJob,
  sql,
  why,
} from './support/backups';
import { measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { step, thorough } from './support/steps';

const here = backupNames('time');
/** Characters of a time up to its second. */
const SECOND = 19;
let kept = '';
let between = '';

beforeAll(async () => {
  await claim(here.release, here.offsite);
  await installBackups(here);
}, 600_000);

afterAll(discard);

step('a base backup is in the store and off-site, verified in both', async () => {
  await sql(here, "CREATE TABLE events (id int PRIMARY KEY, what text); INSERT INTO events VALUES (1, 'in the base')");
  const { log, succeeded } = await runJob(here, 'backup-postgres-base');
  expect(succeeded).toBe(true);
  expect(log).toMatch('is verified in: store offsite');
});

step('WAL is off-site within seconds, the unfinished segment too', async () => {
  await sql(here, "INSERT INTO events VALUES (2, 'before')");
  kept = await checksumOf(here, 'events');
  between = await now();
  await sql(here, "INSERT INTO events VALUES (3, 'after')");
  await recovery('WAL off-site', () => archivedAfter(between));
  expect(await inBucket(here, 'ls postgres-wal/*')).toMatch(/^[0-9A-F]{24}\.partial\.gz$/m);
});

step(
  'the volumes of the primary and of the store are lost; the row before is back, and the row after is not',
  async () => {
    await destroyVolumes(here, `data-${here.release}-postgres-primary-0`, `data-${here.release}-backup-0`);
    await recovery('Postgres and the store lost: point in time from off-site', async () => {
      expect(
        await runJob(here, 'backup-restore-postgres', { RESTORE_TO: between, RESTORE_FROM: 'offsite' }),
      ).toMatchObject({
        succeeded: true,
      });
    });
    expect(await checksumOf(here, 'events')).toBe(kept);
    expect(await sql(here, 'SELECT what FROM events ORDER BY id')).toBe('in the base\nbefore');
  },
);

thorough('the stream of the new server asks for a base backup, and gets one', async () => {
  await eventually('the new stream is in the store', { namespace: here.release }, async () => {
    expect(await inStore(here, 'ls postgres-wal/*/since')).toMatch('since');
  });
  const { log, succeeded } = await runJob(here, 'backup-postgres-base', { EVERY_HOURS: '24' });
  expect(succeeded).toBe(true);
  expect(log).toMatch('the newest one is of another server');
  expect((await runJob(here, 'backup-postgres-base', { EVERY_HOURS: '24' })).log).toMatch('will do');
});

thorough('a time beyond what there is is refused, and all that there is comes back', async () => {
  await sql(here, "INSERT INTO events VALUES (4, 'newest')");
  const newest = await checksumOf(here, 'events');
  await archivedAfter(await now());
  const restore = (to: string) => runJob(here, 'backup-restore-postgres', { RESTORE_TO: to, RESTORE_REPLACE: 'yes' });
  expect(why(await restore('2020-01-01T00:00:00Z'))).toMatch(
    /^2020-01-01T00:00:00Z is before \S+, from which on there are base backups; nothing was changed$/,
  );
  expect(why(await restore(new Date(Date.now() + 86_400_000).toISOString()))).toMatch(
    /^\S+ is after \S+, to which there is WAL; nothing was changed$/,
  );
  expect(await restore('latest')).toMatchObject({ succeeded: true });
  expect(await checksumOf(here, 'events')).toBe(newest);
});

thorough('a slot that is gone is made anew, and a base backup is due', async () => {
  // The new slot begins at the last checkpoint: in a segment after the base backup's, so that WAL may be missing.
  await sql(here, 'RESET ROLE; SELECT pg_switch_wal()');
  await sql(here, 'RESET ROLE; CHECKPOINT');
  await sql(
    here,
    `RESET ROLE; SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE slot_name = 'backup';
     SELECT pg_drop_replication_slot('backup')`,
  );
  await archivedAfter(await now());
  const { log, succeeded } = await runJob(here, 'backup-postgres-base', { EVERY_HOURS: '24' });
  expect(succeeded).toBe(true);
  expect(log).toMatch('the stream began anew at');
});

/** By the server's clock. */
async function now(): Promise<string> {
  return sql(here, `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
}

/** Waits until all WAL up to a time is off-site. */
async function archivedAfter(time: string): Promise<void> {
  const archived = await eventually(
    `WAL of ${time} is off-site`,
    { namespace: here.release, seconds: 120 },
    async () => {
      const marks = (await inBucket(here, 'cat postgres-wal/*/archived')).split('\n').sort();
      const last = marks.at(-1) ?? '';
      if (last.slice(0, SECOND) <= time.slice(0, SECOND)) throw new Error(`WAL is there up to ${last}`);
      return last;
    },
  );
  measured(`WAL is off-site up to ${archived}`);
}
