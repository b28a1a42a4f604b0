import type { Construct } from 'constructs';
import { images } from '../../images';
import { demand } from '../../objects/checks';
import { conditionOf } from '../../objects/conditions';
import { choose } from '../../values/choice';
import { type Input } from '../../values/expression';
import { and, atLeast, atMost, isSet, valueOf } from '../../values/logic';
import { bytes, multiply } from '../../values/numbers';
import { str } from '../../values/texts';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Storage } from '../../workload/stateful-set';
import type { Postgres } from '../data/postgres';
import { type ExistingSecret, existingSecret } from '../../workload/secrets';
import type { RecoveryPoint } from '../recovery';
import { Tier, type TierProps } from '../tier';
import type { Encryption, Offsite, Places } from './backup-job';
import { type BaseBackup, addPostgresBackup, postgresLibraries, walReceiver } from './backup-postgres';
import { type RedisServer, addRedisBackup } from './backup-redis';
import { BackupStore, STORE_PORT } from './backup-store';
import { type Archives, type Snapshots, addVolumeBackups } from './backup-volumes';

/** Props of `Backup`. */
export interface BackupProps extends TierProps, PodSettings {
  /** The database that is backed up. */
  readonly postgres: Postgres;
  /** Those that may be there; one is, at the most. @default [] */
  readonly redis?: readonly RedisServer[];
  /** Object storage outside the cluster, for a second copy of everything. @default - see backupDefaults: none */
  readonly offsite?: Offsite;
  /** Of contents, in both places. @default - see backupDefaults: none */
  readonly encryption?: Encryption;
  /** When PostgreSQL is dumped. @default 0 2 * * * */
  readonly postgresSchedule?: Input<string>;
  /** When Redis is copied. @default 0 3 * * * */
  readonly redisSchedule?: Input<string>;
  /** Physical copies of PostgreSQL, from which WAL leads to any later time. @default - one a day, looked after each hour */
  readonly baseBackup?: BaseBackup;
  /** Seconds after which WAL, finished or not, is in every place; at the most 150. @default 60 */
  readonly walUploadSeconds?: Input<number>;
  /** Snapshots of volumes, by the storage driver. @default - see backupDefaults: none */
  readonly volumeSnapshots?: Snapshots;
  /** Archives of the files of volumes that hold no database. @default - see backupDefaults: none */
  readonly volumeArchives?: Archives;
  /** When the newest backups are restored on trial. @default 0 4 * * 0 */
  readonly drillSchedule?: Input<string>;
  /** Of the schedules. @default Etc/UTC */
  readonly timeZone?: Input<string>;
  /** Days for which backups and WAL are kept; the newest verified one is in any case. @default 30 */
  readonly retentionDays?: Input<number>;
  /**
   * Secret with the key `password`, by which the pods of the backups know each other.
   * @default - a Secret of the tier's own name, such as `shop-backup`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Volume of the store. @default 20Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Volume of a restore or drill, for a server with all data. @default 20Gi of the cluster's default class */
  readonly scratch?: Storage;
  /** Of the store. @default - see backupDefaults */
  readonly resources?: Resources;
  /** Of each Job, and of the receiver of WAL. @default - see backupDefaults */
  readonly jobResources?: Resources;
  /** Seconds until a Job has failed for good. @default 21600 */
  readonly activeDeadlineSeconds?: Input<number>;
  /** rclone, with a shell. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus's node exporter. @default - see lib/images.ts */
  readonly exporterImage?: Image;
}

/** Defaults of `BackupProps`. */
export const backupDefaults = {
  offsite: {
    enabled: false,
    endpoint: 'https://s3.amazonaws.com',
    region: 'us-east-1',
    bucket: 'backup',
    prefix: null,
    existingSecret: null,
    addresses: ['0.0.0.0/0'],
    port: 443,
  },
  encryption: { enabled: false, existingSecret: null },
  postgresSchedule: '0 2 * * *',
  redisSchedule: '0 3 * * *',
  baseBackup: { schedule: '20 * * * *', everyHours: 24 },
  walUploadSeconds: 60,
  volumeSnapshots: { claims: [], schedule: '30 3 * * *', className: null, timeoutSeconds: 600, image: images.curl },
  volumeArchives: { claims: {}, schedule: '0 4 * * *' },
  drillSchedule: '0 4 * * 0',
  timeZone: 'Etc/UTC',
  retentionDays: 30,
  existingSecret: null,
  storage: { size: '20Gi', storageClassName: null },
  scratch: { size: '20Gi', storageClassName: null },
  resources: {
    requests: { cpu: '50m', memory: '64Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '256Mi' },
  },
  jobResources: {
    requests: { cpu: '100m', memory: '256Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '512Mi', ephemeralStorage: '512Mi' },
  },
  activeDeadlineSeconds: 21_600,
  image: images.rclone,
  exporterImage: images.nodeExporter,
} as const;

/** The most work that may be lost, in seconds. */
const RECOVERY_POINT_OBJECTIVE = 300;

/**
 * Backups of what a system keeps: to a volume in the namespace, and to object storage outside the cluster.
 *
 * ```ts
 * new Backup(chart, 'backup', { postgres, redis: [cache] });
 * ```
 *
 * Each is read back before it counts. A restore is a Job that anyone can start; see docs/tiers/backup.md.
 */
export class Backup extends Tier {
  /** Where backups are, and what reads them back. */
  readonly store: BackupStore;
  /** Name of the Secret with the key `password`. */
  readonly secret: Input<string>;
  /** Secrets with the key to the object storage outside, and with the password that encrypts: what nobody can make up. */
  readonly suppliedSecrets: readonly { readonly secret: Input<string>; readonly enabled: Input<boolean> }[];
  /** Hours from which the newest base backup is too old. */
  readonly baseBackupHours: Input<number>;
  /** What may be missing of the newest work, where one upload of WAL fails. */
  readonly recoveryPoint: RecoveryPoint;
  protected readonly client: BackupStore;

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id, props);
    const settings = { ...backupDefaults, ...props };
    this.secret = this.secretOf(settings.existingSecret, '', 'by which the pods of the backups know each other');
    this.baseBackupHours = settings.baseBackup.everyHours;
    this.recoveryPoint = { setting: 'walUploadSeconds', value: settings.walUploadSeconds, times: 2 };
    this.demandUse(settings);

    const places = this.places(settings);
    this.suppliedSecrets = [
      { secret: places.secrets.offsite, enabled: and(conditionOf(this), settings.offsite.enabled) },
      { secret: places.secrets.encryption, enabled: and(conditionOf(this), settings.encryption.enabled) },
    ];
    this.store = new BackupStore(this, places, {
      ...settings,
      library: postgresLibraries,
      receiver: walReceiver(settings.postgres, { ...settings, resources: settings.jobResources }),
    });
    const { destinations } = this.store;
    addPostgresBackup(this, { ...settings, destinations });
    addRedisBackup(this, { ...settings, redis: settings.redis ?? [], schedule: settings.redisSchedule, destinations });
    addVolumeBackups(this, {
      ...settings,
      snapshots: settings.volumeSnapshots,
      archives: settings.volumeArchives,
      databases: [settings.postgres.primary, settings.postgres.replica, ...(settings.redis ?? []), this.store].map(
        ({ objectName }) => objectName,
      ),
      destinations,
    });
    this.client = this.store;
  }

  private places({ image, offsite, encryption }: Settings): Places {
    const prefix = choose(isSet(offsite.prefix), valueOf(offsite.prefix), this.platform.instance);
    return {
      image,
      offsite: { ...offsite, path: str`${offsite.bucket}/${prefix}` },
      encrypted: encryption.enabled,
      storeUrl: str`http://${this.objectName}:${STORE_PORT}`,
      library: str`${this.objectName}-library`,
      secrets: {
        store: this.secret,
        offsite: this.secretOf(offsite.existingSecret, '-offsite', 'with the key to the object storage'),
        encryption: this.secretOf(encryption.existingSecret, '-encryption', 'with the password that encrypts'),
      },
    };
  }

  private secretOf(given: ExistingSecret, suffix: string, what: string): Input<string> {
    return existingSecret({ id: `${this.node.id}${suffix}`, what, expected: str`${this.objectName}${suffix}` }, given);
  }

  private demandUse({ walUploadSeconds, retentionDays, baseBackup, scratch, postgres }: Settings): void {
    const objective = RECOVERY_POINT_OBJECTIVE;
    demand(
      this,
      atMost(multiply(walUploadSeconds, 2), objective),
      str`walUploadSeconds ${walUploadSeconds} loses ${multiply(walUploadSeconds, 2)} s of work where one upload fails, and ${objective} s are allowed; lower it to ${objective / 2} or less.`,
    );
    demand(
      this,
      atLeast(multiply(retentionDays, 24), multiply(baseBackup.everyHours, 2)),
      str`retentionDays ${retentionDays} are ${multiply(retentionDays, 24)} hours, too few for two base backups at ${baseBackup.everyHours} hours of baseBackup.everyHours each; raise it, or lower that to ${multiply(retentionDays, 12)} or less.`,
    );
    demand(
      this,
      atLeast(bytes(scratch.size), bytes(postgres.storageSize)),
      str`scratch.size ${scratch.size} is less than the ${postgres.storageSize} of the volume that a restore may have to hold; raise it to ${postgres.storageSize} or more.`,
    );
  }
}

type Settings = Required<Omit<BackupProps, 'redis' | 'enabled' | keyof PodSettings>>;
