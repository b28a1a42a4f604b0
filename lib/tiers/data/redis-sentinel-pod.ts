/** The pods of Sentinels: a Sentinel and its exporter. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import type { Items, Text } from '../../values/parts';
import { text } from '../../values/text';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodProps } from '../../workload/pod';
import { METRICS_PORT, REDIS_USER, type RedisExporter, exporterContainer, password, redisVolumes } from './redis-pod';

export const SENTINEL_PORT = 26_379;

export interface SentinelPod {
  readonly image: Image;
  readonly resources: Resources;
  readonly exporter: RedisExporter;
  /** Name of the ConfigMap with sentinel.conf and the scripts. */
  readonly configMap: Input<string>;
  readonly secret: Input<string>;
  readonly env: Items<EnvVar>;
}

export function sentinelPod(pod: SentinelPod): Pick<PodProps, 'user' | 'containers' | 'volumes' | 'scrape'> {
  const alive = { exec: { command: ['sh', '/etc/redis/alive.sh'] } };
  return {
    user: REDIS_USER,
    scrape: { port: METRICS_PORT, path: '/metrics' },
    containers: [
      {
        name: 'sentinel',
        image: pod.image,
        command: ['sh', '/etc/redis/start-sentinel.sh'],
        env: [password(pod.secret), ...pod.env],
        ports: [{ name: 'sentinel', containerPort: SENTINEL_PORT }],
        resources: pod.resources,
        probes: {
          startup: { ...alive, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
          liveness: { ...alive, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 3 },
          readiness: {
            exec: { command: ['sh', '/etc/redis/ready.sh'] },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 2,
          },
        },
        mounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'configuration', mountPath: '/etc/redis', readOnly: true },
          { name: 'run', mountPath: '/run/redis' },
          { name: 'secrets', mountPath: '/run/secrets/redis', readOnly: true },
        ],
      },
      exporterContainer(pod.exporter, pod.secret, SENTINEL_PORT),
    ],
    volumes: redisVolumes({ ...pod, withPassword: true }),
  };
}

export const sentinelAlive: Text = text`
  #!/bin/sh
  # Alive is what answers at all.
  [ "$(redis-cli -p ${SENTINEL_PORT} ping)" = PONG ]
`;
