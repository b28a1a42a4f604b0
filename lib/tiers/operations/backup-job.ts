/** What the pods of all backups have in common: rclone beside the tier's own program, the library, and the way out. */
import { Construct } from 'constructs';
import type { EnvVar, Volume, VolumeMount, VolumeProjection } from 'kubernetes-types/core/v1';
import { type Endpoint, allow } from '../../network/connections';
import { onlyWhen } from '../../objects/conditions';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import type { Items, Text, Tree } from '../../values/parts';
import { str } from '../../values/texts';
import { when, whenSet } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { CronJobWorkload } from '../../workload/cron-job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Storage } from '../../workload/stateful-set';
import type { Workload } from '../../workload/workload';
import type { Tier } from '../tier';
import { type ObjectStorage, allowObjectStorage } from './object-storage';
import { rcloneContainer, rcloneMount, rcloneVolume } from './rclone';

/** A second place, outside the cluster. The folder is, where none is given, the release's name. */
export interface Offsite extends ObjectStorage {
  /** Whether there are copies in object storage. */
  readonly enabled: Input<boolean>;
}

/** By rclone's crypt: contents, not names. */
export interface Encryption {
  /** Whether backups are encrypted before they leave the pod. */
  readonly enabled: Input<boolean>;
  /** Secret with the key `password`. */
  readonly existingSecret: Input<string | null>;
}

/** Where backups go, for every pod that writes or reads them. */
export interface Destinations extends Places {
  /** The store in the namespace. */
  readonly store: Endpoint;
}

export interface Places {
  readonly storeUrl: Input<string>;
  /** Names of the Secrets, each of its own or a default. */
  readonly secrets: {
    readonly store: Input<string>;
    readonly offsite: Input<string>;
    readonly encryption: Input<string>;
  };
  readonly offsite: Omit<Offsite, 'prefix' | 'existingSecret'> & { readonly path: Input<string> };
  readonly encrypted: Input<boolean>;
  /** rclone's image. */
  readonly image: Image;
  /** ConfigMap with library.sh. */
  readonly library: Input<string>;
}

export interface BackupJobProps extends PodSettings {
  /** What it does, such as `redis` or `restore-redis`: the end of the objects' names. */
  readonly kind: string;
  /** Whether what it is for is there. @default true */
  readonly enabled?: Input<boolean>;
  readonly destinations: Destinations;
  readonly schedule: Input<string>;
  readonly timeZone: Input<string>;
  /** Only by hand. @default false */
  readonly suspend?: boolean;
  /** @default 0 */
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds: Input<number>;
  /** Mounts a token for the API server. @default false */
  readonly serviceAccountToken?: boolean;
  /** The image with the programs of what is backed up. */
  readonly image: Image;
  readonly user: number;
  readonly resources: Resources;
  /** POSIX sh, which begins with `. /etc/backup/library.sh`. */
  readonly script: Text;
  readonly env?: Items<EnvVar>;
  readonly mounts?: Items<VolumeMount>;
  readonly volumes?: Items<Volume>;
  /** What else it connects to. */
  readonly servers?: readonly Endpoint[];
}

/** A schedule that never comes: what has it is started by hand. */
export const NEVER = '0 0 31 2 *';
/** Where a restore or a drill has its volume. */
export const SCRATCH = '/scratch';
/** Where scripts and library are. */
export const SCRIPTS = '/etc/backup';
/** Where the keys of the Secrets are. */
export const SECRETS = '/run/secrets/backup';
const TOOLS = '/opt/backup';
const RUN = '/run/backup';

/** A CronJob whose container runs a script with the library, rclone and the program that is backed up. */
export class BackupJob extends CronJobWorkload {
  constructor(tier: Tier, props: BackupJobProps) {
    const { destinations, kind } = props;
    super(scopeOf(tier, props), 'workload', {
      ...props,
      name: tier.node.id,
      component: kind,
      objectName: `${tier.node.id}-${kind}`,
      initContainers: [toolsContainer(destinations)],
      containers: [
        {
          name: 'backup',
          image: props.image,
          command: ['sh', `${SCRIPTS}/run.sh`],
          env: [...destinationEnv(destinations), ...(props.env ?? [])],
          resources: props.resources,
          mounts: [...destinationMounts, ...(props.mounts ?? [])],
          writable: { '/tmp': '64Mi' },
        },
      ],
      volumes: [...destinationVolumes(destinations, str`${tier.objectName}-${kind}`), ...(props.volumes ?? [])],
    });
    addConfigMap(this, 'script', { 'run.sh': props.script });
    connectDestinations(this, destinations);
    for (const server of props.servers ?? []) allow(this, server);
  }
}

function scopeOf(tier: Tier, { kind, enabled }: BackupJobProps): Construct {
  const scope = new Construct(tier, kind);
  if (enabled !== undefined) onlyWhen(scope, enabled);
  return scope;
}

/** rclone, for the container beside it. */
export function toolsContainer({ image }: Places): ContainerProps {
  return rcloneContainer(image, TOOLS);
}

/** What library.sh reads. */
export function destinationEnv({ storeUrl, offsite, encrypted }: Places): Items<EnvVar> {
  return [
    { name: 'DESTINATIONS', value: choose(offsite.enabled, 'store offsite', 'store') },
    { name: 'STORE_URL', value: storeUrl },
    { name: 'ENCRYPTION', value: choose(encrypted, 'true', 'false') },
    when<readonly EnvVar[]>(offsite.enabled, [
      { name: 'OFFSITE_ENDPOINT', value: offsite.endpoint },
      { name: 'OFFSITE_REGION', value: offsite.region },
      { name: 'OFFSITE_PATH', value: offsite.path },
    ]),
  ];
}

export const destinationMounts: Items<VolumeMount> = [
  rcloneMount(TOOLS),
  { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
  { name: 'backup-secrets', mountPath: SECRETS, readOnly: true },
  { name: 'run', mountPath: RUN },
];

/** A volume that is there while its pod is. */
export function scratchVolume({ size, storageClassName }: Storage): Tree<Volume> {
  return {
    name: 'scratch',
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: whenSet(storageClassName),
          resources: { requests: { storage: size } },
        },
      },
    },
  };
}

/** What whoever starts a restore may say. */
export const restoreEnv: Items<EnvVar> = ['RESTORE_TO', 'RESTORE_FROM', 'RESTORE_REPLACE'].map((name) => ({
  name,
  value: '',
}));

/** @param scripts name of the ConfigMap with run.sh */
export function destinationVolumes(destinations: Places, scripts: Input<string>): Items<Volume> {
  const { secrets, offsite, encrypted, library } = destinations;
  const keys = (name: Input<string>, files: Readonly<Record<string, string>>): Tree<VolumeProjection> => ({
    secret: { name, items: Object.entries(files).map(([path, key]) => ({ key, path })) },
  });
  return [
    rcloneVolume,
    {
      name: 'scripts',
      projected: { sources: [{ configMap: { name: library } }, { configMap: { name: scripts } }] },
    },
    {
      name: 'backup-secrets',
      projected: {
        defaultMode: 0o440,
        sources: [
          keys(secrets.store, { 'store-password': 'password' }),
          when<VolumeProjection>(
            offsite.enabled,
            keys(secrets.offsite, {
              'offsite-access-key-id': 'access-key-id',
              'offsite-secret-access-key': 'secret-access-key',
            }),
          ),
          when<VolumeProjection>(encrypted, keys(secrets.encryption, { 'encryption-password': 'password' })),
        ],
      },
    },
    // rclone's configuration with the passwords, and what a script keeps in mind: in memory.
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
  ];
}

/** Lets pods reach the store, and the object storage where there is one. */
export function connectDestinations(workload: Workload, { store, offsite }: Destinations): void {
  if (workload !== store.workload) allow(workload, store);
  allowObjectStorage(workload, offsite, offsite.enabled);
}
