/** Postgres and its backups by themselves, with object storage in a namespace of its own. */
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { exec, get, kubectl, loadImages, report } from './cluster';
import { eventually } from './eventually';
import { makeNamespaces } from './namespaces';
import { podSpec } from './pods';
import { everythingReady } from './readiness';
import { run } from './run';
import { chart, psql } from './system';

export const rcloneImage = 'docker.io/rclone/rclone:1.76.0';
const NEVER = '0 0 31 2 *';

export interface Backups {
  /** Name of the release and of its namespace. */
  readonly release: string;
  /** Namespace of the object storage. */
  readonly offsite: string;
  /** What there is to back up; null for volumes alone. */
  readonly tier: 'postgres' | 'redis-cluster' | null;
}

/** Names of a release for one file; the variable E2E_RELEASE has what they begin with. */
export function backupNames(suffix: string, tier: Backups['tier'] = 'postgres'): Backups {
  const release = `${process.env.E2E_RELEASE ?? 'faults'}-${suffix}`;
  return { release, offsite: `${release}-offsite`, tier };
}

export interface Result {
  readonly log: string;
  readonly succeeded: boolean;
  readonly seconds: number;
}

/** A primary without replicas and its backups, small, to the store and off-site; nothing runs by schedule. */
export async function installBackups(given: Backups, ...settings: readonly string[]): Promise<void> {
  await prepareBackups(given);
  await applyBackups(given, ...settings);
  await everythingReady(given.release);
  await everythingReady(given.offsite);
}

/** What they need and do not bring: namespaces, object storage and Secrets. */
export async function prepareBackups({ release, offsite }: Backups): Promise<void> {
  await loadImages(`image: ${rcloneImage}\n`);
  await makeNamespaces(release, offsite);
  await kubectl(['apply', `--namespace=${offsite}`, '--filename=-'], { input: JSON.stringify(objectStorage()) });
  for (const [name, keys] of Object.entries({
    postgres: ['postgres-password', 'replication-password', 'password', 'pooler-password'],
    redis: ['password'],
    backup: ['password'],
    'backup-encryption': ['password'],
  })) {
    const literals = keys.map((key) => `--from-literal=${key}=${name}-${key}`);
    await kubectl(['create', 'secret', 'generic', `${release}-${name}`, `--namespace=${release}`, ...literals]);
  }
  await kubectl([
    'create',
    'secret',
    'generic',
    `${release}-backup-offsite`,
    `--namespace=${release}`,
    `--from-literal=access-key-id=${ACCESS_KEY_ID}`,
    `--from-literal=secret-access-key=${SECRET_ACCESS_KEY}`,
  ]);
}

/** Applies the objects of Postgres and of the backups, by the chart's templates. */
export async function applyBackups({ release, offsite, tier }: Backups, ...settings: readonly string[]): Promise<void> {
  const values = [
    'postgres.replicas=0',
    'backup.enabled=true',
    'backup.storage.size=1Gi',
    'backup.scratch.size=1Gi',
    'backup.walUploadSeconds=5',
    'backup.baseBackup.everyHours=0',
    'backup.offsite.enabled=true',
    `backup.offsite.endpoint=http://storage.${offsite}.svc:${STORAGE_PORT}`,
    'backup.offsite.region=here',
    'backup.offsite.bucket=backup',
    `backup.offsite.port=${STORAGE_PORT}`,
    ...settings,
  ].map((setting) => `--set=${setting}`);
  const schedules = ['postgresSchedule', 'redisSchedule', 'drillSchedule', 'baseBackup.schedule'];
  const { stdout } = await run('helm', [
    'template',
    release,
    chart,
    `--namespace=${release}`,
    `--values=${chart}/ci/staging-values.yaml`,
    '--values=test/e2e/values/staging-small.yaml',
    ...values,
    ...schedules.map((name) => `--set-string=backup.${name}=${NEVER}`),
    ...(tier === null ? [] : [`--show-only=templates/${tier}/*.yaml`]),
    '--show-only=templates/backup/*.yaml',
    '--show-only=templates/network/*.yaml',
  ]);
  await loadImages(stdout);
  await kubectl(['apply', `--namespace=${release}`, '--filename=-'], { input: stdout });
}

/** A Job of a CronJob, as the documentation starts it, to its end. */
export async function runJob(
  { release }: Backups,
  cronJob: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const inNamespace = `--namespace=${release}`;
  const name = `${cronJob}-${Date.now().toString(36)}`;
  const from = `--from=cronjob/${release}-${cronJob}`;
  const job = await kubectl(['create', 'job', name, from, inNamespace, '--dry-run=client', '--output=yaml']);
  const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const set =
    pairs.length === 0
      ? job
      : await kubectl(['set', 'env', '--local', '--filename=-', ...pairs, '--output=yaml'], { input: job });
  const began = Date.now();
  await kubectl(['create', inNamespace, '--filename=-'], { input: set });
  const succeeded = await eventually(`${name} ends`, { seconds: 300, namespace: release }, async () => {
    const [{ status }] = (await get<Job>('job', name, inNamespace)) as readonly [Job];
    const end = status?.conditions?.find(({ type, status: is }) => is === 'True' && /^(Complete|Failed)$/.test(type));
    if (end === undefined) throw new Error('it runs');
    return end.type === 'Complete';
  });
  const seconds = Math.round((Date.now() - began) / 1000);
  const log = await kubectl(['logs', `--selector=job-name=${name}`, '--container=backup', '--tail=-1', inNamespace]);
  report(`${name} ${succeeded ? 'succeeded' : 'failed'} in ${seconds} s: ${log.trim().split('\n').at(-1) ?? ''}`);
  // One that failed, as it had to, is nothing that is not Ready.
  await kubectl(['delete', 'job', name, inNamespace, '--wait=false']);
  return { log: log.trim(), succeeded, seconds };
}

/** The last line of a Job that failed, without the time before it. */
export function why({ log, succeeded }: Result): string {
  if (succeeded) throw new Error(`the Job succeeded:\n${log}`);
  return (log.split('\n').at(-1) ?? '').replace(/^\S+ failed: /, '');
}

/** The id of a Job's backup. */
export function idOf({ log }: Result): string {
  const [id] = /\d{8}T\d{6}Z/.exec(log) ?? [];
  if (id === undefined) throw new Error(`no id in:\n${log}`);
  return id;
}

/** What a shell in the store's pod prints, in the folder that it serves. */
export async function inStore({ release }: Backups, script: string): Promise<string> {
  return (await exec(release, `${release}-backup-0`, 'sh', '-c', `cd /data/repository && ${script}`)).trim();
}

/** The same in the bucket. */
export async function inBucket({ release, offsite }: Backups, script: string): Promise<string> {
  const [pod] = await get<Pod>('pods', `--namespace=${offsite}`, '--selector=app=storage');
  return (await exec(offsite, pod?.metadata?.name ?? '', 'sh', '-c', `cd /data/backup/${release} && ${script}`)).trim();
}

/** What psql prints on the primary, as the role that owns the application's database. */
export async function sql(given: Backups, command: string): Promise<string> {
  return psql(given, `SET ROLE cluster_ai; ${command}`);
}

/** A hash of all rows of a table, whatever their order. */
export async function checksumOf(given: Backups, table: string): Promise<string> {
  return sql(given, `SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} AS t`);
}

/** Takes volumes away from a StatefulSet of one pod, and waits for it with empty ones. */
export async function destroyVolumes({ release }: Backups, ...claims: readonly string[]): Promise<void> {
  const inNamespace = `--namespace=${release}`;
  await kubectl(['delete', 'persistentvolumeclaims', ...claims, inNamespace, '--wait=false']);
  const pods = claims.map((name) => name.replace(/^data-/, ''));
  await kubectl(['delete', 'pods', ...pods, inNamespace, '--grace-period=5']);
  await everythingReady(release);
}

/** CronJobs, to see that none runs by itself. */
export async function schedulesOf({ release }: Backups): Promise<readonly string[]> {
  return (await get<CronJob>('cronjobs', `--namespace=${release}`)).map(({ spec }) => spec?.schedule ?? '');
}

const STORAGE_PORT = 9000;
const ACCESS_KEY_ID = 'e2e';
const SECRET_ACCESS_KEY = 'e2e-secret-access-key';

/** `rclone serve s3` with one bucket, in memory. */
function objectStorage(): object {
  const labels = { app: 'storage' };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'storage' },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: podSpec(
              {
                name: 'storage',
                image: rcloneImage,
                command: ['sh', '-c', 'mkdir -p /data/backup && exec rclone serve s3 /data --config=/dev/null'],
                env: [
                  { name: 'RCLONE_ADDR', value: `:${STORAGE_PORT}` },
                  { name: 'RCLONE_AUTH_KEY', value: `"${ACCESS_KEY_ID},${SECRET_ACCESS_KEY}"` },
                  // It serves what a test has put into its folder.
                  { name: 'RCLONE_DIR_CACHE_TIME', value: '1s' },
                ],
                readinessProbe: { tcpSocket: { port: STORAGE_PORT }, periodSeconds: 1 },
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
              { volumes: [{ name: 'data', emptyDir: { sizeLimit: '512Mi' } }] },
            ),
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'storage' },
        spec: { selector: labels, ports: [{ port: STORAGE_PORT }] },
      },
    ],
  };
}
