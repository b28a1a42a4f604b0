/** Schemas of what every workload lets its operator set; each mirrors the props of the same name. */
import { z } from 'zod';
import {
  absolutePath,
  byteSize,
  cidr,
  cpu,
  envName,
  imageDigest,
  imagePart,
  labelKey,
  line,
  objectName,
  percent,
  port,
  seconds,
  storageSize,
  word,
} from '../values/leaves';

interface PinnedImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** Values of `Image`. */
export const imageValues = ({ registry, repository, tag }: PinnedImage) =>
  z.strictObject({
    registry: imagePart().default(registry).describe('Registry of the image.'),
    repository: imagePart().default(repository).describe('Repository of the image.'),
    tag: imagePart().default(tag).describe('Tag of the image.'),
    digest: imageDigest().nullable().default(null).describe('Digest of the image; wins over the tag.'),
  });

interface ResourceDefaults {
  readonly requests: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string };
  readonly limits: { readonly cpu: string | null; readonly memory: string; readonly ephemeralStorage: string };
}

/** Values of `Resources`. */
export const resourcesValues = ({ requests, limits }: ResourceDefaults) =>
  z.strictObject({
    requests: z.strictObject({
      cpu: cpu().default(requests.cpu).describe('CPU that is set aside.'),
      memory: byteSize().default(requests.memory).describe('Memory that is set aside.'),
      ephemeralStorage: byteSize()
        .default(requests.ephemeralStorage)
        .describe('Disk that is set aside for logs and writable folders.'),
    }),
    limits: z.strictObject({
      cpu: cpu().nullable().default(limits.cpu).describe('Most CPU; null for whatever is idle.'),
      memory: byteSize().default(limits.memory).describe('Most memory; beyond it the container is killed.'),
      ephemeralStorage: byteSize()
        .default(limits.ephemeralStorage)
        .describe('Most disk for logs and writable folders; beyond it the pod is evicted.'),
    }),
  });

/** The fields of PodSettings. */
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
  priorityClassName: objectName()
    .nullable()
    .default(null)
    .describe("PriorityClass of the pods; null for the cluster's default."),
  extraEnv: z.record(envName(), line()).default({}).describe('Environment variables to add to the main container.'),
  extraVolumes: z
    .array(z.strictObject({ name: objectName(), configMap: objectName(), mountPath: absolutePath() }))
    .default([])
    .describe('ConfigMaps to mount into the main container.'),
} as const;

interface AutoscalingDefaults {
  readonly enabled: boolean;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuUtilization: number;
  readonly targetMemoryUtilization: number | null;
  readonly scaleUpStabilizationSeconds: number;
  readonly scaleDownStabilizationSeconds: number;
}

/** Values of `Autoscaling`. @param most bound of both numbers of replicas */
export const autoscalingValues = (defaults: AutoscalingDefaults, most: number) =>
  z.strictObject({
    enabled: z
      .boolean()
      .default(defaults.enabled)
      .describe('Scale on CPU and memory between the two numbers of replicas.'),
    minReplicas: z.int().min(1).max(most).default(defaults.minReplicas).describe('Fewest replicas.'),
    maxReplicas: z.int().min(1).max(most).default(defaults.maxReplicas).describe('Most replicas.'),
    targetCpuUtilization: percent()
      .default(defaults.targetCpuUtilization)
      .describe('Percent of the CPU request to aim at.'),
    targetMemoryUtilization: percent()
      .nullable()
      .default(defaults.targetMemoryUtilization)
      .describe('Percent of the memory request to aim at; null to scale on CPU alone.'),
    scaleUpStabilizationSeconds: seconds(3600)
      .default(defaults.scaleUpStabilizationSeconds)
      .describe('Seconds to look back before scaling out.'),
    scaleDownStabilizationSeconds: seconds(3600)
      .default(defaults.scaleDownStabilizationSeconds)
      .describe('Seconds to look back before scaling in.'),
  });

interface StorageDefaults {
  readonly size: string;
  readonly storageClassName: string | null;
}

/** Values of `Storage`. */
export const storageValues = ({ size, storageClassName }: StorageDefaults) =>
  z.strictObject({
    size: storageSize()
      .default(size)
      .describe('Size of the volume of each pod. Growing it later is a procedure: see the documentation.'),
    storageClassName: objectName()
      .nullable()
      .default(storageClassName)
      .describe("StorageClass of the volumes; null for the cluster's default."),
  });

/** Where images come from. */
export const globalValues = () =>
  z.strictObject({
    imageRegistry: imagePart()
      .nullable()
      .default(null)
      .describe('A registry that replaces that of every image, such as a mirror; null for each its own.'),
    imagePullSecrets: z.array(objectName()).default([]).describe('Secrets to pull images with.'),
  });

/** Facts of the cluster's network. */
export const networkValues = () =>
  z.strictObject({
    dnsNamespace: objectName().default('kube-system').describe('Namespace of the DNS servers.'),
    dnsPorts: z.array(port()).min(1).default([53]).describe('Ports on which DNS pods listen; OpenShift uses 5353.'),
    dnsAddresses: z.array(cidr()).default([]).describe('Addresses of node-local DNS caches, such as 169.254.20.10/32.'),
    ingressNamespace: objectName()
      .nullable()
      .default(null)
      .describe('Namespace of the ingress controller or gateway; null if none reaches the pods.'),
    scraperNamespace: objectName()
      .nullable()
      .default(null)
      .describe('Namespace from which metrics are scraped; null if none is.'),
    apiServerAddresses: z
      .array(cidr())
      .min(1)
      .default(['0.0.0.0/0'])
      .describe('Addresses of the API server, after the translation of its Service.'),
    apiServerPorts: z.array(port()).min(1).default([443, 6443]).describe('Ports of the API server.'),
  });
