import { image } from '../web/plain-app';
import { gpu, modelOf, objectsOf, podOf, refusalOf, roomy, serverOf } from './servers';

const nodes = (accelerator: Parameters<typeof gpu>[0]) =>
  podOf({ accelerator: gpu(accelerator) }).affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    ?.nodeSelectorTerms;

describe('an accelerator', () => {
  it('is not there by default: nothing of a GPU is in the output', () => {
    expect(JSON.stringify(objectsOf())).not.toMatch(/nvidia|cuda/i);
  });

  it.each([
    ['gpu', gpu({ count: 2 }), { 'nvidia.com/gpu': '2' }],
    ['shared', gpu({ kind: 'shared' }), { 'nvidia.com/gpu.shared': '1' }],
    ['mig', gpu({ kind: 'mig', mig: { slices: 3, memoryGigabytes: 20 } }), { 'nvidia.com/mig-3g.20gb': '1' }],
  ])(
    'of kind %s is an extended resource of the server alone, requested as it is limited',
    (_, accelerator, devices) => {
      const { resources } = serverOf({ accelerator });
      expect(resources?.limits).toEqual({ cpu: '2', memory: '2Gi', 'ephemeral-storage': '512Mi', ...devices });
      expect(resources?.requests).toEqual({ cpu: '500m', memory: '1Gi', 'ephemeral-storage': '64Mi', ...devices });
      const others = podOf({ accelerator }).initContainers ?? [];
      expect(JSON.stringify(others.map((container) => container.resources))).not.toContain('nvidia');
    },
  );

  it('tolerates the taint of GPU nodes, beside those of the operator', () => {
    const own = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };
    expect(podOf({ accelerator: gpu() }).tolerations).toEqual([own]);
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    expect(podOf({ accelerator: gpu(), tolerations }).tolerations).toEqual([own, ...tolerations]);
    expect(podOf({ tolerations }).tolerations).toEqual(tolerations);
  });

  it('needs nodes with such a GPU and as much memory, by their labels', () => {
    const present = { key: 'nvidia.com/gpu.present', operator: 'In', values: ['true'] };
    const memory = { key: 'nvidia.com/gpu.memory', operator: 'Gt', values: ['22527'] };
    const product = { key: 'nvidia.com/gpu.product', operator: 'In', values: ['NVIDIA-L4', 'NVIDIA-A10G'] };
    expect(nodes({ memory: '22Gi' })).toEqual([{ matchExpressions: [present, memory] }]);
    expect(nodes({ memory: '22Gi', products: product.values })).toEqual([
      { matchExpressions: [present, product, memory] },
    ]);
    // The label is that of the whole GPU.
    expect(nodes({ kind: 'mig' })).toEqual([{ matchExpressions: [present] }]);
  });

  it('keeps replicas apart beside that', () => {
    const { affinity, topologySpreadConstraints } = podOf({ accelerator: gpu(), replicas: 2 });
    expect(Object.keys(affinity ?? {})).toEqual(['nodeAffinity', 'podAntiAffinity']);
    expect(topologySpreadConstraints).toHaveLength(1);
  });

  it('has the runtime class that is named, where there is a GPU', () => {
    expect(podOf({ accelerator: gpu({ runtimeClassName: 'nvidia' }) }).runtimeClassName).toBe('nvidia');
    expect(podOf({ accelerator: gpu() })).not.toHaveProperty('runtimeClassName');
    expect(podOf({ accelerator: gpu({ kind: 'none', runtimeClassName: 'nvidia' }) })).not.toHaveProperty(
      'runtimeClassName',
    );
  });

  it('tells CUDA how to load kernels, and where it may keep those that it compiled', () => {
    const cuda = { moduleLoading: 'EAGER', cacheSize: '128Mi', tf32: false } as const;
    const accelerator = gpu({ cuda });
    expect(serverOf({ accelerator }).env).toEqual([
      { name: 'CUDA_MODULE_LOADING', value: 'EAGER' },
      { name: 'CUDA_CACHE_PATH', value: '/var/cache/cuda' },
      { name: 'CUDA_CACHE_MAXSIZE', value: '125829120' },
      { name: 'NVIDIA_TF32_OVERRIDE', value: '0' },
    ]);
    expect(serverOf({ accelerator }).volumeMounts).toContainEqual({ name: 'cuda-cache', mountPath: '/var/cache/cuda' });
    expect(podOf({ accelerator }).volumes).toContainEqual({ name: 'cuda-cache', emptyDir: { sizeLimit: '128Mi' } });
  });

  it('leaves TF32 to the libraries where it is allowed', () => {
    expect(JSON.stringify(serverOf({ accelerator: gpu() }).env)).not.toContain('TF32');
  });

  it('decides between two images', () => {
    const images = { image: image('cpu'), gpuImage: image('gpu') };
    expect(serverOf(images).image).toBe('registry.example.com/shop/cpu:1.0.0');
    expect(serverOf({ ...images, accelerator: gpu() }).image).toBe('registry.example.com/shop/gpu:1.0.0');
  });

  it.each([
    [1, 7],
    [2, 3],
    [3, 2],
    [4, 1],
    [7, 1],
  ])('refuses more MIG instances with %i slices than %i', (slices, instances) => {
    const mig = { slices, memoryGigabytes: 20 };
    expect(refusalOf({ accelerator: gpu({ kind: 'mig', mig, count: instances }) })).toEqual([]);
    expect(refusalOf({ accelerator: gpu({ kind: 'mig', mig, count: instances + 1 }) })).toEqual([
      `accelerator.count ${instances + 1} is more than the ${instances} MIG instances with ${slices} of 7 slices that one GPU offers; lower it to ${instances} or less, or mig.slices.`,
    ]);
  });

  it('refuses a second share of a GPU', () => {
    expect(refusalOf({ accelerator: gpu({ kind: 'shared', count: 2 }) })).toEqual([
      'accelerator.count is 2, but a second share of a GPU gives neither more time nor more memory; set it to 1.',
    ]);
  });

  it('refuses a model that is larger than the memory of one GPU, of however many', () => {
    const accelerator = gpu({ memory: '10Gi', count: 4 });
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('10240Mi') })).toEqual([]);
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('10241Mi') })).toEqual([
      'the largest model takes 10241 MiB, more than the 10240 MiB of one GPU (accelerator.kind gpu); serve a smaller variant, or choose a larger GPU.',
    ]);
  });

  it('refuses more models than the memory of all GPUs holds', () => {
    const accelerator = gpu({ memory: '10Gi', count: 2 });
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('5Gi', 4) })).toEqual([]);
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('5Gi', 5) })).toEqual([
      "all versions of all models take 25600 MiB, more than the 20480 MiB of a pod's GPUs (accelerator.kind gpu, count 2); serve fewer, or choose larger or more GPUs.",
    ]);
  });

  it('counts the memory of a MIG instance by its profile, and one instance alone', () => {
    const accelerator = gpu({ kind: 'mig', mig: { slices: 1, memoryGigabytes: 5 }, count: 2 });
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('4768Mi') })).toEqual([]);
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('4769Mi') })).toEqual([
      'the largest model takes 4769 MiB, more than the 4768 MiB of one GPU (accelerator.kind mig); serve a smaller variant, or choose a larger GPU.',
    ]);
    expect(refusalOf({ ...roomy, accelerator, models: modelOf('3Gi', 2) })).toEqual([
      "all versions of all models take 6144 MiB, more than the 4768 MiB of a pod's GPUs (accelerator.kind mig, count 2); serve fewer, or choose larger or more GPUs.",
    ]);
  });

  it('refuses a cache of kernels for which the pod would be evicted', () => {
    const cuda = (cacheSize: string) => ({ moduleLoading: 'LAZY', cacheSize, tf32: true }) as const;
    expect(refusalOf({ accelerator: gpu({ cuda: cuda('512Mi') }) })).toEqual([]);
    expect(refusalOf({ accelerator: gpu({ cuda: cuda('513Mi') }) })).toEqual([
      'accelerator.cuda.cacheSize 513Mi is above resources.limits.ephemeralStorage 512Mi, against which it counts; lower it, or raise the limit.',
    ]);
  });
});
