import { z } from 'zod';
import { modelName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues } from '../../workload/values';
import { modelFields } from './model';
import { modelServerValues } from './model-server-values';
import type { tritonDefaults } from './triton';
import { DATA_TYPES } from './triton-configuration';

const MOST_BATCH = 10_000;

/** Of an input or output: what ONNX and TensorRT have in use, and no quote of a text of protobuf. */
const tensorName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.:/-]{0,126}[A-Za-z0-9_])?$/)
    .meta({ plain: true, form: 'the name of a tensor, such as input_ids' });

const tensors = (what: string) =>
  z
    .array(
      z.strictObject({
        name: tensorName(),
        dataType: z.enum(DATA_TYPES),
        dims: z.array(z.int().min(-1).max(1_000_000_000)).min(1).max(8),
      }),
    )
    .max(64)
    .describe(`${what}, without the dimension of batches; none to have Triton ask the model.`);

const batchSizes = (description: string) => z.array(z.int().min(1).max(MOST_BATCH)).max(16).describe(description);

const models = z.record(
  modelName(),
  z.strictObject({
    ...modelFields,
    backend: z
      .enum(['onnxruntime', 'tensorrt'])
      .describe('What runs it: ONNX Runtime a model.onnx, TensorRT an engine model.plan.'),
    device: z.enum(['cpu', 'gpu']).describe('Where instances compute; gpu for TensorRT.'),
    instances: z.int().min(1).max(64).describe('Batches of a version that are computed at a time, on GPUs on each.'),
    threads: z.int().min(1).max(256).describe('Threads of an instance of ONNX Runtime on the CPU.'),
    maxBatchSize: z.int().min(0).max(MOST_BATCH).describe('The largest batch that it takes; 0 where it knows none.'),
    preferredBatchSizes: batchSizes('Batch sizes that are waited for; none to take what there is.'),
    maxQueueDelayMicroseconds: z.int().min(0).max(60_000_000).describe('Microseconds that a request waits for others.'),
    maxQueueSize: z.int().min(1).max(1_000_000).describe('Requests that may wait; beyond them they are refused.'),
    inputs: tensors('Inputs'),
    outputs: tensors('Outputs'),
    warmUpBatchSizes: batchSizes('Batch sizes of requests of zeros before it is ready, which need inputs.'),
    warmUpLength: z.int().min(1).max(1_000_000).describe('What dimensions of any length have in those requests.'),
  }),
);

/** What an operator may set of a Triton. */
export const tritonValues = (defaults: Widen<typeof tritonDefaults> & { readonly models: z.input<typeof models> }) => ({
  image: imageValues(defaults.image),
  models: models.default(defaults.models).describe('Models of ONNX and engines of TensorRT, by name.'),
  ...modelServerValues(defaults),
});
