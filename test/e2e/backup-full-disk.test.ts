/** A store whose disk is full: the backup fails loudly, nothing half written stays, and older backups are as good as ever. */
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import { backupNames, idOf, inStore, installBackups, runJob, sql, why } from './support/backups';
import { get, kubectl } from './support/cluster';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { thorough } from './support/steps';

const here = backupNames('full');
let id = '';

// One file of the full run alone: nothing of it is cheap.
if (process.env.E2E_ALL) {
  beforeAll(async () => {
    await claim(here.release, here.offsite);
    await installBackups(here, 'backup.offsite.enabled=false');
    await storeInMemory();
  }, 600_000);
  afterAll(discard);
}

thorough('a backup that fits is kept', async () => {
  await sql(here, "CREATE TABLE small AS SELECT 'kept' AS word");
  const result = await runJob(here, 'postgres');
  expect(result).toMatchObject({ succeeded: true });
  id = idOf(result);
});

thorough('one that does not fit fails, says why, and leaves nothing behind', async () => {
  await inStore(here, 'head -c 200000000 /dev/zero > filler || true');
  expect(why(await runJob(here, 'postgres'))).toMatch(
    /^the store did not take postgres\/\d{8}T\d{6}Z\/dump; postgres \d{8}T\d{6}Z is given up$/,
  );
  expect(await inStore(here, 'ls postgres')).toBe(id);
});

thorough('the older one is restored, and the next one succeeds once there is room', async () => {
  expect(await runJob(here, 'restore-postgres', { RESTORE_REPLACE: 'yes' })).toMatchObject({ succeeded: true });
  expect(await sql(here, 'SELECT word FROM small')).toBe('kept');
  await inStore(here, 'rm filler');
  expect(await runJob(here, 'postgres')).toMatchObject({ succeeded: true });
});

/** The same store on a small volume in memory: the node's own disk is never filled. */
async function storeInMemory(): Promise<void> {
  const inNamespace = `--namespace=${here.release}`;
  const name = `${here.release}-backup`;
  const [found] = await get<StatefulSet>('statefulset', name, inNamespace);
  const { spec } = found ?? {};
  const pod = spec?.template.spec;
  if (spec === undefined || pod === undefined) throw new Error(`no StatefulSet ${name}`);
  await kubectl(['delete', 'statefulset', name, inNamespace]);
  const data = { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } };
  const input = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels: found?.metadata?.labels },
    spec: {
      ...spec,
      volumeClaimTemplates: [],
      template: { ...spec.template, spec: { ...pod, volumes: [...(pod.volumes ?? []), data] } },
    },
  });
  await kubectl(['create', inNamespace, '--filename=-'], { input });
  await everythingReady(here.release);
}
