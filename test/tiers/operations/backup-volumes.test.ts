import { App, Chart, Testing } from 'cdk8s';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { Role } from 'kubernetes-types/rbac/v1';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { Backup, type BackupProps, backupDefaults } from '../../../lib/tiers/operations/backup';
import type { ArchivedClaim } from '../../../lib/tiers/operations/backup-volumes';
import { shellErrors } from '../data/shell';

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly CronJob: CronJob;
  readonly List: { readonly items: readonly CronJob[] };
  readonly Role: Role;
}

const files: ArchivedClaim = { name: 'files', user: 10_002, podLabels: { app: 'files' } };
const snapshots = (...claims: readonly string[]) => ({
  volumeSnapshots: { ...backupDefaults.volumeSnapshots, claims },
});
const archives = (claims: Readonly<Record<string, ArchivedClaim>>) => ({
  volumeArchives: { ...backupDefaults.volumeArchives, claims },
});

function chartWith(props: Partial<BackupProps>, id = 'shop'): Chart {
  const chart = new Chart(new App(), id);
  const postgres = new Postgres(chart, 'postgres', { database: 'shop' });
  new Backup(chart, 'backup', { postgres, redis: [new RedisCache(chart, 'redis')], ...props });
  return chart;
}

function all<K extends keyof Kinds>(kind: K, props: Partial<BackupProps>): readonly Kinds[K][] {
  const objects = Testing.synth(chartWith(props)) as { kind: string }[];
  return objects.filter((object) => object.kind === kind) as unknown as readonly Kinds[K][];
}

function named<K extends 'ConfigMap' | 'CronJob' | 'Role'>(
  kind: K,
  name: string,
  props: Partial<BackupProps>,
): Kinds[K] {
  const found = all(kind, props).find(({ metadata }) => metadata?.name === name);
  if (!found) throw new Error(`no ${kind}/${name}`);
  return found;
}

function problems(props: Partial<BackupProps>): readonly string[] {
  return chartWith(props).node.findChild('backup').node.validate();
}

function cronJobs(claims: Readonly<Record<string, ArchivedClaim>>): readonly CronJob[] {
  return all('List', archives(claims)).flatMap(({ items }) => items);
}

describe('snapshots of volumes', () => {
  test('are made of each claim by one script', () => {
    const script = named('ConfigMap', 'shop-backup-snapshots', snapshots('files', 'models')).data?.['run.sh'] ?? '';
    expect(script).toMatch('\nsnapshot files\nsnapshot models\n');
    expect(shellErrors(script)).toBe('');
  });

  test('may make, read and delete snapshots, and nothing else', () => {
    expect(named('Role', 'shop-backup-snapshots', snapshots('files')).rules).toEqual([
      {
        apiGroups: ['snapshot.storage.k8s.io'],
        resources: ['volumesnapshots'],
        verbs: ['create', 'get', 'list', 'delete'],
      },
    ]);
  });

  test('have a token, which no other Job of the backups has', () => {
    const tokens = all('CronJob', snapshots('files')).map(({ metadata, spec }) => [
      metadata?.name,
      spec?.jobTemplate.spec?.template.spec?.automountServiceAccountToken,
    ]);
    expect(tokens.filter(([, token]) => token === true)).toEqual([['shop-backup-snapshots', true]]);
  });

  test('are left out where no claim is named', () => {
    expect(all('CronJob', {}).filter(({ metadata }) => metadata?.name === 'shop-backup-snapshots')).toEqual([]);
    expect(all('Role', {})).toEqual([]);
  });
});

describe('archives of volumes', () => {
  test('have a CronJob for each claim, and one for its way back, by hand alone', () => {
    const found = cronJobs({ models: { ...files, name: 'models' }, files }).map(({ metadata, spec }) => [
      metadata?.name,
      spec?.schedule,
      spec?.suspend,
    ]);
    expect(found).toEqual([
      ['shop-archive-files', '0 4 * * *', undefined],
      ['shop-archive-models', '0 4 * * *', undefined],
      ['shop-restore-files', '0 0 31 2 *', true],
      ['shop-restore-models', '0 0 31 2 *', true],
    ]);
  });

  test('leave 27 characters to the instance: its longest names have the 52 of a CronJob', () => {
    const synth = (characters: number) => (): unknown =>
      Testing.synth(chartWith(archives({ uploads: { ...files, name: 'n'.repeat(16) } }), 's'.repeat(characters)));
    const lists = synth(27)() as Partial<Kinds['List']>[];
    const longest = lists.flatMap(({ items = [] }) => items.map(({ metadata }) => metadata?.name?.length));
    expect(longest).toEqual([52, 52]);
    expect(synth(28)).toThrow('has more than 27 characters; shorten it, or archive no volumes.');
  });

  test('are refused where two claims have one name', () => {
    expect(() => cronJobs({ uploads: files, models: { ...files, name: 'files' } })).toThrow(
      'volumeArchives.claims has more than one claim named files; give each another name.',
    );
  });

  test('read the claim as its user, on the node of the pods that use it', () => {
    const [archive] = cronJobs({ uploads: files });
    const pod = archive?.spec?.jobTemplate.spec?.template.spec;
    expect(pod?.volumes).toContainEqual({
      name: 'volume',
      persistentVolumeClaim: { claimName: 'uploads', readOnly: true },
    });
    expect(pod?.containers[0]?.volumeMounts).toContainEqual({ name: 'volume', mountPath: '/volume', readOnly: true });
    expect(pod?.securityContext?.runAsUser).toBe(10_002);
    expect(pod?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      { labelSelector: { matchLabels: { app: 'files' } }, topologyKey: 'kubernetes.io/hostname' },
    ]);
  });

  test('run on any node where no pods are named, and restore on any node', () => {
    const affinities = cronJobs({ uploads: { ...files, podLabels: {} } }).map(
      ({ spec }) => spec?.jobTemplate.spec?.template.spec?.affinity,
    );
    expect(affinities).toEqual([undefined, undefined]);
    expect(cronJobs({ uploads: files })[1]?.spec?.jobTemplate.spec?.template.spec?.affinity).toBeUndefined();
  });

  test.each(['archive.sh', 'restore.sh'])('%s is a script of the shell', (name) => {
    const script = named('ConfigMap', 'shop-backup-volume', archives({ files })).data?.[name] ?? '';
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    expect(shellErrors(script)).toBe('');
  });

  test('refuse the volumes of databases', () => {
    const claims = (...names: readonly string[]) =>
      archives(Object.fromEntries(names.map((claim, place) => [claim, { ...files, name: `files-${place}` }])));
    expect(problems(claims('my-data-shop-redis-0', 'data-shop-redis-cluster-0', 'files'))).toEqual([]);
    expect(problems(claims('data-shop-redis-0', 'data-shop-backup-0', 'data-shop-postgres-replica-11'))).toEqual([
      'volumeArchives.claims names data-shop-backup-0, data-shop-postgres-replica-11, data-shop-redis-0, ' +
        'the volume of a database, whose files are no backup while it runs; remove it: ' +
        'the tier has backups of its own, and volumeSnapshots takes it.',
    ]);
    expect(problems(snapshots('data-shop-redis-0'))).toEqual([]);
  });

  test('are left out where no claim is named', () => {
    expect(all('List', {})).toEqual([]);
  });
});
