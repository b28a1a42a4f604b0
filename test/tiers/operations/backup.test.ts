import { App, Chart, Testing } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { ConfigMap, PodSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { Backup, type BackupProps, backupDefaults } from '../../../lib/tiers/operations/backup';
import { shellErrors } from '../data/shell';

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly CronJob: CronJob;
  readonly NetworkPolicy: NetworkPolicy;
  readonly StatefulSet: StatefulSet;
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Objects in a number that values decide. */
interface List {
  readonly items: readonly KubernetesObject[];
}

function chartWith(props: Partial<BackupProps> = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  const postgres = new Postgres(chart, 'postgres', { database: 'shop', username: 'clerk' });
  new Backup(chart, 'backup', { postgres, ...props });
  return chart;
}

function synth(props: Partial<BackupProps> = {}): readonly KubernetesObject[] {
  return (Testing.synth(chartWith(props)) as (KubernetesObject | List)[])
    .flatMap((object) => ('items' in object ? object.items : [object]))
    .filter(({ metadata }) => metadata.name.startsWith('shop-backup'));
}

/** @throws where there is none. */
function get<K extends keyof Kinds>(kind: K, name: string, props: Partial<BackupProps> = {}): Kinds[K] {
  const found = synth(props).find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind}/${name}`);
  return found as unknown as Kinds[K];
}

function jobPod(name: string, props: Partial<BackupProps> = {}): PodSpec | undefined {
  return get('CronJob', `shop-backup-${name}`, props).spec?.jobTemplate.spec?.template.spec;
}

function storePod(props: Partial<BackupProps> = {}): PodSpec | undefined {
  return get('StatefulSet', 'shop-backup', props).spec?.template.spec;
}

function envOf(pod: PodSpec | undefined, container: string): Readonly<Record<string, string | undefined>> {
  const env = pod?.containers.find(({ name }) => name === container)?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

function problems(props: Partial<BackupProps>): readonly string[] {
  return chartWith(props).node.findChild('backup').node.validate();
}

const offsite = { ...backupDefaults.offsite, enabled: true, endpoint: 'https://s3.example.com', bucket: 'shop-copies' };
const resources = {
  requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
  limits: { cpu: null, memory: '96Mi', ephemeralStorage: '64Mi' },
};
const image = { registry: 'registry.example.com', repository: 'mirror', tag: '1', digest: null };

/** Every prop but the server, each other than its default. */
const full: { readonly [K in keyof Required<Omit<BackupProps, 'postgres' | 'redis'>>]: NonNullable<BackupProps[K]> } = {
  enabled: true,
  offsite,
  encryption: { enabled: true, existingSecret: 'vault-encryption' },
  postgresSchedule: '30 1 * * *',
  redisSchedule: '30 3 * * *',
  baseBackup: { schedule: '10 * * * *', everyHours: 12 },
  walUploadSeconds: 30,
  volumeSnapshots: { ...backupDefaults.volumeSnapshots, claims: ['files'] },
  volumeArchives: {
    schedule: '0 4 * * *',
    claims: { files: { name: 'files', user: 10_001, podLabels: { app: 'files' } } },
  },
  drillSchedule: '0 5 * * 1',
  timeZone: 'Europe/Berlin',
  retentionDays: 14,
  existingSecret: 'vault-backup',
  storage: { size: '100Gi', storageClassName: 'cheap' },
  scratch: { size: '40Gi', storageClassName: 'fast' },
  resources,
  jobResources: resources,
  activeDeadlineSeconds: 3600,
  image,
  exporterImage: image,
  serviceAccount: 'shop-identity',
  podLabels: { team: 'platform' },
  podAnnotations: { note: 'backups' },
  nodeSelector: { disk: 'hdd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  priorityClassName: 'batch',
  extraEnv: { TZ: 'UTC' },
  extraVolumes: [{ name: 'ca', configMap: 'ca-bundle', mountPath: '/etc/ssl/extra' }],
  sidecars: [{ name: 'agent', image, resources }],
};

/** Of a Postgres whose connections are encrypted, and whose replica can be promoted. */
function securedSpecs(): readonly PodSpec[] {
  const chart = new Chart(new App(), 'shop');
  const tls = { enabled: true, existingSecret: null };
  const postgres = new Postgres(chart, 'postgres', { database: 'shop', replicas: 1, promoted: false, tls });
  new Backup(chart, 'backup', { postgres });
  const specs = (Testing.synth(chart) as (CronJob | StatefulSet)[])
    .filter(({ kind, metadata }) => /CronJob|StatefulSet/.test(kind ?? '') && metadata?.name?.startsWith('shop-backup'))
    .map(({ spec }) =>
      spec !== undefined && 'jobTemplate' in spec ? spec.jobTemplate.spec?.template : spec?.template,
    );
  return specs.flatMap((template) => template?.spec ?? []);
}

describe('Backup', () => {
  test('verifies a server whose connections are encrypted, wherever it connects', () => {
    const clients = securedSpecs().filter(({ containers }) => JSON.stringify(containers).includes('"PGHOST"'));
    expect(clients).toHaveLength(4);
    for (const { containers, volumes } of clients) {
      const client = containers.find(({ env }) => env?.some(({ name }) => name === 'PGHOST'));
      expect(client?.env).toContainEqual({ name: 'PGSSLMODE', value: 'verify-full' });
      expect(client?.volumeMounts?.map(({ mountPath }) => mountPath)).toContain('/run/secrets/postgres-ca');
      expect(volumes?.find(({ name }) => name === 'postgres-ca')?.secret?.secretName).toBe('shop-postgres-tls');
    }
  });

  test('dumps at 02:00 UTC, looks for base backups each hour, drills on Sundays, and restores by hand alone', () => {
    const schedules = ['postgres', 'postgres-base', 'drill-postgres', 'restore-postgres'].map((name) => {
      const { schedule, timeZone, suspend } = get('CronJob', `shop-backup-${name}`).spec ?? {};
      return [schedule, timeZone, suspend];
    });
    expect(schedules).toEqual([
      ['0 2 * * *', 'Etc/UTC', undefined],
      ['20 * * * *', 'Etc/UTC', undefined],
      ['0 4 * * 0', 'Etc/UTC', undefined],
      ['0 0 31 2 *', 'Etc/UTC', true],
    ]);
  });

  test('has scripts of the shell alone', () => {
    const scripts = synth({ offsite }).flatMap((object) =>
      object.kind === 'ConfigMap' ? Object.entries((object as unknown as ConfigMap).data ?? {}) : [],
    );
    expect(scripts.map(([name]) => name).sort()).toEqual([
      'fetch-wal.sh',
      'library.sh',
      'postgres.sh',
      'receive.sh',
      'receiver-alive.sh',
      'run.sh',
      'run.sh',
      'run.sh',
      'run.sh',
      'scratch.sh',
      'serve.sh',
      'ship.sh',
    ]);
    expect(scripts.map(([, script]) => shellErrors(script)).join('')).toBe('');
  });

  test('receives WAL over a connection that ends where its server has vanished', () => {
    const command = /pg_receivewal (?:.*\\\n)*.*/.exec(
      get('ConfigMap', 'shop-backup-store').data?.['receive.sh'] ?? '',
    )?.[0];
    expect(command).toMatch(/ --dbname=tcp_user_timeout=10000 /);
    // By default, it says something every ten seconds: what nobody acknowledges.
    expect(command).not.toMatch('--status-interval');
  });

  test('keeps one volume, of one pod', () => {
    const { spec } = get('StatefulSet', 'shop-backup');
    expect(spec?.replicas).toBe(1);
    expect(spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name)).toEqual(['data']);
    expect(JSON.stringify(synth())).not.toContain('"persistentVolumeClaim"');
  });

  test('reads as replicator, restores as the role that owns the database, and lets the drill at no server', () => {
    const who = (name: string) => {
      const { PGUSER, LOGIN_FILE, PGHOST } = envOf(jobPod(name), 'backup');
      return [PGUSER, LOGIN_FILE, PGHOST];
    };
    const reader = ['replicator', '/run/secrets/postgres/replication-password', 'shop-postgres-primary'];
    expect(who('postgres')).toEqual(reader);
    expect(who('postgres-base')).toEqual(reader);
    expect(who('restore-postgres')).toEqual(['clerk', '/run/secrets/postgres/password', 'shop-postgres-primary']);
    expect(who('drill-postgres')).toEqual([undefined, undefined, undefined]);
    const { PGUSER } = envOf(storePod(), 'receiver');
    expect(PGUSER).toBe('replicator');
  });

  test('reaches the store, the primary where it connects to it, and nothing outside unless asked', () => {
    const reached = (name: string, props: Partial<BackupProps> = {}) =>
      (get('NetworkPolicy', `shop-backup${name}`, props).spec?.egress ?? [])
        .slice(1)
        .flatMap(({ to, ports }) =>
          (to ?? []).map(
            ({ podSelector, ipBlock }) =>
              `${ipBlock?.cidr ?? podSelector?.matchLabels?.['app.kubernetes.io/component'] ?? ''}:${String(ports?.[0]?.port)}`,
          ),
        );
    expect(reached('')).toEqual(['primary:5432']);
    expect(reached('-postgres')).toEqual(['store:8080', 'primary:5432']);
    expect(reached('-restore-postgres')).toEqual(['store:8080', 'primary:5432']);
    expect(reached('-drill-postgres')).toEqual(['store:8080']);
    const away = { offsite: { ...offsite, addresses: ['203.0.113.0/24'], port: 9000 } };
    expect(reached('', away)).toEqual(['203.0.113.0/24:9000', 'primary:5432']);
    expect(reached('-drill-postgres', away)).toEqual(['store:8080', '203.0.113.0/24:9000']);
  });

  test('tells Jobs of the object storage only where there is one', () => {
    expect(envOf(jobPod('postgres'), 'backup')).toMatchObject({ DESTINATIONS: 'store', ENCRYPTION: 'false' });
    expect(envOf(jobPod('postgres', { offsite }), 'backup')).toMatchObject({
      DESTINATIONS: 'store offsite',
      OFFSITE_ENDPOINT: 'https://s3.example.com',
      OFFSITE_REGION: 'us-east-1',
      OFFSITE_PATH: 'shop-copies/shop',
    });
    const named = { offsite: { ...offsite, prefix: 'blue' } };
    expect(envOf(jobPod('postgres', named), 'backup').OFFSITE_PATH).toBe('shop-copies/blue');
  });

  test('mounts passwords as files, of its own Secrets unless others are named', () => {
    const secrets = (props: Partial<BackupProps>) =>
      jobPod('postgres', props)
        ?.volumes?.find(({ name }) => name === 'backup-secrets')
        ?.projected?.sources?.map(({ secret }) => secret?.name);
    const encryption = { enabled: true, existingSecret: null };
    expect(secrets({})).toEqual(['shop-backup']);
    expect(secrets({ offsite, encryption })).toEqual(['shop-backup', 'shop-backup-offsite', 'shop-backup-encryption']);
    expect(secrets({ offsite: { ...offsite, existingSecret: 'vault-s3' }, encryption: full.encryption })).toEqual([
      'shop-backup',
      'vault-s3',
      'vault-encryption',
    ]);
    expect(JSON.stringify(synth({ offsite, encryption }))).not.toContain('secretKeyRef');
  });

  test('takes a Secret of cdk8s-plus', () => {
    const existingSecret = Secret.fromSecretName(new Chart(new App(), 'other'), 'secret', 'theirs');
    expect(JSON.stringify(storePod({ existingSecret }))).toContain('"name":"theirs"');
  });

  test('gives a restore and a drill a volume that goes with their pod', () => {
    const volume = jobPod('restore-postgres', { scratch: full.scratch })?.volumes?.find(
      ({ name }) => name === 'scratch',
    );
    expect(volume?.ephemeral?.volumeClaimTemplate?.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '40Gi' } },
    });
  });

  test('asks three different things of each container of the store', () => {
    for (const { startupProbe, livenessProbe, readinessProbe } of storePod()?.containers ?? []) {
      expect(new Set([startupProbe, livenessProbe, readinessProbe].map((probe) => JSON.stringify(probe))).size).toBe(3);
    }
  });

  test('adds nothing of Redis but where there is one', () => {
    expect(synth().some(({ metadata }) => metadata.name.includes('redis'))).toBe(false);
    const chart = new Chart(new App(), 'shop');
    const redis = new RedisCache(chart, 'redis');
    new Backup(chart, 'backup', { postgres: new Postgres(chart, 'postgres', { database: 'shop' }), redis: [redis] });
    const names = (Testing.synth(chart) as KubernetesObject[]).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toContain('CronJob/shop-backup-redis');
  });

  test('loses at the most five minutes, where one upload fails', () => {
    expect(problems({ walUploadSeconds: 150 })).toEqual([]);
    expect(problems({ walUploadSeconds: 151 })).toEqual([
      'walUploadSeconds 151 loses 302 s of work where one upload fails, and 300 s are allowed; lower it to 150 or less.',
    ]);
  });

  test('keeps two base backups at the least', () => {
    const every = (everyHours: number) => ({ ...backupDefaults.baseBackup, everyHours });
    expect(problems({ retentionDays: 2, baseBackup: every(24) })).toEqual([]);
    expect(problems({ retentionDays: 2, baseBackup: every(25) })).toEqual([
      'retentionDays 2 are 48 hours, too few for two base backups at 25 hours of baseBackup.everyHours each; raise it, or lower that to 24 or less.',
    ]);
  });

  test('has room for a server on the volume of a restore', () => {
    const scratch = (size: string) => ({ scratch: { size, storageClassName: null } });
    expect(problems(scratch('10Gi'))).toEqual([]);
    expect(problems(scratch('9Gi'))).toEqual([
      'scratch.size 9Gi is less than the 10Gi of the volume that a restore may have to hold; raise it to 10Gi or more.',
    ]);
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false })).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const chart = (props: Partial<BackupProps>) => {
      const made = new Chart(new App(), 'shop');
      const redis = new RedisCache(made, 'redis');
      new Backup(made, 'backup', {
        postgres: new Postgres(made, 'postgres', { database: 'shop' }),
        redis: [redis],
        ...props,
      });
      return Testing.synth(made) as KubernetesObject[];
    };
    expect(chart({ [prop]: prop === 'enabled' ? false : full[prop] })).not.toEqual(chart({}));
  });

  test('minimal', () => {
    expect(synth()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full)).toMatchSnapshot();
  });
});
