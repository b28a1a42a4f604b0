import { z } from 'zod';
import { modelName, shortName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues } from '../../workload/values';
import { modelFields, versionFields, versionList } from './model';
import { modelServerValues } from './model-server-values';
import type { tensorFlowServingDefaults } from './tensorflow-serving';

const MOST_BATCH = 10_000;

const batchingValues = (defaults: Widen<typeof tensorFlowServingDefaults>['batching']) =>
  z
    .strictObject({
      enabled: z.boolean().default(defaults.enabled).describe('Run requests that wait together, as one batch.'),
      maxBatchSize: z.int().min(1).max(MOST_BATCH).default(defaults.maxBatchSize).describe('Examples of one batch.'),
      batchTimeoutMicros: z
        .int()
        .min(0)
        .max(10_000_000)
        .default(defaults.batchTimeoutMicros)
        .describe('Microseconds that the first request waits for others.'),
      maxEnqueuedBatches: z
        .int()
        .min(1)
        .max(MOST_BATCH)
        .default(defaults.maxEnqueuedBatches)
        .describe('Batches of a model that may wait; beyond them requests are refused.'),
      numBatchThreads: z
        .int()
        .min(1)
        .max(256)
        .default(defaults.numBatchThreads)
        .describe('Batches that run at a time.'),
    })
    .describe('Batches of all models.');

const models = z.record(
  modelName(),
  z.strictObject({
    ...modelFields,
    versions: versionList(
      { ...versionFields, label: shortName().nullish() },
      'Versions to have, each with the SHA-256 of its SHA256SUMS or null, and a label for clients or null; the highest is the default.',
    ),
    maxBatchSize: z.int().min(1).max(MOST_BATCH).describe('Examples that one run of the model takes.'),
    policy: z
      .enum(['specific', 'latest'])
      .nullish()
      .describe('Versions to load: specific or null for all that are listed, latest for the highest.'),
  }),
);

/** What an operator may set of a TensorFlow Serving. */
export const tensorFlowServingValues = (
  defaults: Widen<typeof tensorFlowServingDefaults> & { readonly models: z.input<typeof models> },
) => ({
  image: imageValues(defaults.image).describe('Without GPUs.'),
  gpuImage: imageValues(defaults.gpuImage).describe('With GPUs.'),
  models: models.default(defaults.models).describe('SavedModels, by name.'),
  batching: batchingValues(defaults.batching),
  gpuMemoryFraction: z
    .number()
    .min(0.05)
    .max(1)
    .default(defaults.gpuMemoryFraction)
    .describe("Part of each GPU's memory that TensorFlow takes; below 1 where others share it."),
  ...modelServerValues(defaults),
});
