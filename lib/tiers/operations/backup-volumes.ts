/** Backups of other volumes: snapshots that the storage makes, and archives of files. */
import { Construct } from 'constructs';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { Affinity, EnvVar, Volume } from 'kubernetes-types/core/v1';
import { demand, demandEmpty } from '../../objects/checks';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { choose } from '../../values/choice';
import { isNotEmpty, keysLike, repeatedNames, sizeOf } from '../../values/collections';
import type { Input } from '../../values/expression';
import { equals, isSet, valueOf } from '../../values/logic';
import type { Items, Tree } from '../../values/parts';
import { str, truncate } from '../../values/texts';
import { eachEntry, eachPair, type Element, type ListInput, type MapInput, merge, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { cronJobSpec } from '../../workload/cron-job';
import { allowApiServer } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodProps, PodSettings } from '../../workload/pod';
import { addRole } from '../../workload/rbac';
import { type PodCount, Workload } from '../../workload/workload';
import type { Tier } from '../tier';
import {
  BackupJob,
  connectDestinations,
  destinationEnv,
  destinationMounts,
  type Destinations,
  destinationVolumes,
  NEVER,
  restoreEnv,
  SCRIPTS,
  toolsContainer,
} from './backup-job';
import { archiveVolume, restoreVolume, takeSnapshots } from './backup-volumes-scripts';

/** By the storage driver: the cluster needs the snapshot controller and its CRDs. */
export interface Snapshots {
  /** PersistentVolumeClaims. @default [] */
  readonly claims: ListInput<string>;
  /** @default 30 3 * * * */
  readonly schedule: Input<string>;
  /** VolumeSnapshotClass. @default - the driver's default */
  readonly className: Input<string | null>;
  /** Seconds after which a snapshot that is not ready has failed. @default 600 */
  readonly timeoutSeconds: Input<number>;
  /** curl, with a shell. @default - see lib/images.ts */
  readonly image: Image;
}

/** Of files, to every destination, from a pod on the volume's node. */
export interface Archives {
  /** @default 0 4 * * * */
  readonly schedule: Input<string>;
  /** By the name of the PersistentVolumeClaim. @default {} */
  readonly claims: MapInput<ArchivedClaim>;
}

export interface ArchivedClaim {
  /** Ends the names of its CronJobs: 16 characters at the most, each claim its own. */
  readonly name: string;
  /** Numeric user who can read the files; they belong to it after a restore. */
  readonly user: number;
  /** Labels of the pods that use the claim, beside which the archive is made; none where any node will do. */
  readonly podLabels: Readonly<Record<string, string>>;
}

export interface VolumeBackupProps extends PodSettings {
  readonly snapshots: Snapshots;
  readonly archives: Archives;
  /** StatefulSets that keep databases: files copied beneath a running one are none. */
  readonly databases: readonly Input<string>[];
  readonly destinations: Destinations;
  readonly timeZone: Input<string>;
  readonly retentionDays: Input<number>;
  readonly activeDeadlineSeconds: Input<number>;
  readonly jobResources: Resources;
}

const USER = 10_001;

/** Adds the CronJobs of a tier that backs volumes up. */
export function addVolumeBackups(tier: Tier, props: VolumeBackupProps): void {
  const databases = props.databases.reduce((names, name) => str`${names}|${name}`);
  demandEmpty(
    tier,
    () => keysLike(props.archives.claims, str`data-(${databases})-[0-9]+`),
    (claims) =>
      str`volumeArchives.claims names ${claims}, the volume of a database, whose files are no backup while it runs; remove it: the tier has backups of its own, and volumeSnapshots takes it.`,
  );
  const repeated = repeatedNames(props.archives.claims);
  demand(
    tier,
    equals(repeated, ''),
    str`volumeArchives.claims has more than one claim named ${repeated}; give each another name.`,
  );
  addSnapshots(tier, props);
  new VolumeArchives(tier, props);
}

function addSnapshots(tier: Tier, { snapshots, ...props }: VolumeBackupProps): void {
  const { claims, className, timeoutSeconds } = snapshots;
  const owner = str`${tier.objectName}-snapshots`;
  const job = new BackupJob(tier, {
    ...props,
    kind: 'snapshots',
    enabled: isNotEmpty(claims),
    schedule: snapshots.schedule,
    image: snapshots.image,
    user: USER,
    resources: props.jobResources,
    serviceAccountToken: true,
    script: takeSnapshots({ claims, owner, instance: tier.platform.instance }),
    env: [
      { name: 'CLASS_NAME', value: choose(isSet(className), valueOf(className), '') },
      { name: 'TIMEOUT_SECONDS', value: str`${timeoutSeconds}` },
      { name: 'RETENTION_DAYS', value: str`${props.retentionDays}` },
    ],
  });
  allowApiServer(job);
  addRole(job, [
    {
      apiGroups: ['snapshot.storage.k8s.io'],
      resources: ['volumesnapshots'],
      verbs: ['create', 'get', 'list', 'delete'],
    },
  ]);
}

/** What `-archive-` and the 16 characters of a claim's leave of a CronJob's name, which has 52. */
const LONGEST_INSTANCE = 27;

/** As many CronJobs as there are claims: one object, which Helm and kubectl take for those that it lists. */
interface CronJobs {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly items: CronJob[];
}

type Archived = Element<ArchivedClaim>;

class VolumeArchives extends Workload {
  readonly podCount: PodCount;

  constructor(
    private readonly tier: Tier,
    private readonly archives: VolumeBackupProps,
  ) {
    const { destinations } = archives;
    const { claims, schedule } = archives.archives;
    const scope = new Construct(tier, 'volumes');
    onlyWhen(scope, isNotEmpty(claims));
    super(scope, 'workload', {
      ...archives,
      name: tier.node.id,
      component: 'volume',
      objectName: `${tier.node.id}-volume`,
      user: USER,
      restartPolicy: 'Never',
      initContainers: [toolsContainer(destinations)],
      containers: [packer(archives, 'archive.sh', [])],
    });
    this.podCount = { fewest: 0, most: sizeOf(claims) };
    const { instance } = this.platform;
    demand(
      this,
      equals(truncate(instance, LONGEST_INSTANCE), instance),
      str`the names of the CronJobs for volumes begin with ${instance}, which has more than ${LONGEST_INSTANCE} characters; shorten it, or archive no volumes.`,
    );
    addConfigMap(this, 'scripts', { 'archive.sh': archiveVolume, 'restore.sh': restoreVolume });
    connectDestinations(this, destinations);
    new KubeObject<CronJobs>(this, 'cron-jobs', {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        ...eachPair<ArchivedClaim, CronJob>(claims, (claim, archived) => this.archive(claim, archived, schedule)),
        ...eachPair<ArchivedClaim, CronJob>(claims, (claim, archived) => this.restore(claim, archived)),
      ],
    });
  }

  private archive(claim: Input<string>, { name, user, podLabels }: Archived, schedule: Input<string>): Tree<CronJob> {
    const retention = { name: 'RETENTION_DAYS', value: str`${this.archives.retentionDays}` };
    const beside = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: {
              matchLabels: merge<Record<string, string>>(eachEntry(podLabels, (key, value) => [key, value])),
            },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    };
    return this.cronJob(str`${this.platform.instance}-archive-${name}`, schedule, {
      user,
      affinity: when<Affinity>(isNotEmpty(podLabels), beside),
      containers: [packer(this.archives, 'archive.sh', [{ name: 'CLAIM', value: claim }, retention])],
      volumes: this.volumes(claim, true),
    });
  }

  private restore(claim: Input<string>, { name, user }: Archived): Tree<CronJob> {
    return this.cronJob(str`${this.platform.instance}-restore-${name}`, NEVER, {
      user,
      containers: [packer(this.archives, 'restore.sh', [{ name: 'CLAIM', value: claim }, ...restoreEnv])],
      volumes: this.volumes(claim, false),
    });
  }

  private cronJob(name: Input<string>, schedule: Input<string>, pod: Partial<PodProps>): Tree<CronJob> {
    const suspend = schedule === NEVER ? { suspend: true } : {};
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, labels: this.platform.labels({ name: this.tier.node.id, component: this.component }) },
      spec: cronJobSpec({ ...this.archives, schedule, ...suspend }, this.template(false, pod)),
    };
  }

  private volumes(claim: Input<string>, readOnly: boolean): Items<Volume> {
    const claimed = readOnly ? { claimName: claim, readOnly } : { claimName: claim };
    return [
      ...destinationVolumes(this.archives.destinations, this.objectName),
      { name: 'volume', persistentVolumeClaim: claimed },
    ];
  }
}

function packer({ destinations, jobResources }: VolumeBackupProps, script: string, env: Items<EnvVar>): ContainerProps {
  return {
    name: 'backup',
    image: destinations.image,
    command: ['sh', `${SCRIPTS}/${script}`],
    env: [...destinationEnv(destinations), ...env],
    resources: jobResources,
    mounts: [...destinationMounts, { name: 'volume', mountPath: '/volume', readOnly: script === 'archive.sh' }],
    writable: { '/tmp': '64Mi' },
  };
}
