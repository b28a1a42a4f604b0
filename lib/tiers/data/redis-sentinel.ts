import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { and, atLeast, atMost, equals, greaterThan, lessThan, or } from '../../values/logic';
import { add, divide, multiply } from '../../values/numbers';
import type { Items, Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { concat, str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { AntiAffinity } from '../../workload/pod';
import { envFromSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { type Storage, StatefulSetWorkload } from '../../workload/stateful-set';
import type { Recovery } from '../recovery';
import { Tier } from '../tier';
import { redisConf, replicationConf, serverAlive } from './redis-configuration';
import { REDIS_PORT, type RedisProps, memoryOf, redisDefaults, redisPod, redisSecret } from './redis-pod';
import { SENTINEL_PORT, sentinelAlive, sentinelPod } from './redis-sentinel-pod';
import {
  followSentinel,
  followServer,
  sentinelReady,
  serverReady,
  startSentinel,
  startServer,
  stopServer,
} from './redis-sentinel-scripts';

/** Props of `RedisSentinel`. */
export interface RedisSentinelProps extends RedisProps {
  /** Servers that stand by beside the master, 1 or more. @default 1 */
  readonly replicas?: Input<number>;
  /** Sentinels, which choose another master by majority: 3, 5 or 7. @default 3 */
  readonly sentinels?: Input<number>;
  /** Sentinels that must miss the master before one is chosen: a majority, and fewer than all. @default 2 */
  readonly quorum?: Input<number>;
  /**
   * Whether each Sentinel needs a node of its own, or only prefers one: two that share a node are gone with it, and the
   * third alone chooses nobody. `preferred` is for clusters of fewer nodes than Sentinels.
   * @default required
   */
  readonly antiAffinity?: Input<AntiAffinity>;
  /** Milliseconds for which the master may be unreachable before the Sentinels choose another. @default 5000 */
  readonly downAfterMilliseconds?: Input<number>;
  /** Milliseconds that a failover may take; twice that passes before the next attempt. @default 10000 */
  readonly failoverTimeoutMilliseconds?: Input<number>;
  /**
   * Replicas that must be in step for the master to take writes; at most `replicas`. It bounds what a master that is cut
   * off takes and then loses, to 10 seconds. As many as `replicas` means that no write is taken while one restarts.
   * @default 0
   */
  readonly minReplicasToWrite?: Input<number>;
  /** Writes kept for a replica that was away, so that it needs no full copy. @default 16Mi */
  readonly replBacklogSize?: Input<string>;
  /** Of each Sentinel. @default - see redisSentinelDefaults */
  readonly sentinel?: SentinelSettings;
}

/** Sentinels, which watch the servers and choose a master. */
export interface SentinelSettings {
  /** For what it knows of the others, a few kilobytes. */
  readonly storage: Storage;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `RedisSentinelProps`. */
export const redisSentinelDefaults = {
  ...redisDefaults,
  replicas: 1,
  sentinels: 3,
  quorum: 2,
  antiAffinity: 'required',
  downAfterMilliseconds: 5000,
  failoverTimeoutMilliseconds: 10_000,
  minReplicasToWrite: 0,
  replBacklogSize: '16Mi',
  sentinel: {
    storage: { size: '128Mi', storageClassName: null },
    resources: {
      requests: { cpu: '20m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '64Mi' },
    },
  },
} as const;

/** What clients ask the Sentinels for. */
const MASTER_NAME = 'mymaster';
/** An odd number: of two equal halves none is a majority. */
const NUMBERS_OF_SENTINELS = [3, 5, 7] as const;

/**
 * A Redis master, replicas that take over from it, and Sentinels that decide when.
 *
 * ```ts
 * const redis = new RedisSentinel(chart, 'redis', { replicas: 1 });
 * api.connectTo(redis);
 * ```
 *
 * Clients ask the Sentinels who is master, and again when their connection ends.
 */
export class RedisSentinel extends Tier implements Server {
  /** The workload of master and replicas. */
  readonly servers: StatefulSetWorkload;
  /** The workload of the Sentinels. */
  readonly sentinels: StatefulSetWorkload;
  /** Name of the Secret with the password. */
  readonly secret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  /** The image that it runs. */
  readonly image: Image;
  /** Of each server. */
  readonly resources: Resources;
  /**
   * Sentinels make a replica master. Writes paused for up to 22 s where it was measured, see docs/reliability.md. By its
   * timeouts it takes 40 s at the worst: 15 s until a Sentinel gives up a former address, 5 s until the master is missed,
   * and 20 s until a second attempt.
   */
  readonly recovery: Recovery = { failover: 'automatic', seconds: 45 };
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: RedisSentinelProps = {}) {
    super(scope, id, props);
    const settings = { ...redisSentinelDefaults, ...props };
    const { replicas, sentinels, quorum, sentinel, antiAffinity, ...ofServers } = settings;
    this.demandQuorum(settings);
    this.secret = redisSecret(this, settings.existingSecret);
    this.image = settings.image;
    this.resources = settings.resources;

    const servers = add(1, replicas);
    const sentinelName = `${id}-sentinel`;
    const sentinelObject = str`${this.objectName}-sentinel`;
    const env: Items<EnvVar> = [
      ...POD_ENV,
      { name: 'SERVERS_NAME', value: this.objectName },
      { name: 'SENTINELS_NAME', value: sentinelObject },
    ];
    const numbers = numbersOf(servers, sentinels);

    const conf = redisConf({
      ...settings,
      memory: memoryOf(this, settings),
      appendonly: true,
      own: text`
        ${replicationConf(settings)}
        min-replicas-max-lag 10
        # A master's pod that is back has another address. A replica that still asks the old one, where nothing answers, gives
        # up after this many seconds; a master that is there is heard of more often.
        repl-timeout 10
        repl-ping-replica-period 2
      `,
    });
    this.servers = new StatefulSetWorkload(this, 'servers', {
      ...ofServers,
      ...redisPod({
        ...settings,
        configMap: this.objectName,
        secret: this.secret,
        ready: ['sh', '/etc/redis/ready.sh'],
        node: { env, preStop: ['sh', '/etc/redis/stop.sh'] },
      }),
      name: id,
      component: 'server',
      replicas: servers,
      podManagementPolicy: 'Parallel',
      storage: { data: settings.storage },
      checksums: {
        'redis.conf': checksum(conf),
        'start.sh': checksum(startServer),
        'follow.sh': checksum(followServer),
      },
    });
    addConfigMap(this.servers, 'configuration', {
      'redis.conf': conf,
      'numbers.sh': numbers,
      'start.sh': startServer,
      'follow.sh': followServer,
      'stop.sh': stopServer,
      'ready.sh': serverReady,
      'alive.sh': serverAlive,
    });
    addService(this.servers, 'headless', {
      suffix: 'headless',
      ports: [{ name: 'redis', port: REDIS_PORT, targetPort: 'redis' }],
      headless: true,
    });

    const sentinelConf = sentinelConfOf(settings);
    this.sentinels = new StatefulSetWorkload(this, 'sentinels', {
      ...ofServers,
      extraEnv: {},
      extraVolumes: [],
      sidecars: [],
      ...sentinelPod({
        ...settings,
        resources: sentinel.resources,
        configMap: sentinelObject,
        secret: this.secret,
        env: [...env, { name: 'QUORUM', value: str`${quorum}` }],
      }),
      name: sentinelName,
      component: 'sentinel',
      replicas: sentinels,
      podManagementPolicy: 'Parallel',
      antiAffinity,
      storage: { data: sentinel.storage },
      terminationGracePeriodSeconds: 10,
      checksums: {
        'sentinel.conf': checksum(sentinelConf),
        'start-sentinel.sh': checksum(startSentinel),
        'follow-sentinel.sh': checksum(followSentinel),
      },
    });
    addConfigMap(this.sentinels, 'configuration', {
      'sentinel.conf': sentinelConf,
      'numbers.sh': numbers,
      'start-sentinel.sh': startSentinel,
      'follow-sentinel.sh': followSentinel,
      'ready.sh': sentinelReady,
      'alive.sh': sentinelAlive,
    });
    const ports = [{ name: 'sentinel', port: SENTINEL_PORT, targetPort: 'sentinel' }];
    addService(this.sentinels, 'service', { ports });
    addService(this.sentinels, 'headless', { suffix: 'headless', ports, headless: true });

    this.client = this.servers;
    this.endpoints = [
      { workload: this.servers, port: REDIS_PORT, name: 'redis' },
      { workload: this.sentinels, port: SENTINEL_PORT, name: 'sentinel' },
    ];
    this.clientSettings = [
      { name: 'REDIS_SENTINELS', value: addressesOf(sentinelObject, sentinels) },
      { name: 'REDIS_SENTINEL_MASTER', value: MASTER_NAME },
      envFromSecret('REDIS_PASSWORD', this.secret, 'password'),
    ];
    for (const endpoint of this.endpoints) {
      allow(this.servers, endpoint);
      allow(this.sentinels, endpoint);
    }
  }

  private demandQuorum({ replicas, sentinels, quorum, minReplicasToWrite }: Numbers): void {
    demand(
      this,
      atLeast(replicas, 1),
      str`replicas ${replicas} leaves the Sentinels nobody to choose when the master is gone; set it to 1 or more, or use RedisCache.`,
    );
    demand(
      this,
      or(...NUMBERS_OF_SENTINELS.map((number) => equals<number>(sentinels, number))),
      str`sentinels ${sentinels} cannot outvote each other; set it to ${NUMBERS_OF_SENTINELS.join(', ')}.`,
    );
    const majority = add(divide(sentinels, 2), 1);
    demand(
      this,
      and(greaterThan(multiply(quorum, 2), sentinels), lessThan(quorum, sentinels)),
      str`quorum ${quorum} of ${sentinels} sentinels is no majority, or all of them, so that the loss of one ends failover; set it to ${majority}.`,
    );
    demand(
      this,
      atMost(minReplicasToWrite, replicas),
      str`minReplicasToWrite ${minReplicasToWrite} is more than the ${replicas} of replicas, so the master would never take a write; set it to ${replicas} or less.`,
    );
  }
}

type Of<K extends keyof RedisSentinelProps> = Required<Pick<RedisSentinelProps, K>>;
type Timeouts = Of<'downAfterMilliseconds' | 'failoverTimeoutMilliseconds'>;
type Numbers = Of<'replicas' | 'sentinels' | 'quorum' | 'minReplicasToWrite'>;

const POD_ENV: Items<EnvVar> = [
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
];

/** How many there are, read at the start: a change of them restarts nobody. */
function numbersOf(servers: Input<number>, sentinels: Input<number>): Text {
  return text`
    SERVERS=${servers}
    SENTINELS=${sentinels}
  `;
}

/** The Sentinels by name, so that a client has others to ask where one is gone. */
function addressesOf(name: Input<string>, sentinels: Input<number>): Input<string> {
  const [fewest, ...more] = NUMBERS_OF_SENTINELS;
  const between = (from: number, to: number): readonly Input<string>[] =>
    Array.from({ length: to - from }, (_, index) => {
      const comma = from + index === 0 ? '' : ',';
      return str`${comma}${name}-${from + index}.${name}-headless:${SENTINEL_PORT}`;
    });
  const further = more.map((number, index) => {
    const before = NUMBERS_OF_SENTINELS[index] ?? fewest;
    return choose(atLeast(sentinels, number), concat(between(before, number)), '');
  });
  return concat([...between(0, fewest), ...further]);
}

/** A Sentinel adds to a copy of it what it comes to know. */
function sentinelConfOf({ downAfterMilliseconds, failoverTimeoutMilliseconds }: Timeouts): Text {
  return text`
    # Whoever connects needs the password, which start-sentinel.sh adds.
    port ${SENTINEL_PORT}
    bind * -::*
    protected-mode no
    dir /data

    sentinel resolve-hostnames yes
    sentinel announce-hostnames yes
    sentinel deny-scripts-reconfig yes
    sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMilliseconds}
    # A master that restarts and loads its data for longer than this is replaced too.
    sentinel master-reboot-down-after-period ${MASTER_NAME} ${downAfterMilliseconds}
    sentinel failover-timeout ${MASTER_NAME} ${failoverTimeoutMilliseconds}
    sentinel parallel-syncs ${MASTER_NAME} 1
  `;
}
