/** Schemas of what every model server lets its operator set; each mirrors the props of the same name. */
import { z } from 'zod';
import { byteSize, objectName, seconds, word } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { autoscalingValues, imageValues, podValues, resourcesValues } from '../../workload/values';
import type { acceleratorDefaults } from './accelerator';
import type { modelServerDefaults } from './model-server-props';

const MOST_REPLICAS = 50;

type Defaults = Widen<typeof modelServerDefaults>;

const acceleratorValues = (defaults: Widen<typeof acceleratorDefaults>) =>
  z
    .strictObject({
      kind: z
        .enum(['none', 'gpu', 'shared', 'mig'])
        .default('none')
        .describe('What computes: none for the CPU, whole GPUs, shares of time-sliced ones, or MIG instances.'),
      count: z.int().min(1).max(16).default(defaults.count).describe('How many of them a pod has.'),
      memory: byteSize()
        .default(defaults.memory)
        .describe(
          'Memory of one GPU, or what a share may take of it; nodes need as much by their label nvidia.com/gpu.memory.',
        ),
      mig: z
        .strictObject({
          slices: z.int().min(1).max(7).default(defaults.mig.slices).describe("Slices of the GPU's seven."),
          memoryGigabytes: z
            .int()
            .min(1)
            .max(1000)
            .default(defaults.mig.memoryGigabytes)
            .describe('Gigabytes of memory.'),
        })
        .describe('Profile of MIG instances: 3 slices and 20 gigabytes for 3g.20gb.'),
      products: z
        .array(word())
        .default([])
        .describe('Models of GPUs that will do, by the label nvidia.com/gpu.product, such as NVIDIA-L4; none for any.'),
      runtimeClassName: objectName()
        .nullable()
        .default(defaults.runtimeClassName)
        .describe("RuntimeClass of NVIDIA's container runtime; null where it is the nodes' default."),
      cuda: z
        .strictObject({
          moduleLoading: z
            .enum(['LAZY', 'EAGER'])
            .default('LAZY')
            .describe("When kernels are loaded into the GPU's memory: when first needed, or before the first request."),
          cacheSize: byteSize()
            .default(defaults.cuda.cacheSize)
            .describe('Disk for kernels compiled for this GPU; it counts against the limit of ephemeral storage.'),
          tf32: z
            .boolean()
            .default(defaults.cuda.tf32)
            .describe('Let cuBLAS and cuDNN round 32-bit floats to TF32, which is faster.'),
        })
        .describe('Settings of the CUDA and cuDNN libraries.'),
    })
    .describe('GPUs of a pod.');

const modelVolumeValues = (defaults: Defaults['volume']) =>
  z
    .strictObject({
      shared: z.boolean().default(defaults.shared).describe('One volume for all pods, instead of one for each.'),
      accessMode: z
        .enum(['ReadWriteOnce', 'ReadWriteMany'])
        .default('ReadWriteOnce')
        .describe('How it may be mounted; ReadWriteMany where several pods share it.'),
      size: byteSize()
        .default(defaults.size)
        .describe('Its size, at least twice what all versions of all models take.'),
      storageClassName: objectName()
        .nullable()
        .default(defaults.storageClassName)
        .describe("StorageClass of it; null for the cluster's default."),
    })
    .describe('Where models are kept. A change of it is a procedure: see the documentation.');

const scalingValues = (defaults: Defaults['autoscaling']) =>
  // Memory is that of the models, which more pods do not lower.
  autoscalingValues({ ...defaults, targetMemoryUtilization: null }, MOST_REPLICAS).extend({
    queueTime: z
      .strictObject({
        enabled: z
          .boolean()
          .default(defaults.queueTime.enabled)
          .describe('Scale by the time that requests wait too; KEDA must be in the cluster, and reach Prometheus.'),
        targetMilliseconds: z
          .int()
          .min(1)
          .max(60_000)
          .default(defaults.queueTime.targetMilliseconds)
          .describe('Mean milliseconds of waiting to aim at.'),
      })
      .describe('Scaling by the time that requests wait in the server.'),
  });

/** What an operator may set of any model server, but its models and images. */
export const modelServerValues = (
  defaults: Defaults & {
    readonly latencyTargetMilliseconds: number;
    readonly resources: Parameters<typeof resourcesValues>[0];
  },
) => ({
  replicas: z.int().min(1).max(MOST_REPLICAS).default(defaults.replicas).describe('Pods, where autoscaling is off.'),
  autoscaling: scalingValues(defaults.autoscaling),
  accelerator: acceleratorValues(defaults.accelerator),
  volume: modelVolumeValues(defaults.volume),
  fetcher: z
    .strictObject({
      image: imageValues(defaults.fetcher.image).describe('Redis, with a shell.'),
      toolsImage: imageValues(defaults.fetcher.toolsImage).describe('rclone.'),
      resources: resourcesValues(defaults.fetcher.resources),
    })
    .describe('What fetches models before the server starts.'),
  sharedMemory: byteSize()
    .default(defaults.sharedMemory)
    .describe('Size of /dev/shm, which counts against the limit of memory.'),
  latencyTargetMilliseconds: z
    .int()
    .min(1)
    .max(60_000)
    .default(defaults.latencyTargetMilliseconds)
    .describe('Milliseconds within which 95 of 100 requests are to be answered.'),
  drainSeconds: seconds(600)
    .min(5)
    .default(defaults.drainSeconds)
    .describe('Seconds that requests have to end after a pod is told to stop.'),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
