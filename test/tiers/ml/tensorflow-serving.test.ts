import { modelServerDefaults } from '../../../lib/tiers/ml/model-server-props';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { TensorFlowServing, tensorFlowServingDefaults } from '../../../lib/tiers/ml/tensorflow-serving';
import type { Batching } from '../../../lib/tiers/ml/tensorflow-serving-configuration';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { modelServerRules } from '../../../lib/tiers/observability/rules/model-servers';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';
import { addStorage } from './served';
import { type Given, NAME, gpu, models, objectsOf, podOf, refusalOf, serverOf } from './servers';

const RULES = 'shop-prometheus-rules';
const files = (props: Given = {}) => find(objectsOf(props), 'ConfigMap', NAME).data ?? {};
const batching = (change: Partial<Batching>): Batching => ({ ...tensorFlowServingDefaults.batching, ...change });

describe('TensorFlowServing', () => {
  it('serves the versions that are listed, with labels for clients', () => {
    const versions = [{ version: 3, label: 'stable' }, { version: 7, label: 'canary' }, { version: 8 }];
    const given = { ranker: { versions, size: '1Mi', maxBatchSize: 64 } };
    expect(files({ models: given })['models.config']).toBe(`# Written by cdk8s-tiers.
model_config_list {
  config {
    name: "ranker"
    base_path: "/models/ranker"
    model_platform: "tensorflow"
    model_version_policy {
      specific {
        versions: 3
        versions: 7
        versions: 8
      }
    }
    version_labels { key: "stable" value: 3 }
    version_labels { key: "canary" value: 7 }
  }
}
`);
  });

  it('serves the highest version alone where it is to', () => {
    const given = { ranker: { versions: [{ version: 3 }, { version: 7 }], size: '1Mi', maxBatchSize: 64 } };
    const config = files({ models: { ranker: { ...given.ranker, policy: 'latest' } } })['models.config'];
    expect(config).toContain('latest { num_versions: 1 }');
    expect(config).not.toContain('specific');
  });

  it('serves several models', () => {
    const one = { versions: [{ version: 1 }], size: '1Mi', maxBatchSize: 64 };
    const names = files({ models: { b: one, a: one } })['models.config']?.match(/name: "\w+"/g);
    expect(names).toEqual(['name: "a"', 'name: "b"']);
  });

  it('runs requests that wait together', () => {
    const given = { maxBatchSize: 16, batchTimeoutMicros: 500, maxEnqueuedBatches: 9, numBatchThreads: 3 };
    expect(files({ batching: batching(given) })['batching.config']).toBe(`# Written by cdk8s-tiers.
max_batch_size { value: 16 }
batch_timeout_micros { value: 500 }
max_enqueued_batches { value: 9 }
num_batch_threads { value: 3 }
# The label thread_pool_name of metrics.
thread_pool_name { value: "batches" }
`);
    expect(serverOf().args).toContain('--enable_batching=true');
    expect(JSON.stringify(serverOf({ batching: batching({ enabled: false }) }).args)).not.toContain('batching');
  });

  it('shows metrics on the port of its REST API', () => {
    expect(files()['monitoring.config']).toContain('path: "/monitoring/prometheus/metrics"');
    expect(find(objectsOf(), 'StatefulSet', NAME).spec).toMatchObject({
      template: {
        metadata: {
          annotations: { 'prometheus.io/port': '8501', 'prometheus.io/path': '/monitoring/prometheus/metrics' },
        },
      },
    });
  });

  it('is the first process of its container, with the ports that its Service has', () => {
    const { command, args } = serverOf();
    expect(command).toEqual(['tensorflow_model_server']);
    expect(args).toEqual(expect.arrayContaining(['--port=8500', '--rest_api_port=8501']));
  });

  it('takes as many threads as it has cores, and leaves the choice to TensorFlow without a limit', () => {
    const { requests, limits } = tensorFlowServingDefaults.resources;
    const args = (cpu: string | null) =>
      serverOf({ resources: { requests, limits: { ...limits, cpu } } }).args?.filter((arg) =>
        arg.includes('parallelism'),
      );
    expect(args('1500m')).toEqual(['--tensorflow_intra_op_parallelism=2', '--tensorflow_inter_op_parallelism=2']);
    expect(args(null)).toEqual([]);
  });

  it('takes a part of the memory of its GPU', () => {
    const fraction = '--per_process_gpu_memory_fraction=0.5';
    expect(serverOf({ accelerator: gpu(), gpuMemoryFraction: 0.5 }).args).toContain(fraction);
    expect(JSON.stringify(serverOf({ gpuMemoryFraction: 0.5 }).args)).not.toContain('fraction');
  });

  it('serves on while nobody sends it more, and is ended then: it does not see SIGTERM', () => {
    expect(serverOf({ drainSeconds: 45 }).lifecycle).toEqual({ preStop: { sleep: { seconds: 45 } } });
    expect(podOf({ drainSeconds: 45 }).terminationGracePeriodSeconds).toBe(47);
  });

  it('refuses a batch beyond what a model takes', () => {
    expect(refusalOf({ batching: batching({ maxBatchSize: 64 }) })).toEqual([]);
    expect(refusalOf({ batching: batching({ maxBatchSize: 65 }) })).toEqual([
      'batching.maxBatchSize 65 is above the maxBatchSize 64 of the model half_plus_two; lower it to 64 or less.',
    ]);
    expect(refusalOf({ batching: batching({ maxBatchSize: 65, enabled: false }) })).toEqual([]);
  });

  it('refuses a latency that waiting for a batch takes up', () => {
    const latencyTargetMilliseconds = 5;
    expect(refusalOf({ latencyTargetMilliseconds, batching: batching({ batchTimeoutMicros: 4999 }) })).toEqual([]);
    expect(refusalOf({ latencyTargetMilliseconds, batching: batching({ batchTimeoutMicros: 5000 }) })).toEqual([
      'batching.batchTimeoutMicros 5000 leaves nothing of latencyTargetMilliseconds 5; lower it below 5000, or raise the target.',
    ]);
  });

  it('refuses to scale on a queue that there is not', () => {
    const autoscaling = {
      ...modelServerDefaults.autoscaling,
      enabled: true,
      queueTime: { enabled: true, targetMilliseconds: 5 },
    };
    expect(refusalOf({ autoscaling, batching: batching({ enabled: false }) })).toContain(
      'autoscaling.queueTime.enabled needs batching, since only batches wait; set batching.enabled to true.',
    );
  });

  it('says how long batches wait, in milliseconds, and nothing of idle servers', () => {
    const objects = own({ autoscaling: full.autoscaling });
    const { triggers } = find(objects, 'ScaledObject', NAME).spec as {
      readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
    };
    const series = ':tensorflow:serving:batching_session:queuing_latency';
    const labels = '{release="shop",tier="tensorflow-serving"}';
    expect(triggers[0]?.metadata.query).toBe(
      `sum(rate(${series}_sum${labels}[2m])) / clamp_min(sum(rate(${series}_count${labels}[2m])), 0.01) / 1000`,
    );
  });

  const full: Required<Omit<Given, 'cache' | 'prometheus'>> = {
    ...podSettings,
    enabled: true,
    models: {
      ranker: {
        versions: [{ version: 1, sha256: 'a'.repeat(64), label: 'stable' }, { version: 2 }],
        size: '10Mi',
        variant: 'int8',
        maxBatchSize: 128,
      },
    },
    storage: { bucket: 'other' },
    fetcher: { image: image('redis'), toolsImage: image('rclone'), resources: resources('2') },
    replicas: 2,
    autoscaling: {
      ...modelServerDefaults.autoscaling,
      enabled: true,
      minReplicas: 2,
      queueTime: { enabled: true, targetMilliseconds: 7 },
    },
    accelerator: gpu({ products: ['NVIDIA-L4'], runtimeClassName: 'nvidia' }),
    volume: { shared: true, accessMode: 'ReadWriteMany', size: '1Gi', storageClassName: 'nfs' },
    sharedMemory: '32Mi',
    latencyTargetMilliseconds: 20,
    drainSeconds: 60,
    resources: {
      requests: { cpu: '1', memory: '256Mi', ephemeralStorage: '64Mi' },
      limits: { cpu: '4', memory: '512Mi', ephemeralStorage: '1Gi' },
    },
    batching: { enabled: true, maxBatchSize: 8, batchTimeoutMicros: 100, maxEnqueuedBatches: 10, numBatchThreads: 2 },
    gpuMemoryFraction: 0.8,
    image: image('cpu'),
    gpuImage: image('gpu'),
  };

  /** The server's objects, and the rules that watch it. */
  function own(props: Given = {}): readonly KubernetesObject[] {
    const objects = synth((chart) => {
      const prometheus = new Prometheus(chart, 'prometheus', { keda: { namespace: 'keda' } });
      const storage = addStorage(chart, props.storage);
      const cache = new ModelCache(chart, 'model-cache', { storage });
      const server = new TensorFlowServing(chart, 'tensorflow-serving', {
        models,
        prometheus,
        cache,
        ...props,
        storage,
      });
      prometheus.addRules([modelServerRules(prometheus.ruleFacts, server, {}, false)]);
    });
    return objects.filter(({ metadata }) => metadata.name.startsWith(NAME) || metadata.name === RULES);
  }

  it('is what its snapshots say, with defaults and with every prop', () => {
    // But for rules, which have snapshots of their own.
    const shown = (props: Given) => own(props).filter(({ metadata }) => metadata.name !== RULES);
    expect(shown({})).toMatchSnapshot('defaults');
    expect(shown(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const [onCpu, onGpu] = [{}, { accelerator: gpu() }];
    const before = new Map([onCpu, onGpu].map((base) => [base, JSON.stringify(own(base))]));
    const ofGpus = ['gpuMemoryFraction', 'gpuImage'];
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      const base = ofGpus.includes(key) ? onGpu : onCpu;
      const change = { ...base, [key]: { ...full, enabled: false }[key] };
      expect([key, JSON.stringify(own(change)) === before.get(base)]).toEqual([key, false]);
    }
  });
});
