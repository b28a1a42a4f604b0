import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import type { Endpoint, Server } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Items, Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import { addService } from '../../workload/service';
import { StatefulSetWorkload } from '../../workload/stateful-set';
import type { Recovery } from '../recovery';
import { Tier } from '../tier';
import { prepareServer, redisConf, serverAlive } from './redis-configuration';
import {
  REDIS_PORT,
  type RedisProps,
  memoryOf,
  redisClientSettings,
  redisDefaults,
  redisPod,
  redisSecret,
} from './redis-pod';

/** Props of `RedisCache`. */
export interface RedisCacheProps extends RedisProps {
  /** Whether data outlives the pod, in an append-only file. @default true */
  readonly appendonly?: Input<boolean>;
}

/** Defaults of `RedisCacheProps`. */
export const redisCacheDefaults = { ...redisDefaults, appendonly: true } as const;

/**
 * One Redis server, for small environments: while its pod restarts, nothing answers.
 *
 * ```ts
 * api.connectTo(new RedisCache(chart, 'redis', { maxmemoryPolicy: 'allkeys-lfu' }));
 * ```
 */
export class RedisCache extends Tier implements Server {
  /** The workload of the server. */
  readonly server: StatefulSetWorkload;
  /** Name of the Secret with the password. */
  readonly secret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  /** The image that it runs. */
  readonly image: Image;
  /** Of each server. */
  readonly resources: Resources;
  /** Nothing else has the data: until the pod is back on its volume and has read it, nothing answers. */
  readonly recovery: Recovery = { failover: 'none', seconds: 60 };
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: RedisCacheProps = {}) {
    super(scope, id, props);
    const settings = { ...redisCacheDefaults, ...props };
    this.secret = redisSecret(this, settings.existingSecret);
    this.image = settings.image;
    this.resources = settings.resources;

    const conf = redisConf({ ...settings, memory: memoryOf(this, settings) });
    this.server = new StatefulSetWorkload(this, 'server', {
      ...settings,
      ...redisPod({
        ...settings,
        configMap: this.objectName,
        secret: this.secret,
        ready: ['sh', '-c', '[ "$(redis-cli ping)" = PONG ]'],
      }),
      name: id,
      component: 'cache',
      replicas: 1,
      storage: { data: settings.storage },
      checksums: { 'redis.conf': checksum(conf), 'start.sh': checksum(startServer) },
    });
    addConfigMap(this.server, 'configuration', {
      'redis.conf': conf,
      'start.sh': startServer,
      'alive.sh': serverAlive,
    });
    const ports = [{ name: 'redis', port: REDIS_PORT, targetPort: 'redis' }];
    addService(this.server, 'service', { ports });
    addService(this.server, 'headless', { suffix: 'headless', ports, headless: true });

    this.client = this.server;
    this.endpoints = [{ workload: this.server, port: REDIS_PORT, name: 'redis' }];
    this.clientSettings = redisClientSettings(this.objectName, this.secret);
  }
}

/** It uses `cat`, `flock`, `sed` and `redis-server`, which the image has. */
export const startServer: Text = text`
  #!/bin/sh
  # Starts the server. On SIGTERM it writes what is left to the append-only file.
  set -eu
  umask 077
  trap 'exit 143' TERM INT

  ${prepareServer}

  printf 'requirepass "%s"\n' "$password" > /run/redis/runtime.conf
  exec redis-server /etc/redis/redis.conf
`;
