/** RDBs of Redis: taken from each master, read back, and copied into a cluster whose slots lie elsewhere. */
import { applyBackups, backupNames, idOf, inBucket, inStore, installBackups, runJob, why } from './support/backups';
import { exec, kubectl, recovery, report } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { digest, fill, masters, redis } from './support/redis-data';
import { step, thorough } from './support/steps';

const here = backupNames('backup-redis', 'redis-cluster');
const { release } = here;
const inNamespace = `--namespace=${release}`;
const corrupt = (id: string): string =>
  `for file in redis/${id}/*.rdb; do printf x | dd of=$file bs=1 seek=2000 conv=notrunc 2> /dev/null; done`;
let kept = '';
let id = '';

beforeAll(async () => {
  await claim(release, here.offsite);
  await installBackups(here);
}, 900_000);

afterAll(discard);

step('an RDB of each master is in the store and off-site, verified in both', async () => {
  await fill(release);
  kept = await digest(release);
  report(kept);
  const result = await runJob(here, 'backup-redis');
  expect(result).toMatchObject({ succeeded: true });
  id = idOf(result);
  for (const look of [inStore, inBucket]) {
    expect(await look(here, `ls redis/${id} | grep -c rdb`)).toBe('3');
    expect(await look(here, `ls redis/${id} | grep -v rdb`)).toBe('manifest\nverified');
  }
  expect(await inStore(here, 'cat metrics/redis.prom')).toMatch('backup_last_verified_timestamp_seconds{');
});

thorough('servers that hold keys are left alone', async () => {
  expect(why(await runJob(here, 'backup-restore-redis'))).toMatch(
    new RegExp(
      `^the servers hold \\d+ keys; nothing was changed\\. To replace them by those of ${id}, set RESTORE_REPLACE=yes$`,
    ),
  );
  expect(await digest(release)).toBe(kept);
});

step('all volumes of Redis are lost, a cluster is formed anew, and slots move', async () => {
  const ofRedis = '--selector=app.kubernetes.io/name=redis-cluster';
  await kubectl(['delete', 'persistentvolumeclaims', ofRedis, inNamespace, '--wait=false']);
  await kubectl(['delete', 'jobs', ofRedis, inNamespace]);
  await kubectl(['delete', 'pods', ofRedis, inNamespace, '--grace-period=1']);
  await applyBackups(here);
  await everythingReady(release, 300);
  expect(await digest(release)).toBe('0 keys, 0');
  const [from, to] = await Promise.all(
    (await masters(release)).map(async (pod) => (await exec(release, pod, 'redis-cli', 'cluster', 'myid')).trim()),
  );
  const reshard = ['--cluster', 'reshard', '127.0.0.1:6379', '--cluster-slots', '300', '--cluster-yes'];
  const pod = `${release}-redis-cluster-0`;
  const ends = ['--cluster-from', from ?? '', '--cluster-to', to ?? ''];
  await exec(release, pod, 'redis-cli', ...reshard, ...ends);
});

step('one Job copies every key to whoever owns its slot now, with its TTL, and the functions', async () => {
  await recovery('Redis Cluster lost: restore', async () => {
    expect(await runJob(here, 'backup-restore-redis')).toMatchObject({ succeeded: true });
  });
  expect(await digest(release)).toBe(kept);
  for (const pod of await masters(release)) expect((await redis(release, 'FCALL answer 0\n', pod)).trim()).toBe('42');
});

thorough('what was restored outlives a restart of every pod', async () => {
  await kubectl(['delete', 'pods', '--selector=app.kubernetes.io/component=node', inNamespace]);
  await everythingReady(release, 300);
  await eventually('the cluster answers', { namespace: release }, async () => {
    expect(await digest(release)).toBe(kept);
  });
});

thorough('a restore that is told to replaces what is there, and may run again', async () => {
  await redis(release, 'SET stranger 1\nDEL key:1\n');
  for (let times = 0; times < 2; times++) {
    expect(await runJob(here, 'backup-restore-redis', { RESTORE_TO: id, RESTORE_REPLACE: 'yes' })).toMatchObject({
      succeeded: true,
    });
    expect(await digest(release)).toBe(kept);
  }
});

thorough('a corrupted copy is reported and passed over; where all are, nothing is restored', async () => {
  const again = idOf(await runJob(here, 'backup-redis'));
  await inStore(here, corrupt(again));
  const replace = { RESTORE_TO: again, RESTORE_REPLACE: 'yes' };
  const passed = await runJob(here, 'backup-restore-redis', replace);
  expect(passed.succeeded).toBe(true);
  expect(passed.log).toMatch(/redis\/\S+\.rdb in store is CORRUPTED/);
  await inBucket(here, corrupt(again));
  expect(why(await runJob(here, 'backup-restore-redis', replace))).toMatch(
    /^no place has redis\/\S+\.rdb as it was verified; nothing was changed$/,
  );
  expect(await digest(release)).toBe(kept);
});

thorough('an id that is not there is refused, with those that are', async () => {
  expect(why(await runJob(here, 'backup-restore-redis', { RESTORE_TO: '20200101T000000Z' }))).toMatch(
    'there is no verified backup 20200101T000000Z in: store offsite; nothing was changed. Those are: ',
  );
});

thorough('the drill loads the newest backup into a server of its own', async () => {
  expect(await runJob(here, 'backup-redis')).toMatchObject({ succeeded: true });
  expect(await runJob(here, 'backup-drill-redis')).toMatchObject({ succeeded: true });
  expect(await inStore(here, 'cat metrics/drill-redis.prom')).toMatch('backup_last_success_timestamp_seconds{');
});
