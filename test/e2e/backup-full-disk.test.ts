/** A store whose disk is full: the backup fails loudly, nothing half written stays, and older backups are as good as ever. */
import { applyBackups, backupNames, idOf, inStore, prepareBackups, runJob, sql, why } from './support/backups';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { smallVolume } from './support/small-volume';
import { step, thorough } from './support/steps';

const here = backupNames('full');
let id = '';
let removeVolume = () => Promise.resolve();

beforeAll(async () => {
  await claim(here.release, here.offsite);
  await prepareBackups(here);
  removeVolume = await smallVolume(here.release, `data-${here.release}-backup-0`);
  await applyBackups(here, 'backup.offsite.enabled=false');
  await everythingReady(here.release);
}, 600_000);

afterAll(async () => {
  await discard();
  await removeVolume();
});

step('a backup that fits is kept', async () => {
  await sql(here, "CREATE TABLE small AS SELECT 'kept' AS word");
  const result = await runJob(here, 'backup-postgres');
  expect(result).toMatchObject({ succeeded: true });
  id = idOf(result);
});

step('one that does not fit fails, says why, and leaves nothing behind', async () => {
  // Some 25 MB that no compression makes less, and no WAL: more than the store gets back by a finished segment.
  await sql(here, 'CREATE UNLOGGED TABLE large AS SELECT gen_random_uuid() FROM generate_series(1, 1500000)');
  await inStore(here, 'head -c 200000000 /dev/zero > filler || true');
  expect(why(await runJob(here, 'backup-postgres'))).toMatch(
    /^the store did not take postgres\/\d{8}T\d{6}Z\/dump; postgres \d{8}T\d{6}Z is given up$/,
  );
  expect(await inStore(here, 'ls postgres')).toBe(id);
});

thorough('the older one is restored, and the next one succeeds once there is room', async () => {
  expect(await runJob(here, 'backup-restore-postgres', { RESTORE_REPLACE: 'yes' })).toMatchObject({ succeeded: true });
  expect(await sql(here, 'SELECT word FROM small')).toBe('kept');
  await inStore(here, 'rm filler');
  expect(await runJob(here, 'backup-postgres')).toMatchObject({ succeeded: true });
});
