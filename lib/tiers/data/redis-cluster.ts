import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import type { Input } from '../../values/expression';
import { atLeast, atMost } from '../../values/logic';
import { add, multiply } from '../../values/numbers';
import { str } from '../../values/texts';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import { addService } from '../../workload/service';
import { StatefulSetWorkload } from '../../workload/stateful-set';
import type { Recovery } from '../recovery';
import { Tier } from '../tier';
import { formCluster } from './redis-cluster-init';
import { follow, nodeReady, startNode, stopNode } from './redis-cluster-scripts';
import { redisConf, serverAlive } from './redis-configuration';
import {
  REDIS_PORT,
  REDIS_USER,
  type RedisProps,
  memoryOf,
  password,
  redisClientSettings,
  redisDefaults,
  redisPod,
  redisSecret,
} from './redis-pod';

/** Props of `RedisCluster`. */
export interface RedisClusterProps extends RedisProps {
  /**
   * Nodes that own slots, 3 or more. Raising it moves slots to the new ones; lowering it is not supported.
   * @default 3
   */
  readonly masters?: Input<number>;
  /** Nodes that stand by for each master, 1 or more. @default 1 */
  readonly replicasPerMaster?: Input<number>;
  /** Milliseconds for which a master may be unreachable before a replica takes over. @default 5000 */
  readonly clusterNodeTimeoutMilliseconds?: Input<number>;
  /** Whether all slots stop being served as soon as one is lost. @default false */
  readonly clusterRequireFullCoverage?: Input<boolean>;
  /** Whether a master without replicas gets one from a master that has several. @default true */
  readonly clusterAllowReplicaMigration?: Input<boolean>;
  /**
   * Replicas that must be in step for a master to take writes; at most `replicasPerMaster`.
   * With 0, a write that a replica has not seen is lost with its master: `WAITAOF 1 1` tells a client that both keep it.
   * @default 0
   */
  readonly minReplicasToWrite?: Input<number>;
  /** Writes kept for a replica that was away, so that it needs no full copy. @default 16Mi */
  readonly replBacklogSize?: Input<string>;
}

/** Defaults of `RedisClusterProps`. */
export const redisClusterDefaults = {
  ...redisDefaults,
  masters: 3,
  replicasPerMaster: 1,
  clusterNodeTimeoutMilliseconds: 5000,
  clusterRequireFullCoverage: false,
  clusterAllowReplicaMigration: true,
  minReplicasToWrite: 0,
  replBacklogSize: '16Mi',
} as const;

const BUS_PORT = 16_379;
/** Masters that can agree, by majority, that one of them is gone. */
const FEWEST_MASTERS = 3;
/** For pulling the image, for volumes, and for the pods' own 600 s in init.sh. */
const INIT_DEADLINE_SECONDS = 3600;

/**
 * Redis Cluster: masters that share the slots, and replicas that take over from them.
 *
 * ```ts
 * const cache = new RedisCluster(chart, 'redis-cluster', { masters: 3, replicasPerMaster: 1 });
 * api.connectTo(cache);
 * ```
 *
 * A Job forms the cluster. It may run again at any time.
 */
export class RedisCluster extends Tier implements Server {
  /** The workload of all nodes. */
  readonly nodes: StatefulSetWorkload;
  /** The Job that forms the cluster. */
  readonly init: JobWorkload;
  /** Name of the Secret with the password. */
  readonly secret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  /** The image that it runs. */
  readonly image: Image;
  /** Of each server. */
  readonly resources: Resources;
  /** A replica is elected: after 9 s where it was measured, see docs/reliability.md. */
  readonly recovery: Recovery = { failover: 'automatic', seconds: 15 };
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: RedisClusterProps = {}) {
    super(scope, id, props);
    const settings = { ...redisClusterDefaults, ...props };
    const { masters, replicasPerMaster } = settings;
    this.demandQuorum(settings);
    this.secret = redisSecret(this, settings.existingSecret);
    this.image = settings.image;
    this.resources = settings.resources;

    const conf = redisConf({
      ...settings,
      memory: memoryOf(this, settings),
      appendonly: true,
      cluster: settings,
    });
    const domain = str`${this.objectName}-headless`;
    this.nodes = new StatefulSetWorkload(this, 'nodes', {
      ...settings,
      ...redisPod({
        ...settings,
        configMap: this.objectName,
        secret: this.secret,
        ready: ['sh', '/etc/redis/ready.sh'],
        node: {
          busPort: BUS_PORT,
          env: [...NODE_ENV, { name: 'DOMAIN', value: domain }],
          preStop: ['sh', '/etc/redis/stop.sh'],
        },
      }),
      name: id,
      component: 'node',
      replicas: multiply(masters, add(1, replicasPerMaster)),
      podManagementPolicy: 'Parallel',
      storage: { data: settings.storage },
      checksums: { 'redis.conf': checksum(conf), 'start.sh': checksum(startNode), 'follow.sh': checksum(follow) },
    });
    addConfigMap(this.nodes, 'configuration', {
      'redis.conf': conf,
      'start.sh': startNode,
      'follow.sh': follow,
      'stop.sh': stopNode,
      'ready.sh': nodeReady,
      'alive.sh': serverAlive,
    });
    const redis = { name: 'redis', port: REDIS_PORT, targetPort: 'redis' };
    addService(this.nodes, 'service', { ports: [redis] });
    addService(this.nodes, 'headless', {
      suffix: 'headless',
      ports: [redis, { name: 'bus', port: BUS_PORT, targetPort: 'bus' }],
      headless: true,
    });

    this.init = new JobWorkload(this, 'init', {
      ...settings,
      extraEnv: {},
      extraVolumes: [],
      sidecars: [],
      name: id,
      component: 'init',
      objectName: `${id}-init`,
      user: REDIS_USER,
      terminationGracePeriodSeconds: 5,
      activeDeadlineSeconds: INIT_DEADLINE_SECONDS,
      containers: [
        {
          name: 'init',
          image: settings.image,
          command: ['sh', '/etc/redis/init.sh'],
          env: [
            password(this.secret),
            { name: 'STATEFULSET', value: this.objectName },
            { name: 'DOMAIN', value: domain },
            { name: 'MASTERS', value: str`${masters}` },
            { name: 'REPLICAS_PER_MASTER', value: str`${replicasPerMaster}` },
          ],
          resources: INIT_RESOURCES,
          mounts: [{ name: 'configuration', mountPath: '/etc/redis', readOnly: true }],
        },
      ],
      volumes: [{ name: 'configuration', configMap: { name: str`${this.objectName}-init` } }],
      checksums: { 'init.sh': checksum(formCluster) },
    });
    addConfigMap(this.init, 'configuration', { 'init.sh': formCluster });

    this.client = this.nodes;
    this.endpoints = [{ workload: this.nodes, port: REDIS_PORT, name: 'redis' }];
    this.clientSettings = [
      ...redisClientSettings(this.objectName, this.secret),
      { name: 'REDIS_CLUSTER', value: 'true' },
    ];
    for (const endpoint of this.endpoints) {
      allow(this.nodes, endpoint);
      allow(this.init, endpoint);
    }
    allow(this.nodes, { workload: this.nodes, port: BUS_PORT, name: 'cluster bus' });
  }

  private demandQuorum({ masters, replicasPerMaster, minReplicasToWrite }: Nodes): void {
    demand(
      this,
      atLeast(masters, FEWEST_MASTERS),
      str`masters ${masters} cannot agree by majority that one of them is gone; set it to ${FEWEST_MASTERS} or more, or use RedisCache.`,
    );
    demand(
      this,
      atLeast(replicasPerMaster, 1),
      str`replicasPerMaster ${replicasPerMaster} leaves the slots of a master that is drained to nobody; set it to 1 or more.`,
    );
    demand(
      this,
      atMost(minReplicasToWrite, replicasPerMaster),
      str`minReplicasToWrite ${minReplicasToWrite} is more than the ${replicasPerMaster} of replicasPerMaster, so no master would ever take a write; set it to ${replicasPerMaster} or less.`,
    );
  }
}

type Nodes = Required<Pick<RedisClusterProps, 'masters' | 'replicasPerMaster' | 'minReplicasToWrite'>>;

/** What a node announces of itself. The zone is known where Kubernetes copies it to pods, from 1.35 on. */
const NODE_ENV: Items<EnvVar> = [
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  { name: 'ZONE', valueFrom: { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } } },
];

const INIT_RESOURCES = {
  requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
  limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
};
