import type { PodSettings } from '../../../lib/workload/pod';

/** Each other than its default. */
export const podSettings = {
  serviceAccount: 'shop-identity',
  podLabels: { team: 'web' },
  podAnnotations: { note: 'public' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  priorityClassName: 'web',
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
} satisfies Required<PodSettings>;

export const autoscaling = {
  enabled: true,
  minReplicas: 2,
  maxReplicas: 10,
  targetCpuUtilization: 70,
  targetMemoryUtilization: 80,
  scaleUpStabilizationSeconds: 0,
  scaleDownStabilizationSeconds: 300,
};

/** Resources with this CPU limit; null for none. */
export const resources = (cpu: string | null) => ({
  requests: { cpu: '50m', memory: '32Mi', ephemeralStorage: '8Mi' },
  limits: { cpu, memory: '48Mi', ephemeralStorage: '16Mi' },
});
