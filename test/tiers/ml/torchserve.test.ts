import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { Container, ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { type Accelerator, acceleratorDefaults } from '../../../lib/tiers/ml/accelerator';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { modelFetcherDefaults } from '../../../lib/tiers/ml/model-fetcher';
import { modelServerDefaults } from '../../../lib/tiers/ml/model-server-props';
import { TorchServe, type TorchServeProps } from '../../../lib/tiers/ml/torchserve';
import type { TorchModel } from '../../../lib/tiers/ml/torchserve-configuration';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings } from '../web/pod-settings';
import { type Stored, addStorage } from './served';
import { propertiesOf, unknownKeys } from './torchserve-properties';

const model: TorchModel = {
  versions: [{ version: 1 }, { version: 2 }],
  size: '100Mi',
  archive: 'file',
  minWorkers: 2,
  maxWorkers: 4,
  batchSize: 8,
  maxBatchSize: 16,
  maxBatchDelayMilliseconds: 5,
  responseTimeoutSeconds: 30,
};
const models = { digits: model };

type Given = Partial<Stored<TorchServeProps>>;

const objectsOf = (props: Given = {}): readonly KubernetesObject[] =>
  synth(
    (chart) => new TorchServe(chart, 'torchserve', { models, ...props, storage: addStorage(chart, props.storage) }),
  );

const NAME = 'shop-torchserve';
const fileOf = (objects: readonly KubernetesObject[], file: string): string =>
  find(objects, 'ConfigMap', NAME).data?.[file] ?? '';
const propertiesWith = (props: Given = {}) => propertiesOf(fileOf(objectsOf(props), 'config.properties'));
const setOf = (objects: readonly KubernetesObject[]): StatefulSetSpec =>
  find(objects, 'StatefulSet', NAME).spec as StatefulSetSpec;
const serverOf = (objects: readonly KubernetesObject[]): Container | undefined =>
  setOf(objects).template.spec?.containers[0];
const gpu = (accelerator: Partial<Accelerator> = {}): Accelerator => ({
  ...acceleratorDefaults,
  kind: 'gpu',
  ...accelerator,
});

const defaults = objectsOf();

describe('TorchServe', () => {
  it('answers on port 8080 and 7070, has metrics on 8082, and its management in the pod alone', () => {
    const ports = [
      { name: 'http', port: 8080, targetPort: 'http' },
      { name: 'grpc', port: 7070, targetPort: 'grpc' },
    ];
    expect((find(defaults, 'Service', NAME).spec as ServiceSpec).ports).toEqual(ports);
    expect((find(defaults, 'Service', `${NAME}-headless`).spec as ServiceSpec).ports).toEqual(ports);
    expect(setOf(defaults).template.metadata?.annotations).toMatchObject({
      'prometheus.io/port': '8082',
      'prometheus.io/path': '/metrics',
    });
    expect(propertiesWith()).toMatchObject({
      inference_address: 'http://0.0.0.0:8080',
      grpc_inference_address: '0.0.0.0',
      metrics_address: 'http://0.0.0.0:8082',
      management_address: 'http://127.0.0.1:8081',
      grpc_management_address: '127.0.0.1',
    });
    expect(JSON.stringify(defaults.filter(({ kind }) => kind !== 'ConfigMap'))).not.toContain('8081');
  });

  it('lets in nobody who is not connected', () => {
    expect((find(defaults, 'NetworkPolicy', NAME).spec as NetworkPolicySpec).ingress).toEqual(undefined);
  });

  it('loads the last version of a model first, which makes it the default', () => {
    expect(propertiesWith().load_models).toBe('digits=digits-2.mar,digits=digits-1.mar,,');
    const versions = [{ version: 7 }];
    expect(propertiesWith({ models: { a: { ...model, versions }, b: model } }).load_models).toBe(
      'a=a-7.mar,b=b-2.mar,b=b-1.mar,,',
    );
  });

  it('gives each version of a model its workers and its batch', () => {
    const version = {
      minWorkers: 2,
      maxWorkers: 4,
      batchSize: 8,
      maxBatchDelay: 5,
      responseTimeout: 30,
    };
    expect(JSON.parse(propertiesWith().models ?? '')).toEqual({
      digits: {
        1: { marName: 'digits-1.mar', ...version },
        2: { marName: 'digits-2.mar', ...version },
        '': {},
      },
      '': {},
    });
  });

  it('sees as many GPUs as its pod has', () => {
    expect(propertiesWith().number_of_gpu).toBe('0');
    expect(propertiesWith({ accelerator: gpu({ count: 2 }) }).number_of_gpu).toBe('2');
    expect(serverOf(defaults)?.image).toBe('docker.io/pytorch/torchserve:0.12.0-cpu');
    expect(serverOf(objectsOf({ accelerator: gpu() }))?.image).toBe('docker.io/pytorch/torchserve:0.12.0-gpu');
  });

  it('sets nothing that TorchServe does not know', () => {
    const file = fileOf(defaults, 'config.properties');
    expect(unknownKeys(file)).toEqual([]);
    expect(unknownKeys(file.replace('job_queue_size', 'queue_size'))).toEqual(['queue_size']);
  });

  it('is ready once every version has a worker, and alive while /ping answers', () => {
    const { livenessProbe, readinessProbe, startupProbe } = serverOf(defaults) ?? {};
    const exec = { command: ['python3', '/etc/model-server/ready.py'] };
    expect([startupProbe?.exec, readinessProbe?.exec]).toEqual([exec, exec]);
    expect(livenessProbe?.httpGet).toEqual({ path: '/ping', port: 'http' });
  });

  it('has its requests end before it is told to, as it waits for none', () => {
    const { spec } = setOf(objectsOf({ drainSeconds: 40 })).template;
    expect(spec?.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 40 } } });
    expect(spec?.terminationGracePeriodSeconds).toBe(45);
  });

  it('lists for its scripts what the fetcher has', () => {
    expect(fileOf(defaults, 'models')).toBe(
      '# model version SHA-256-of-SHA256SUMS variant\ndigits 1 - -\ndigits 2 - -\n',
    );
  });

  it('is restarted by other workers', () => {
    const annotation = (props: Given) =>
      setOf(objectsOf(props)).template.metadata?.annotations?.['checksum/config.properties'];
    expect(annotation({ models: { digits: { ...model, minWorkers: 1 } } })).not.toBe(annotation({}));
  });

  const refusal = (change: Partial<TorchModel>, props: Given = {}): (() => unknown) => {
    return () => objectsOf({ models: { digits: { ...model, ...change } }, ...props });
  };

  it('refuses a batch beyond what the model takes', () => {
    expect(refusal({ batchSize: 17 })).toThrow(
      '[shop/torchserve] batchSize 17 of the model digits is above its maxBatchSize 16; lower it to 16 or less.',
    );
    expect(refusal({ batchSize: 16 })).not.toThrow();
  });

  it('refuses a batch that waits as long as an answer may take', () => {
    expect(refusal({ maxBatchDelayMilliseconds: 30 })).toThrow(
      '[shop/torchserve] maxBatchDelayMilliseconds 30 of the model digits leaves nothing of latencyTargetMilliseconds 30; lower it below 30, or raise the target.',
    );
    expect(refusal({ maxBatchDelayMilliseconds: 29 })).not.toThrow();
  });

  it('refuses more workers at the start than there may be', () => {
    expect(refusal({ minWorkers: 5, size: '1Mi' })).toThrow(
      '[shop/torchserve] minWorkers 5 of the model digits is above its maxWorkers 4; lower it to 4 or less.',
    );
    expect(refusal({ minWorkers: 4, size: '1Mi' })).not.toThrow();
  });

  it('refuses workers that do not fit into memory together', () => {
    expect(refusal({ minWorkers: 4, size: '249Mi' })).toThrow(
      '[shop/torchserve] all workers of all versions of all models take 1992 MiB, which with sharedMemory 64Mi is more than resources.limits.memory 2Gi; serve fewer, or raise the limit to 2056Mi or more.',
    );
    expect(refusal({ minWorkers: 4, size: '248Mi' })).not.toThrow();
    expect(refusal({ minWorkers: 4, size: '249Mi' }, { accelerator: gpu({ memory: '1Gi' }) })).toThrow(
      "all workers of all versions of all models take 1992 MiB, more than the 1024 MiB of a pod's GPUs (accelerator.kind gpu, count 1); serve fewer, or choose larger or more GPUs.",
    );
  });

  it('refuses archives that there is no room to unpack', () => {
    const small = { unpackedSize: '199Mi' };
    expect(refusal({}, small)).toThrow(
      '[shop/torchserve] archives that are files take 200 MiB when they are unpacked, more than unpackedSize 199Mi; raise it, or publish them as folders.',
    );
    expect(refusal({}, { unpackedSize: '200Mi' })).not.toThrow();
    expect(refusal({ archive: 'folder' }, small)).not.toThrow();
    expect(refusal({}, { unpackedSize: '4Gi' })).toThrow(
      '[shop/torchserve] unpackedSize 4Gi is above resources.limits.ephemeralStorage 3Gi, against which it counts; lower it, or raise the limit.',
    );
    expect(refusal({}, { unpackedSize: '3Gi' })).not.toThrow();
  });

  const roomy = {
    requests: { cpu: '1', memory: '1Gi', ephemeralStorage: '1Gi' },
    limits: { cpu: '3', memory: '9Gi', ephemeralStorage: '9Gi' },
  };
  const full: Required<Omit<Given, 'prometheus' | 'cache'>> = {
    ...podSettings,
    enabled: true,
    models: {
      words: { ...model, versions: [{ version: 3, sha256: 'a'.repeat(64) }], archive: 'folder', variant: 'int8' },
    },
    storage: { bucket: 'others', prefix: 'shop' },
    fetcher: { ...modelFetcherDefaults, image: image('redis') },
    replicas: 3,
    autoscaling: { ...modelServerDefaults.autoscaling, enabled: true },
    accelerator: gpu({ products: ['NVIDIA-L4'], runtimeClassName: 'nvidia' }),
    volume: { ...modelServerDefaults.volume, shared: true, accessMode: 'ReadWriteMany' },
    sharedMemory: '128Mi',
    latencyTargetMilliseconds: 60,
    drainSeconds: 45,
    resources: roomy,
    jobQueueSize: 200,
    startupTimeoutSeconds: 240,
    threads: 2,
    unpackedSize: '1Gi',
    image: image('torchserve'),
    gpuImage: image('torchserve-gpu'),
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
      new TorchServe(chart, 'torchserve', { models, storage, cache });
    });
    expect(JSON.stringify(setOf(objects).template.spec?.initContainers)).toContain('shop-model-cache');
  });

  it('changes with every prop', () => {
    const seen = (props: Given): string => {
      let target: TorchServe['latencyTargetMilliseconds'] = 0;
      const objects = synth((chart) => {
        const server = new TorchServe(chart, 'torchserve', {
          models,
          ...props,
          storage: addStorage(chart, props.storage),
        });
        // What the gateway and the rules judge by.
        target = server.latencyTargetMilliseconds;
      });
      return JSON.stringify([objects, target]);
    };
    const onGpu = { accelerator: gpu() };
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      const base = key === 'gpuImage' ? onGpu : {};
      const change = { ...base, [key]: { ...full, enabled: false }[key] };
      expect([key, seen(change) === seen(base)]).toEqual([key, false]);
    }
  });
});
