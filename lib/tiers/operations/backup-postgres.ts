/** Backups of a Postgres: dumps, base backups and a stream of WAL, the way back, and a drill. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { filesIn } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Items, Text } from '../../values/parts';
import { str } from '../../values/texts';
import type { Resources } from '../../workload/container';
import type { PodSettings } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import type { Storage } from '../../workload/stateful-set';
import type { Postgres } from '../data/postgres';
import type { Tier } from '../tier';
import { BackupJob, type Destinations, NEVER, SCRATCH, SCRIPTS, restoreEnv, scratchVolume } from './backup-job';
import { backupLibrary } from './backup-library';
import { baseBackup, dumpPostgres, postgresLibrary } from './backup-postgres-scripts';
import { drillPostgres, fetchWal, restorePostgres, scratchServer } from './backup-restore-scripts';
import { DATA, type Receiver } from './backup-store';
import { receiveWal, receiverAlive, shipWal } from './backup-wal-scripts';

export interface PostgresBackupProps extends PodSettings {
  readonly postgres: Postgres;
  readonly destinations: Destinations;
  readonly postgresSchedule: Input<string>;
  readonly baseBackup: BaseBackup;
  readonly drillSchedule: Input<string>;
  readonly timeZone: Input<string>;
  readonly retentionDays: Input<number>;
  readonly activeDeadlineSeconds: Input<number>;
  readonly jobResources: Resources;
  readonly scratch: Storage;
}

/** A copy of the whole database cluster, from which WAL leads on. */
export interface BaseBackup {
  /** When it is looked whether one is due. */
  readonly schedule: Input<string>;
  /** Hours from which the newest is too old; 0 to take one each time. */
  readonly everyHours: Input<number>;
}

/** `postgres` in the official image, in whose passwd the server looks its user up. */
const USER = 999;
const PASSWORDS = '/run/secrets/postgres';
/** The role that reads everything. */
const READER = { role: 'replicator', key: 'replication-password' };
/** Pods of a backup that may fail before its Job does. */
const RETRIES = 1;

/** What the scripts source. */
export const postgresLibraries = {
  'library.sh': backupLibrary,
  'postgres.sh': postgresLibrary,
  'scratch.sh': scratchServer,
  'fetch-wal.sh': fetchWal,
};

/** Adds the CronJobs of a tier that backs a Postgres up. */
export function addPostgresBackup(tier: Tier, props: PostgresBackupProps): void {
  const { postgres, baseBackup: base } = props;
  const addJob = (kind: string, script: Text, job: Job): BackupJob =>
    new BackupJob(tier, {
      ...props,
      kind,
      image: postgres.image,
      user: USER,
      resources: props.jobResources,
      script,
      ...job,
      servers: job.as ? postgres.endpoints : [],
      env: [...connection(postgres, job.as), ...job.env],
      mounts: [
        ...(job.as ? loginMounts(postgres) : []),
        ...(job.scratch ? [{ name: 'scratch', mountPath: SCRATCH }] : []),
      ],
      volumes: [
        ...(job.as ? loginVolumes(postgres, job.as) : []),
        ...(job.scratch ? [scratchVolume(job.scratch)] : []),
      ],
    });
  const retention = { name: 'RETENTION_DAYS', value: str`${props.retentionDays}` };
  const owner = { role: postgres.username, key: 'password' };

  addJob('postgres', dumpPostgres, {
    schedule: props.postgresSchedule,
    backoffLimit: RETRIES,
    as: READER,
    env: [retention],
  });
  addJob('postgres-base', baseBackup, {
    schedule: base.schedule,
    backoffLimit: RETRIES,
    as: READER,
    env: [retention, { name: 'EVERY_HOURS', value: str`${base.everyHours}` }],
  });
  addJob('restore-postgres', restorePostgres, {
    schedule: NEVER,
    suspend: true,
    as: owner,
    env: restoreEnv,
    scratch: props.scratch,
  });
  addJob('drill-postgres', drillPostgres, { schedule: props.drillSchedule, env: [], scratch: props.scratch });
}

/** What receives WAL in the store's pod. */
export function walReceiver(postgres: Postgres, { resources, walUploadSeconds }: WalReceiver): Receiver {
  return {
    image: postgres.image,
    resources,
    probes: {
      startup: { exec: { command: ['test', '-e', ALIVE] }, periodSeconds: 2, failureThreshold: 60 },
      // It takes its turns whether or not Postgres answers: what it waits for is no reason to restart it.
      liveness: {
        exec: { command: ['sh', `${SCRIPTS}/receiver-alive.sh`] },
        periodSeconds: 60,
        timeoutSeconds: 5,
        failureThreshold: 3,
      },
      // Nor is it a reason to keep Jobs from the store.
      readiness: { exec: { command: ['test', '-d', SPOOL] }, periodSeconds: 10 },
    },
    scripts: { 'receive.sh': receiveWal, 'ship.sh': shipWal, 'receiver-alive.sh': receiverAlive },
    env: [
      ...connection(postgres, READER),
      { name: 'SPOOL', value: SPOOL },
      { name: 'UPLOAD_SECONDS', value: str`${walUploadSeconds}` },
    ],
    volumes: loginVolumes(postgres, READER),
    mounts: loginMounts(postgres),
    servers: postgres.endpoints,
  };
}

const SPOOL = `${DATA}/wal`;
const ALIVE = '/run/backup/alive';

interface WalReceiver {
  readonly resources: Resources;
  readonly walUploadSeconds: Input<number>;
}

/** A role, and the key of its password. */
interface Role {
  readonly role: Input<string>;
  readonly key: string;
}

interface Job {
  readonly schedule: Input<string>;
  readonly suspend?: boolean;
  readonly backoffLimit?: number;
  /** Who connects to the primary. @default - nobody does */
  readonly as?: Role;
  readonly env: Items<EnvVar>;
  /** @default - no volume */
  readonly scratch?: Storage;
}

/** The password of a role, and the authority of the server's certificate where it is verified. */
function loginVolumes({ secret, clientFiles }: Postgres, { key }: Role): Items<Volume> {
  return [
    { name: 'postgres-password', secret: secretFiles(secret, [key]) },
    ...clientFiles.map((files) => filesIn(files).volume),
  ];
}

function loginMounts({ clientFiles }: Postgres): Items<VolumeMount> {
  return [
    { name: 'postgres-password', mountPath: PASSWORDS, readOnly: true },
    ...clientFiles.map((files) => filesIn(files).mount),
  ];
}

function connection(postgres: Postgres, as?: Role): Items<EnvVar> {
  const database = { name: 'PGDATABASE', value: postgres.database };
  if (as === undefined) return [database];
  return [
    database,
    { name: 'PGHOST', value: postgres.primaryHost },
    { name: 'PGUSER', value: as.role },
    { name: 'LOGIN_FILE', value: `${PASSWORDS}/${as.key}` },
    ...postgres.verification,
  ];
}
