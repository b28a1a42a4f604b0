/** What an operator may set of Cluster AI's inference platform. It is off by default. */
import { z } from 'zod';
import { inferenceGatewayDefaults } from '../../tiers/ml/inference-gateway';
import { inferenceGatewayValues } from '../../tiers/ml/inference-gateway-values';
import { modelCacheDefaults } from '../../tiers/ml/model-cache';
import { modelCacheValues } from '../../tiers/ml/model-cache-values';
import { modelStorageDefaults } from '../../tiers/ml/model-storage';
import { modelStorageValues } from '../../tiers/ml/model-storage-values';
import { sampleModelsDefaults } from '../../tiers/ml/sample-models';
import { sampleModelsValues } from '../../tiers/ml/sample-models-values';
import { tensorFlowServingDefaults } from '../../tiers/ml/tensorflow-serving';
import { tensorFlowServingValues } from '../../tiers/ml/tensorflow-serving-values';
import { torchServeDefaults } from '../../tiers/ml/torchserve';
import { torchServeValues } from '../../tiers/ml/torchserve-values';
import { tritonDefaults } from '../../tiers/ml/triton';
import { tritonValues } from '../../tiers/ml/triton-values';
import { laptop, section } from '../sections';

const switchedOff = (description: string) => z.boolean().default(false).describe(description);
const volume = { shared: false, accessMode: 'ReadWriteOnce', size: '1Gi', storageClassName: null } as const;
const small = { models: {}, volume, resources: laptop('100m', '512Mi') };

export const modelValues = {
  modelStorage: section('Object storage with the models of all servers.', modelStorageValues(modelStorageDefaults)),
  sampleModels: section('A few tiny models in the release, for trials without object storage.', {
    enabled: switchedOff('Fetch models from there, instead of from object storage outside.'),
    ...sampleModelsValues(sampleModelsDefaults),
  }),
  modelCache: section('Redis, which is asked for models before object storage is.', {
    enabled: switchedOff('Keep models in memory, for servers that start.'),
    ...modelCacheValues({ ...modelCacheDefaults, resources: laptop('50m', '512Mi') }),
  }),
  tensorflowServing: section('TensorFlow Serving, for SavedModels.', {
    enabled: switchedOff('Serve models.'),
    ...tensorFlowServingValues({ ...tensorFlowServingDefaults, ...small }),
  }),
  torchserve: section('TorchServe, for archives of PyTorch.', {
    enabled: switchedOff('Serve models.'),
    ...torchServeValues({ ...torchServeDefaults, unpackedSize: '128Mi', ...small }),
  }),
  onnx: section('Triton with ONNX Runtime, by the CPU.', {
    enabled: switchedOff('Serve models.'),
    ...tritonValues({ ...tritonDefaults, ...small }),
  }),
  tensorrt: section('Triton with TensorRT, by GPUs.', {
    enabled: switchedOff('Serve models.'),
    ...tritonValues({ ...tritonDefaults, latencyTargetMilliseconds: 10, ...small }),
  }),
  inferenceGateway: section('Envoy, which leads each request to the server of its model.', {
    enabled: z.boolean().default(true).describe('One address for all models, where any is served.'),
    ...inferenceGatewayValues({ ...inferenceGatewayDefaults, resources: laptop('50m', '256Mi') }),
  }),
};
