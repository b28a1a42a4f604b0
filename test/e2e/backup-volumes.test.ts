/** Snapshots, with the test in the place of the snapshot controller, and archives of files. */
import { applyBackups, backupNames, inBucket, installBackups, runJob, why } from './support/backups';
import { crdsOf, exec, get, kubectl, loadImages } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { pod, podSpec } from './support/pods';
import { UNTIL_TERMINATED } from './support/stand-ins';
import { step, thorough } from './support/steps';
import { pythonImage } from './support/system';

const here = backupNames('backup-volumes', null);
const { release } = here;
const inNamespace = `--namespace=${release}`;
const FILES = 'files';
const settings = [
  'backup.volumeSnapshots.claims={files}',
  'backup.volumeSnapshots.timeoutSeconds=15',
  'backup.volumeArchives.claims.files.name=files',
  'backup.volumeArchives.claims.files.user=10001',
  'backup.volumeArchives.claims.files.podLabels.app=files',
];

interface VolumeSnapshot {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly source: { readonly persistentVolumeClaimName: string } };
}

beforeAll(async () => {
  await claim(release, here.offsite);
  const crd = await kubectl(['get', 'crd', 'volumesnapshots.snapshot.storage.k8s.io', '--ignore-not-found', '-o=name']);
  if (!crd) await kubectl(['apply', '--server-side', `--filename=${crdsOf('external-snapshotter')}`]);
  await installBackups(here, ...settings);
  await loadImages(`image: ${pythonImage}\n`);
  await kubectl(['apply', inNamespace, '--filename=-'], { input: JSON.stringify(user()) });
  await kubectl(['wait', '--for=condition=Ready', 'pod/files', inNamespace, '--timeout=120s'], { timeoutSeconds: 130 });
}, 900_000);

afterAll(discard);

step('a snapshot is made of the claim, and the Job waits until it can be used', async () => {
  const job = runJob(here, 'backup-snapshots');
  const name = await snapshotBeside([]);
  await status(name, { readyToUse: true });
  expect(await job).toMatchObject({ succeeded: true });
});

thorough('a snapshot that the driver refuses is reported with its words, and no older one is deleted', async () => {
  const before = await snapshots();
  const job = runJob(here, 'backup-snapshots');
  const name = await snapshotBeside(before);
  await status(name, { readyToUse: false, error: { message: 'the disk said "no"' } });
  expect(why(await job)).toMatch(new RegExp(`^${name} is not ready after 15 s: the disk said \\\\?"no\\\\?";$`));
  expect(await snapshots()).toEqual([...before, name]);
});

step('an archive of the files comes back into the emptied claim', async () => {
  await shell('mkdir -p "/files/a b"; echo hi > "/files/a b/c"; echo x > /files/.hidden; ln -s c "/files/a b/link"');
  const kept = await listing();
  expect(await runJob(here, 'archive-files')).toMatchObject({ succeeded: true });
  expect(await inBucket(here, 'ls volume-files/*')).toBe('files.tar.gz\nmanifest\nverified');
  expect(why(await runJob(here, 'restore-files'))).toBe(
    'claim files holds 2 files or folders; nothing was changed. RESTORE_REPLACE=yes replaces them',
  );
  await shell('rm -rf /files/* /files/.hidden');
  expect(await runJob(here, 'restore-files')).toMatchObject({ succeeded: true });
  expect(await listing()).toBe(kept);
});

thorough('snapshots that are older than the retention are deleted, and nobody else’s', async () => {
  const old = 'files-20200101t000000z';
  await kubectl(['apply', inNamespace, '--filename=-'], {
    input: JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [snapshotOf(old, `${release}-backup-snapshots`), snapshotOf('files-20190101t000000z', 'somebody-else')],
    }),
  });
  const before = await snapshots();
  const job = runJob(here, 'backup-snapshots');
  await status(await snapshotBeside(before), { readyToUse: true });
  expect(await job).toMatchObject({ succeeded: true });
  expect(await snapshots()).not.toContain(old);
  expect(await snapshots()).toContain('files-20190101t000000z');
});

step('a database volume is refused', async () => {
  const claims = `backup.volumeArchives.claims.data-${release}-redis-cluster-0`;
  const database = [`${claims}.name=redis`, `${claims}.user=10001`, `${claims}.podLabels.app=redis`];
  await expect(applyBackups(here, ...database)).rejects.toThrow(
    `volumeArchives.claims names data-${release}-redis-cluster-0, the volume of a database`,
  );
});

async function snapshots(): Promise<readonly string[]> {
  return (await get<VolumeSnapshot>('volumesnapshots', inNamespace)).map(({ metadata }) => metadata.name).sort();
}

async function snapshotBeside(known: readonly string[]): Promise<string> {
  return eventually('the Job makes a snapshot', { namespace: release, seconds: 120 }, async () => {
    const found = (await snapshots()).find((name) => !known.includes(name));
    if (found === undefined) throw new Error('none yet');
    return found;
  });
}

async function status(name: string, given: object): Promise<void> {
  const patch = `--patch=${JSON.stringify({ status: given })}`;
  await kubectl(['patch', 'volumesnapshot', name, inNamespace, '--subresource=status', '--type=merge', patch]);
}

function snapshotOf(name: string, owner: string): object {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': owner } },
    spec: { source: { persistentVolumeClaimName: FILES } },
  };
}

async function shell(script: string): Promise<string> {
  return exec(release, 'files', 'sh', '-c', script);
}

async function listing(): Promise<string> {
  const all =
    'cd /files && find . -mindepth 1 -printf "%p %m %l\\n" | sort && find . -type f -exec sha256sum {} + | sort';
  return shell(all);
}

/** A claim, and a pod that uses it. */
function user(): object {
  const spec = podSpec(
    {
      name: 'files',
      image: pythonImage,
      command: ['sh', '-c', UNTIL_TERMINATED],
      volumeMounts: [{ name: 'files', mountPath: '/files' }],
    },
    { volumes: [{ name: 'files', persistentVolumeClaim: { claimName: FILES } }] },
  );
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: FILES },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
  };
  return { apiVersion: 'v1', kind: 'List', items: [volume, pod('files', spec, { app: 'files' })] };
}
