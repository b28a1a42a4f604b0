/** Schemas of what every workload lets its operator set; each mirrors the props of the same name. */
import { z } from 'zod';
import { byteSize, cpu, imagePart, line, objectName, percent, word } from '../values/leaves';

interface PinnedImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

export const imageValues = ({ registry, repository, tag }: PinnedImage) =>
  z.strictObject({
    registry: imagePart().default(registry).describe('Registry of the image.'),
    repository: imagePart().default(repository).describe('Repository of the image.'),
    tag: imagePart().default(tag).describe('Tag of the image.'),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .meta({ plain: true })
      .nullable()
      .default(null)
      .describe('Digest of the image; wins over the tag.'),
  });

interface ResourceDefaults {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string | null; readonly memory: string };
  readonly ephemeralStorage: string;
}

export const resourcesValues = ({ requests, limits, ephemeralStorage }: ResourceDefaults) =>
  z.strictObject({
    requests: z.strictObject({
      cpu: cpu().default(requests.cpu).describe('CPU that is set aside.'),
      memory: byteSize().default(requests.memory).describe('Memory that is set aside.'),
      ephemeralStorage: byteSize().default(ephemeralStorage).describe('Disk that is set aside for logs and writable folders.'),
    }),
    limits: z.strictObject({
      cpu: cpu().nullable().default(limits.cpu).describe('Most CPU; null for whatever is idle.'),
      memory: byteSize().default(limits.memory).describe('Most memory; beyond it the container is killed.'),
      ephemeralStorage: byteSize().default(ephemeralStorage).describe('Most disk for logs and writable folders; beyond it the pod is evicted.'),
    }),
  });

export const podValues = {
  podLabels: z.record(labelKey(), line()).default({}).describe('Labels to add to the pods.'),
  podAnnotations: z.record(labelKey(), line()).default({}).describe('Annotations to add to the pods.'),
  nodeSelector: z.record(labelKey(), line()).default({}).describe('Labels that a node must have to run the pods.'),
  tolerations: z
    .array(
      z.strictObject({
        key: word(),
        operator: z.enum(['Exists', 'Equal']),
        value: word().nullish(),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).nullish(),
      }),
    )
    .default([])
    .describe('Taints of nodes that the pods tolerate.'),
  priorityClassName: objectName().nullable().default(null).describe("PriorityClass of the pods; null for the cluster's default."),
  extraEnv: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), line()).default({}).describe('Environment variables to add to the main container.'),
  extraVolumes: z
    .array(z.strictObject({ name: objectName(), configMap: objectName(), mountPath: z.string().regex(/^\/[^\n\r:]+$/) }))
    .default([])
    .describe('ConfigMaps to mount into the main container.'),
} as const;

function labelKey() {
  return z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/);
}

interface AutoscalingDefaults {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Bound of both. */
  readonly most: number;
}

export const autoscalingValues = ({ minReplicas, maxReplicas, most }: AutoscalingDefaults) =>
  z.strictObject({
    enabled: z.boolean().default(true).describe('Scale on CPU and memory between the two numbers of replicas.'),
    minReplicas: z.int().min(1).max(most).default(minReplicas).describe('Fewest replicas.'),
    maxReplicas: z.int().min(1).max(most).default(maxReplicas).describe('Most replicas.'),
    targetCpuUtilization: percent().default(70).describe('Percent of the CPU request to aim at.'),
    targetMemoryUtilization: percent().nullable().default(80).describe('Percent of the memory request to aim at; null to scale on CPU alone.'),
    scaleUpStabilizationSeconds: z.int().min(0).max(3600).default(60).describe('Seconds to look back before scaling out.'),
    scaleDownStabilizationSeconds: z.int().min(0).max(3600).default(300).describe('Seconds to look back before scaling in.'),
  });

interface StorageDefaults {
  readonly size: string;
}

export const storageValues = ({ size }: StorageDefaults) =>
  z.strictObject({
    size: byteSize().default(size).describe('Size of the volume of each pod. Growing it later is a procedure: see the documentation.'),
    storageClassName: objectName().nullable().default(null).describe("StorageClass; null for the cluster's default."),
  });
