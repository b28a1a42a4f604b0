/** Dumps of Postgres: taken, read back, and restored into an empty cluster from the off-site copy alone. */
import {
  backupNames,
  checksumOf,
  destroyVolumes,
  idOf,
  inBucket,
  inStore,
  installBackups,
  runJob,
  sql,
  why,
} from './support/backups';
import { recovery } from './support/cluster';
import { claim, discard } from './support/namespaces';
import { step, thorough } from './support/steps';

const here = backupNames('backup');
let kept = '';
let id = '';

beforeAll(async () => {
  await claim(here.release, here.offsite);
  await installBackups(here, 'backup.encryption.enabled=true');
}, 600_000);

afterAll(discard);

step('a dump is in the store and off-site, encrypted, and verified in both', async () => {
  await sql(
    here,
    `CREATE TABLE orders (id bigserial PRIMARY KEY, note text);
     INSERT INTO orders (note) SELECT md5(i::text) FROM generate_series(1, 20000) AS i;
     CREATE TABLE "Odd names" ("a b" jsonb, at timestamptz DEFAULT now());
     INSERT INTO "Odd names" SELECT jsonb_build_object('n', i) FROM generate_series(1, 100) AS i;
     SELECT lo_from_bytea(0, 'a large object')`,
  );
  kept = await allRows();
  const result = await runJob(here, 'backup-postgres');
  expect(result).toMatchObject({ succeeded: true });
  id = idOf(result);
  for (const look of [inStore, inBucket]) {
    expect(await look(here, `ls postgres/${id}`)).toBe('dump\nmanifest\nverified');
    expect(await look(here, `head -c 6 postgres/${id}/dump`)).toBe('RCLONE');
  }
  expect(await inStore(here, 'cat metrics/postgres.prom')).toMatch('backup_last_verified_timestamp_seconds{');
});

step('the volumes of the primary and of the store are lost', async () => {
  await destroyVolumes(here, `data-${here.release}-postgres-primary-0`, `data-${here.release}-backup-0`);
  expect(await sql(here, "SELECT count(*) FROM pg_class WHERE relname IN ('orders', 'Odd names')")).toBe('0');
  expect(await inStore(here, 'ls -d postgres/* 2> /dev/null || true')).toBe('');
});

step('one Job restores every row into the empty server, from the off-site copy alone', async () => {
  await recovery('Postgres and the store lost: restore from off-site', async () => {
    expect(await runJob(here, 'backup-restore-postgres')).toMatchObject({ succeeded: true });
  });
  expect(await allRows()).toBe(kept);
  await sql(here, "INSERT INTO orders (note) VALUES ('the sequence goes on')");
  expect(await sql(here, 'SELECT max(id) FROM orders')).toBe('20001');
});

step('a database that holds something is left alone', async () => {
  expect(why(await runJob(here, 'backup-restore-postgres'))).toMatch(
    /^database cluster_ai holds \d+ objects; nothing was changed\. RESTORE_REPLACE=yes replaces all of it$/,
  );
  expect(await sql(here, 'SELECT count(*) FROM orders')).toBe('20001');
});

thorough('a backup that is named replaces what is there', async () => {
  expect(await runJob(here, 'backup-restore-postgres', { RESTORE_TO: id, RESTORE_REPLACE: 'yes' })).toMatchObject({
    succeeded: true,
  });
  expect(await allRows()).toBe(kept);
});

thorough('a restore that fails leaves all that was there', async () => {
  await sql(here, 'RESET ROLE; ALTER TABLE orders OWNER TO postgres');
  expect(why(await runJob(here, 'backup-restore-postgres', { RESTORE_REPLACE: 'yes' }))).toBe(
    'nothing was changed: ERROR:  relation "orders" already exists',
  );
  await sql(here, 'RESET ROLE; ALTER TABLE orders OWNER TO cluster_ai');
  expect(await allRows()).toBe(kept);
});

thorough('a backup that is not there, or is no backup, is refused', async () => {
  expect(
    why(await runJob(here, 'backup-restore-postgres', { RESTORE_TO: '20200101T000000Z', RESTORE_REPLACE: 'yes' })),
  ).toMatch('there is no verified backup 20200101T000000Z in: store offsite; nothing was changed.');
  expect(why(await runJob(here, 'backup-restore-postgres', { RESTORE_TO: 'monday', RESTORE_REPLACE: 'yes' }))).toMatch(
    'RESTORE_TO is "monday"; give the id of a backup such as 20261121T020000Z,',
  );
});

step('a corrupted copy is reported and passed over; where all are, nothing is restored', async () => {
  const rows = await allRows();
  const again = idOf(await runJob(here, 'backup-postgres'));
  const corrupt = `printf x | dd of=postgres/${again}/dump bs=1 seek=2000 conv=notrunc 2> /dev/null`;
  await inStore(here, corrupt);
  const restore = { RESTORE_TO: again, RESTORE_REPLACE: 'yes' };
  const passed = await runJob(here, 'backup-restore-postgres', restore);
  expect(passed.succeeded).toBe(true);
  expect(passed.log).toMatch(`postgres/${again}/dump in store is CORRUPTED`);
  await inBucket(here, corrupt);
  expect(why(await runJob(here, 'backup-restore-postgres', restore))).toBe(
    `no place has postgres/${again}/dump as it was verified; nothing was changed`,
  );
  expect(await allRows()).toBe(rows);
});

step('retention deletes only what is older', async () => {
  const old = '20200101T000000Z';
  const before = (await inBucket(here, 'ls postgres')).split('\n');
  await inStore(here, `cp -r postgres/$(ls postgres | tail -n 1) postgres/${old}`);
  await inBucket(here, `cp -r postgres/${id} postgres/${old}`);
  // As good as ever, whatever has become of the one before.
  const backup = await runJob(here, 'backup-postgres');
  expect(backup).toMatchObject({ succeeded: true });
  const fresh = idOf(backup);
  expect((await inBucket(here, 'ls postgres')).split('\n')).toEqual([...before, fresh]);
  expect(await inStore(here, 'ls postgres')).not.toMatch(old);
});

thorough('the drill restores into servers of its own', async () => {
  expect(await runJob(here, 'backup-postgres-base')).toMatchObject({ succeeded: true });
  expect(await runJob(here, 'backup-drill-postgres')).toMatchObject({ succeeded: true });
  expect(await inStore(here, 'cat metrics/drill-postgres.prom')).toMatch('backup_last_success_timestamp_seconds{');
});

/** Of all tables, and of large objects. */
async function allRows(): Promise<string> {
  const parts = ['orders', '"Odd names"', '(SELECT lo_get(oid) FROM pg_largeobject_metadata)'];
  return (await Promise.all(parts.map((part) => checksumOf(here, part)))).join(', ');
}
