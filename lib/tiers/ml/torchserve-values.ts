import { z } from 'zod';
import { byteSize, modelName, seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues } from '../../workload/values';
import { modelFields } from './model';
import { modelServerValues } from './model-server-values';
import type { torchServeDefaults } from './torchserve';

const MOST_BATCH = 10_000;
const MOST_WORKERS = 64;

const models = z.record(
  modelName(),
  z.strictObject({
    ...modelFields,
    archive: z
      .enum(['file', 'folder'])
      .describe('A file <model>.mar, which is unpacked at each start, or a folder <model>, which is not.'),
    minWorkers: z.int().min(1).max(MOST_WORKERS).describe('Processes that load each version at the start.'),
    maxWorkers: z.int().min(1).max(MOST_WORKERS).describe('Up to which the management API may raise them.'),
    batchSize: z.int().min(1).max(MOST_BATCH).describe('Requests that are put together.'),
    maxBatchSize: z.int().min(1).max(MOST_BATCH).describe('The largest batch that the model takes.'),
    maxBatchDelayMilliseconds: z.int().min(0).max(60_000).describe('Milliseconds that a batch waits to be full.'),
    responseTimeoutSeconds: seconds(3600)
      .min(1)
      .describe('Seconds after which a worker that does not answer is started anew.'),
  }),
);

/** What an operator may set of a TorchServe. */
export const torchServeValues = (
  defaults: Widen<typeof torchServeDefaults> & { readonly models: z.input<typeof models> },
) => ({
  image: imageValues(defaults.image).describe('Without GPUs.'),
  gpuImage: imageValues(defaults.gpuImage).describe('With GPUs.'),
  models: models.default(defaults.models).describe('Archives, by name.'),
  jobQueueSize: z
    .int()
    .min(1)
    .max(100_000)
    .default(defaults.jobQueueSize)
    .describe('Requests of a model that may wait; beyond them they are refused.'),
  startupTimeoutSeconds: seconds(3600)
    .min(1)
    .default(defaults.startupTimeoutSeconds)
    .describe('Seconds that a worker has to load its model.'),
  threads: z.int().min(1).max(256).default(defaults.threads).describe('Threads of a worker on the CPU.'),
  unpackedSize: byteSize()
    .default(defaults.unpackedSize)
    .describe('Disk for what is unpacked of archives; it counts against the limit of ephemeral storage.'),
  ...modelServerValues(defaults),
});
