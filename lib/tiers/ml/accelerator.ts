/** GPUs: which ones pods have, on which nodes, and what fits into their memory. */
import type { EnvVar, NodeSelectorRequirement, NodeSelectorTerm, Toleration } from 'kubernetes-types/core/v1';
import type { Affinity, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { demand } from '../../objects/checks';
import { choose } from '../../values/choice';
import { isNotEmpty } from '../../values/collections';
import type { Expr, Input } from '../../values/expression';
import { and, atMost, equals, isSet, not, or, valueOf } from '../../values/logic';
import { bytes, divide, multiply, subtract } from '../../values/numbers';
import type { Items } from '../../values/parts';
import { named, str } from '../../values/texts';
import { type ListInput, each, when } from '../../values/tree';
import type { Devices, ImageChoice, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodProps } from '../../workload/pod';
import type { Tier } from '../tier';

/** What computes: the CPU, whole GPUs, shares of GPUs that several pods use in turn, or hardware partitions of one. */
export type AcceleratorKind = 'none' | 'gpu' | 'shared' | 'mig';

/** GPUs of NVIDIA, as its device plugin advertises them and its GPU feature discovery labels their nodes. */
export interface Accelerator {
  /** What computes. */
  readonly kind: Input<AcceleratorKind>;
  /** How many a pod has: 1 where they are shared, since a second share gives nothing more. */
  readonly count: Input<number>;
  /**
   * Memory of one GPU, or of it what a share may take. Of `gpu` and `shared`, nodes need as much by their label
   * nvidia.com/gpu.memory, which is below the round number in a GPU's name: 15360 MiB of a T4, 23034 of an L4.
   */
  readonly memory: Input<string>;
  /** The profile of MIG instances, such as 3 slices with 20 GB for `3g.20gb`. */
  readonly mig: {
    /** Slices of the GPU's seven. */
    readonly slices: Input<number>;
    readonly memoryGigabytes: Input<number>;
  };
  /** Models of GPUs that will do, as the label nvidia.com/gpu.product spells them: `NVIDIA-L4`. Empty for any. */
  readonly products: ListInput<string>;
  /** RuntimeClass of NVIDIA's container runtime; null where it is the nodes' default. */
  readonly runtimeClassName: Input<string | null>;
  /** Settings of CUDA's libraries. */
  readonly cuda: Cuda;
}

/** Settings of the CUDA and cuDNN libraries. */
export interface Cuda {
  /** When kernels are loaded into the GPU's memory: LAZY when they are first needed, EAGER before the first request. */
  readonly moduleLoading: Input<'LAZY' | 'EAGER'>;
  /** Disk of the pod for kernels that were compiled for this GPU; it counts against the limit of ephemeral storage. */
  readonly cacheSize: Input<string>;
  /** Whether cuBLAS and cuDNN may round 32-bit floats to the 19 bits of TF32: faster, from Ampere on. */
  readonly tf32: Input<boolean>;
}

/** Defaults of `Accelerator`. */
export const acceleratorDefaults = {
  kind: 'none',
  count: 1,
  memory: '14Gi',
  mig: { slices: 1, memoryGigabytes: 5 },
  products: [],
  runtimeClassName: null,
  cuda: { moduleLoading: 'LAZY', cacheSize: '256Mi', tf32: true },
} as const satisfies Accelerator;

/** A GPU has this many compute slices. https://docs.nvidia.com/datacenter/tesla/mig-user-guide/concepts.html */
const SLICES = 7;
const MEBIBYTE = 2 ** 20;
const GIGABYTE = 1e9;
const CACHE = '/var/cache/cuda';

/** What a pod with GPUs has more than others. */
export interface Acceleration {
  /** Whether there are any. */
  readonly isUsed: Expr<boolean>;
  readonly devices: Devices;
  readonly pod: Pick<PodProps, 'affinity' | 'ownTolerations' | 'runtimeClassName'>;
  readonly env: Items<EnvVar>;
  readonly mounts: Items<VolumeMount>;
  readonly volumes: Items<Volume>;
}

/** One of two images, by whether there are GPUs. */
export function acceleratedImage({ kind }: Pick<Accelerator, 'kind'>, onCpu: Image, onGpu: Image): ImageChoice {
  return { condition: equals<string>(kind, 'none'), then: onCpu, otherwise: onGpu };
}

/** What models take of memory, in bytes. */
export interface LoadedModels {
  /** The largest version. */
  readonly largest: Input<number>;
  /** All that is loaded, and what that is. */
  readonly loaded: { readonly what: string; readonly bytes: Input<number> };
}

/**
 * The parts of a pod for its GPUs.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin#configuring-the-nvidia-device-plugin-binary for the resources
 * @see https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-environment-variables for the environment
 */
export function accelerate(tier: Tier, { kind, count, mig, cuda, ...accelerator }: Accelerator): Acceleration {
  const isUsed = not(equals<string>(kind, 'none'));
  const { runtimeClassName } = accelerator;
  const instance = str`nvidia.com/mig-${mig.slices}g.${mig.memoryGigabytes}gb`;
  const whole = choose(equals(kind, 'shared'), 'nvidia.com/gpu.shared', 'nvidia.com/gpu');
  const resource = named(
    `${tier.node.id}.gpuResource`,
    'The extended resource of its GPUs.',
    choose(equals(kind, 'mig'), instance, whole),
  );
  const disk = bytes(cuda.cacheSize);
  // A sixteenth is left for the index, since beyond its limit the pod would be evicted.
  const kernels = subtract(disk, divide(disk, 16));
  const memory = subtract(divide(bytes(accelerator.memory), MEBIBYTE), 1);
  return {
    isUsed,
    devices: { enabled: isUsed, resource, count },
    pod: {
      affinity: when<Affinity>(isUsed, {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [nodes(kind, accelerator.products, memory)],
          },
        },
      }),
      ownTolerations: [when<Toleration>(isUsed, { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' })],
      runtimeClassName: when<string>(and(isUsed, isSet(runtimeClassName)), valueOf(runtimeClassName)),
    },
    env: [
      when<readonly EnvVar[]>(isUsed, [
        { name: 'CUDA_MODULE_LOADING', value: cuda.moduleLoading },
        // By default in the user's home, which cannot be written to.
        { name: 'CUDA_CACHE_PATH', value: CACHE },
        { name: 'CUDA_CACHE_MAXSIZE', value: str`${kernels}` },
        // Only 0 is meant to be set. https://developer.nvidia.com/blog/accelerating-ai-training-with-tf32-tensor-cores/
        when<EnvVar>(not(cuda.tf32), { name: 'NVIDIA_TF32_OVERRIDE', value: '0' }),
      ]),
    ],
    mounts: [when<VolumeMount>(isUsed, { name: 'cuda-cache', mountPath: CACHE })],
    volumes: [when<Volume>(isUsed, { name: 'cuda-cache', emptyDir: { sizeLimit: cuda.cacheSize } })],
  };
}

/**
 * Nodes whose labels promise the GPUs. The label of memory is about whole GPUs where these are partitioned.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin/blob/main/docs/gpu-feature-discovery/README.md#generated-labels
 */
function nodes(kind: Accelerator['kind'], products: ListInput<string>, memoryBelow: Input<number>) {
  const requirement = (key: string, operator: string, values: Items<string>) => ({ key, operator, values });
  const matchExpressions: Items<NodeSelectorRequirement> = [
    requirement('nvidia.com/gpu.present', 'In', ['true']),
    when<NodeSelectorRequirement>(
      isNotEmpty(products),
      requirement(
        'nvidia.com/gpu.product',
        'In',
        each<string, string>(products, (product) => product),
      ),
    ),
    when<NodeSelectorRequirement>(
      not(equals(kind, 'mig')),
      requirement('nvidia.com/gpu.memory', 'Gt', [str`${memoryBelow}`]),
    ),
  ];
  return { matchExpressions } satisfies { readonly [K in keyof NodeSelectorTerm]: unknown };
}

/** Refuses more GPUs than there can be, and models that do not fit into them. */
export function demandAccelerator(
  tier: Tier,
  accelerator: Accelerator,
  models: LoadedModels,
  resources: Resources,
): void {
  const { kind, count, mig, memory, cuda } = accelerator;
  const is = (wanted: AcceleratorKind): Expr<boolean> => equals<string>(kind, wanted);
  const instances = divide(SLICES, mig.slices);
  demand(
    tier,
    or(not(is('mig')), atMost(count, instances)),
    str`accelerator.count ${count} is more than the ${instances} MIG instances with ${mig.slices} of ${SLICES} slices that one GPU offers; lower it to ${instances} or less, or mig.slices.`,
  );
  demand(
    tier,
    or(not(is('shared')), atMost(count, 1)),
    str`accelerator.count is ${count}, but a second share of a GPU gives neither more time nor more memory; set it to 1.`,
  );
  const one = named(
    `${tier.node.id}.gpuBytes`,
    'Memory of one GPU, share or instance, in bytes.',
    choose(is('mig'), multiply(mig.memoryGigabytes, GIGABYTE), bytes(memory)),
  );
  // A program sees one MIG instance, however many its container has.
  // https://docs.nvidia.com/datacenter/tesla/mig-user-guide/device-enumeration.html
  const all = multiply(one, choose(is('gpu'), count, 1));
  const fitsOne = atMost(models.largest, one);
  const inMebibytes = (size: Input<number>): Expr<number> => divide(size, MEBIBYTE);
  demand(
    tier,
    or(is('none'), fitsOne),
    str`the largest model takes ${inMebibytes(models.largest)} MiB, more than the ${inMebibytes(one)} MiB of one GPU (accelerator.kind ${kind}); serve a smaller variant, or choose a larger GPU.`,
  );
  demand(
    tier,
    or(is('none'), not(fitsOne), atMost(models.loaded.bytes, all)),
    str`${models.loaded.what} take ${inMebibytes(models.loaded.bytes)} MiB, more than the ${inMebibytes(all)} MiB of a pod's GPUs (accelerator.kind ${kind}, count ${count}); serve fewer, or choose larger or more GPUs.`,
  );
  demand(
    tier,
    or(is('none'), atMost(bytes(cuda.cacheSize), bytes(resources.limits.ephemeralStorage))),
    str`accelerator.cuda.cacheSize ${cuda.cacheSize} is above resources.limits.ephemeralStorage ${resources.limits.ephemeralStorage}, against which it counts; lower it, or raise the limit.`,
  );
}
