/** Values for the props that both Redis tiers have, each other than its default. */
import type { RedisProps } from '../../../lib/tiers/data/redis-pod';

const resources = {
  requests: { cpu: '50m', memory: '64Mi', ephemeralStorage: '8Mi' },
  limits: { cpu: null, memory: '256Mi', ephemeralStorage: '16Mi' },
};
const image = { registry: 'registry.example.com', repository: 'redis', tag: '1', digest: null };

export const redisProps: { readonly [K in keyof Required<RedisProps>]: NonNullable<RedisProps[K]> } = {
  enabled: true,
  existingSecret: 'vault-redis',
  maxmemoryPercent: 50,
  maxmemoryPolicy: 'volatile-ttl',
  terminationGracePeriodSeconds: 30,
  storage: { size: '5Gi', storageClassName: 'fast' },
  resources,
  image,
  exporter: { image, resources },
  serviceAccount: 'shop-identity',
  podLabels: { team: 'data' },
  podAnnotations: { note: 'cache' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  priorityClassName: 'data',
  extraEnv: { TZ: 'UTC' },
  extraVolumes: [{ name: 'ca', configMap: 'ca-bundle', mountPath: '/etc/ssl/extra' }],
  sidecars: [
    {
      name: 'agent',
      image: { registry: 'registry.example.com', repository: 'agent', tag: '1', digest: null },
      resources: {
        requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
        limits: { cpu: null, memory: '32Mi', ephemeralStorage: '16Mi' },
      },
    },
  ],
};
