import type { Construct } from 'constructs';
import { conditionOf } from '../../objects/conditions';
import { InferenceGateway } from '../../tiers/ml/inference-gateway';
import { ModelCache } from '../../tiers/ml/model-cache';
import { ModelStorage } from '../../tiers/ml/model-storage';
import type { ModelServer } from '../../tiers/ml/model-server';
import { SampleModels } from '../../tiers/ml/sample-models';
import { TensorFlowServing } from '../../tiers/ml/tensorflow-serving';
import { TorchServe } from '../../tiers/ml/torchserve';
import { Triton } from '../../tiers/ml/triton';
import type { Prometheus } from '../../tiers/observability/prometheus';
import type { Input } from '../../values/expression';
import { and, not, or } from '../../values/logic';
import type { Values } from '../../values/reference';
import type { NeededSecret } from '../notes';
import type { clusterAiValues } from './values';

/** The inference platform: a server for each framework, the gateway before them, and what they fetch models from. */
export class ModelServing {
  readonly samples: SampleModels;
  readonly cache: ModelCache;
  readonly servers: readonly ModelServer[];
  readonly gateway: InferenceGateway;
  /** With the key to the bucket of the models, where that is outside. */
  readonly storageSecret: Required<NeededSecret>;

  constructor(scope: Construct, v: Values<typeof clusterAiValues>, prometheus: Prometheus) {
    const { tensorflowServing, torchserve, onnx, tensorrt, modelCache, modelStorage, sampleModels, inferenceGateway } =
      v;
    const isUsed = or(...[tensorflowServing, torchserve, onnx, tensorrt].map(({ enabled }) => enabled));
    const where = (enabled: Input<boolean>): Input<boolean> => and(isUsed, enabled);

    this.samples = new SampleModels(scope, 'sample-models', { ...sampleModels, enabled: where(sampleModels.enabled) });
    const storage = new ModelStorage(scope, 'model-storage', {
      ...modelStorage,
      enabled: isUsed,
      server: this.samples.storage,
    });
    this.storageSecret = { secret: storage.secret, enabled: and(isUsed, not(conditionOf(this.samples))) };
    this.cache = new ModelCache(scope, 'model-cache', { ...modelCache, enabled: where(modelCache.enabled), storage });
    const shared = { storage, cache: this.cache, prometheus };
    this.servers = [
      new TensorFlowServing(scope, 'tensorflow-serving', { ...tensorflowServing, ...shared }),
      new TorchServe(scope, 'torchserve', { ...torchserve, ...shared }),
      new Triton(scope, 'onnx', { ...onnx, ...shared }),
      new Triton(scope, 'tensorrt', { ...tensorrt, ...shared }),
    ];
    this.gateway = new InferenceGateway(scope, 'inference-gateway', {
      ...inferenceGateway,
      enabled: where(inferenceGateway.enabled),
      backends: this.servers,
    });
  }
}
