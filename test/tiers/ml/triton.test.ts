import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { Container, ServiceSpec } from 'kubernetes-types/core/v1';
import { type Accelerator, acceleratorDefaults } from '../../../lib/tiers/ml/accelerator';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { modelFetcherDefaults } from '../../../lib/tiers/ml/model-fetcher';
import { modelServerDefaults } from '../../../lib/tiers/ml/model-server-props';
import { Triton, type TritonProps } from '../../../lib/tiers/ml/triton';
import type { TritonModel } from '../../../lib/tiers/ml/triton-configuration';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings } from '../web/pod-settings';
import { type Stored, addStorage } from './served';

const onnx: TritonModel = {
  versions: [{ version: 1 }, { version: 2 }],
  size: '100Mi',
  backend: 'onnxruntime',
  device: 'cpu',
  instances: 2,
  threads: 1,
  maxBatchSize: 8,
  preferredBatchSizes: [4, 8],
  maxQueueDelayMicroseconds: 500,
  maxQueueSize: 100,
  inputs: [{ name: 'x', dataType: 'FP32', dims: [3, -1] }],
  outputs: [{ name: 'y', dataType: 'INT64', dims: [1] }],
  warmUpBatchSizes: [1, 8],
  warmUpLength: 16,
};
const engine: TritonModel = { ...onnx, backend: 'tensorrt', device: 'gpu' };
const models = { ranking: onnx };

type Given = Partial<Stored<TritonProps>>;

const NAME = 'shop-onnx';
const objectsOf = (props: Given = {}): readonly KubernetesObject[] =>
  synth((chart) => new Triton(chart, 'onnx', { models, ...props, storage: addStorage(chart, props.storage) }));
const filesOf = (props: Given = {}) => find(objectsOf(props), 'ConfigMap', NAME).data ?? {};
const configurationOf = (change: Partial<TritonModel>, props: Given = {}): string =>
  filesOf({ models: { ranking: { ...onnx, ...change } }, ...props })['ranking.pbtxt'] ?? '';
const setOf = (props: Given = {}): StatefulSetSpec =>
  find(objectsOf(props), 'StatefulSet', NAME).spec as StatefulSetSpec;
const serverOf = (props: Given = {}): Container | undefined => setOf(props).template.spec?.containers[0];
const gpu = (accelerator: Partial<Accelerator> = {}): Accelerator => ({
  ...acceleratorDefaults,
  kind: 'gpu',
  ...accelerator,
});

describe('Triton', () => {
  it('answers on ports 8000 and 8001, and has metrics on 8002', () => {
    expect((find(objectsOf(), 'Service', NAME).spec as ServiceSpec).ports).toEqual([
      { name: 'http', port: 8000, targetPort: 'http' },
      { name: 'grpc', port: 8001, targetPort: 'grpc' },
    ]);
    expect(setOf().template.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '8002' });
    expect(serverOf()?.ports).toContainEqual({ name: 'metrics', containerPort: 8002 });
  });

  it('has a file for each model, with its batches, instances and requests before the first', () => {
    const { 'ranking.pbtxt': ranking, ...others } = filesOf({ models: { ranking: onnx, words: onnx } });
    expect(Object.keys(others).sort()).toEqual(['models', 'start.sh', 'words.pbtxt']);
    expect(ranking).toBe(`# Written by cdk8s-tiers.
name: "ranking"
backend: "onnxruntime"
max_batch_size: 8
version_policy {
  specific {
    versions: 1
    versions: 2
  }
}
instance_group {
  kind: KIND_CPU
  count: 2
}
dynamic_batching {
  preferred_batch_size: 4
  preferred_batch_size: 8
  max_queue_delay_microseconds: 500
  default_queue_policy {
    max_queue_size: 100
  }
}
input {
  name: "x"
  data_type: TYPE_FP32
  dims: 3
  dims: -1
}
output {
  name: "y"
  data_type: TYPE_INT64
  dims: 1
}
model_warmup {
  name: "batch of 1"
  batch_size: 1
  inputs {
    key: "x"
    value {
      data_type: TYPE_FP32
      dims: 3
      dims: 16
      zero_data: true
    }
  }
}
model_warmup {
  name: "batch of 8"
  batch_size: 8
  inputs {
    key: "x"
    value {
      data_type: TYPE_FP32
      dims: 3
      dims: 16
      zero_data: true
    }
  }
}
parameters {
  key: "intra_op_thread_count"
  value { string_value: "1" }
}
`);
  });

  it('puts no requests together for a model that knows no batches', () => {
    const none = { maxBatchSize: 0, preferredBatchSizes: [], warmUpBatchSizes: [1] };
    expect(configurationOf(none)).not.toContain('dynamic_batching');
    expect(configurationOf({ ...none, maxBatchSize: 1 })).toContain('dynamic_batching');
  });

  it('has instances where the model computes, and threads on the CPU alone', () => {
    const onGpu = configurationOf({ device: 'gpu' }, { accelerator: gpu() });
    expect(onGpu).toContain('kind: KIND_GPU');
    expect(onGpu).not.toContain('intra_op_thread_count');
    expect(configurationOf(engine, { accelerator: gpu() })).toContain('backend: "tensorrt"');
  });

  it('lets Triton ask the model for tensors that are not named', () => {
    expect(configurationOf({ inputs: [], outputs: [], warmUpBatchSizes: [] })).not.toMatch(/put|warmup/);
  });

  it('loads all at the start and nothing later, is ready with all, and waits for what is in flight', () => {
    const { args = [], livenessProbe, readinessProbe } = serverOf({ drainSeconds: 40 }) ?? {};
    expect(args).toEqual([
      '--model-repository=/run/triton/repository',
      '--model-control-mode=none',
      '--strict-readiness=true',
      '--exit-timeout-secs=40',
      '--http-port=8000',
      '--grpc-port=8001',
      '--metrics-port=8002',
      '--metrics-config=summary_latencies=true',
      '--allow-cpu-metrics=false',
      '--allow-gpu-metrics=false',
      '--log-format=ISO8601',
    ]);
    expect(livenessProbe?.httpGet).toEqual({ path: '/v2/health/live', port: 'http' });
    expect(readinessProbe?.httpGet).toEqual({ path: '/v2/health/ready', port: 'http' });
    const { spec } = setOf({ drainSeconds: 40 }).template;
    expect(spec?.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(spec?.terminationGracePeriodSeconds).toBe(55);
  });

  it('measures GPUs where it has them', () => {
    expect(serverOf({ accelerator: gpu() })?.args).toContain('--allow-gpu-metrics=true');
  });

  it('is restarted by another configuration of a model', () => {
    const sumOf = (change: Partial<TritonModel>) =>
      setOf({ models: { ranking: { ...onnx, ...change } } }).template.metadata?.annotations?.['checksum/config.pbtxt'];
    expect(sumOf({ maxQueueDelayMicroseconds: 501 })).not.toBe(sumOf({}));
  });

  const refusal = (change: Partial<TritonModel>, props: Given = {}): (() => unknown) => {
    return () => configurationOf(change, props);
  };

  it('refuses batches beyond what the model takes', () => {
    expect(refusal({ preferredBatchSizes: [4, 9] })).toThrow(
      '[shop/onnx] preferredBatchSizes of the model ranking go up to 9, above its maxBatchSize 8; lower them to 8 or less.',
    );
    expect(refusal({ warmUpBatchSizes: [9] })).toThrow(
      '[shop/onnx] warmUpBatchSizes of the model ranking go up to 9, above its maxBatchSize 8; lower them to 8 or less.',
    );
    expect(refusal({ maxBatchSize: 0, preferredBatchSizes: [], warmUpBatchSizes: [2] })).toThrow(
      '[shop/onnx] warmUpBatchSizes of the model ranking go up to 2, above its maxBatchSize 0; lower them to 1 or less.',
    );
    expect(refusal({ preferredBatchSizes: [8], warmUpBatchSizes: [8] })).not.toThrow();
  });

  it('refuses a queue that takes as long as an answer may', () => {
    expect(refusal({ maxQueueDelayMicroseconds: 20_000 })).toThrow(
      '[shop/onnx] maxQueueDelayMicroseconds 20000 of the model ranking leaves nothing of latencyTargetMilliseconds 20; lower it below 20000, or raise the target.',
    );
    expect(refusal({ maxQueueDelayMicroseconds: 19_999 })).not.toThrow();
    const none = { maxBatchSize: 0, preferredBatchSizes: [], warmUpBatchSizes: [] };
    expect(refusal({ maxQueueDelayMicroseconds: 20_000, ...none })).not.toThrow();
  });

  it('refuses requests of zeros for inputs that it does not know', () => {
    expect(refusal({ inputs: [] })).toThrow(
      '[shop/onnx] warmUpBatchSizes of the model ranking need its inputs, and there are none; name them, or empty warmUpBatchSizes.',
    );
  });

  it('refuses engines and instances of GPUs where there are none', () => {
    expect(refusal(engine)).toThrow(
      '[shop/onnx] the model ranking is an engine of TensorRT, which computes on GPUs, and accelerator.kind is none; set it to gpu, shared or mig, or serve the model by onnxruntime.',
    );
    expect(refusal({ device: 'gpu' })).toThrow(
      '[shop/onnx] the model ranking has instances on GPUs, and accelerator.kind is none; set it to gpu, shared or mig, or device to cpu.',
    );
    expect(refusal({ backend: 'tensorrt' }, { accelerator: gpu() })).toThrow(
      '[shop/onnx] the model ranking is an engine of TensorRT, but device is cpu; set it to gpu.',
    );
    expect(refusal(engine, { accelerator: gpu() })).not.toThrow();
    expect(refusal({ device: 'gpu' }, { accelerator: gpu({ kind: 'shared' }) })).not.toThrow();
  });

  it('refuses more threads than there are cores', () => {
    expect(refusal({ threads: 3 })).toThrow(
      '[shop/onnx] threads 3 of the model ranking are more than the cores of resources.limits.cpu 2; lower them to 2 or less.',
    );
    expect(refusal({ threads: 2 })).not.toThrow();
    const { requests, limits } = roomy;
    expect(refusal({ threads: 3 }, { resources: { requests, limits: { ...limits, cpu: null } } })).not.toThrow();
  });

  it('refuses instances that do not fit into memory together; those of an engine share it', () => {
    const props = { accelerator: gpu({ memory: '1Gi', count: 2 }) };
    expect(refusal({ instances: 3, size: '400Mi', device: 'gpu' }, props)).toThrow(
      "[shop/onnx] all instances of all versions of all models take 4800 MiB, more than the 2048 MiB of a pod's GPUs (accelerator.kind gpu, count 2); serve fewer, or choose larger or more GPUs.",
    );
    expect(refusal({ ...engine, instances: 3, size: '400Mi' }, props)).not.toThrow();
  });

  const roomy = {
    requests: { cpu: '1', memory: '1Gi', ephemeralStorage: '1Gi' },
    limits: { cpu: '3', memory: '9Gi', ephemeralStorage: '9Gi' },
  };
  const full: Required<Omit<Given, 'prometheus' | 'cache'>> = {
    ...podSettings,
    enabled: true,
    models: { words: { ...onnx, versions: [{ version: 3, sha256: 'a'.repeat(64) }], variant: 'int8' } },
    storage: { bucket: 'others', prefix: 'shop' },
    fetcher: { ...modelFetcherDefaults, image: image('redis') },
    replicas: 3,
    autoscaling: { ...modelServerDefaults.autoscaling, enabled: true },
    accelerator: gpu({ products: ['NVIDIA-L4'], runtimeClassName: 'nvidia' }),
    volume: { ...modelServerDefaults.volume, shared: true, accessMode: 'ReadWriteMany' },
    sharedMemory: '128Mi',
    latencyTargetMilliseconds: 10,
    drainSeconds: 45,
    resources: roomy,
    image: image('triton'),
  };

  it('is what its snapshots say, with defaults and with every prop', () => {
    // But for what fetches models, which has snapshots of its own.
    const shown = (props: Given) => objectsOf(props).filter(({ metadata }) => metadata.name !== 'shop-model-storage');
    expect(shown({})).toMatchSnapshot('defaults');
    expect(shown(full)).toMatchSnapshot('every prop');
  });

  it('asks a cache before object storage', () => {
    const objects = synth((chart) => {
      const storage = addStorage(chart);
      const cache = new ModelCache(chart, 'model-cache', { storage });
      new Triton(chart, 'onnx', { models, storage, cache });
    });
    expect(JSON.stringify(find(objects, 'StatefulSet', NAME).spec)).toContain('shop-model-cache');
  });

  it('changes with every prop', () => {
    const seen = (props: Given): string => {
      let target: Triton['latencyTargetMilliseconds'] = 0;
      const objects = synth((chart) => {
        const server = new Triton(chart, 'onnx', {
          models,
          ...props,
          storage: addStorage(chart, props.storage),
        });
        // What the gateway and the rules judge by.
        target = server.latencyTargetMilliseconds;
      });
      return JSON.stringify([objects, target]);
    };
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      expect([key, seen({ [key]: { ...full, enabled: false }[key] }) === seen({})]).toEqual([key, false]);
    }
  });
});
