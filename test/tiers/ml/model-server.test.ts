import type { ConfigMap, PersistentVolumeClaim, ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { type ModelVolume, modelServerDefaults } from '../../../lib/tiers/ml/model-server-props';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { Prometheus, type PrometheusProps } from '../../../lib/tiers/observability/prometheus';
import { Worker } from '../../../lib/tiers/web/worker';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { resources } from '../web/pod-settings';
import { addStorage } from './served';
import {
  type Given,
  NAME,
  addServer,
  gpu,
  modelOf,
  objectsOf,
  podOf,
  refusalOf,
  roomy,
  serverOf,
  setOf,
} from './servers';

const volume = (change: Partial<ModelVolume>): ModelVolume => ({ ...modelServerDefaults.volume, ...change });
const scaling = { ...modelServerDefaults.autoscaling, enabled: true };
const byQueue = { ...scaling, queueTime: { enabled: true, targetMilliseconds: 8 } };

/** A server that KEDA scales, with the Prometheus that it asks. */
function watched(props: Given = {}, prometheus: PrometheusProps = { keda: { namespace: 'keda' } }) {
  return synth((chart) => {
    addServer(chart, { prometheus: new Prometheus(chart, 'prometheus', prometheus), ...props });
  });
}

describe('a model server', () => {
  it('keeps a volume for each pod, and needs no second GPU to replace one', () => {
    const { podManagementPolicy, updateStrategy, volumeClaimTemplates } = setOf();
    expect(podManagementPolicy).toBe('Parallel');
    // A StatefulSet ends a pod before it makes the next.
    expect(updateStrategy).toEqual({ type: 'RollingUpdate' });
    expect(volumeClaimTemplates).toMatchObject([
      {
        metadata: { name: 'models' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
      },
    ]);
    expect(objectsOf().map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim');
  });

  it('keeps one for all where it is to, which outlives the release', () => {
    const shared = volume({ shared: true, accessMode: 'ReadWriteMany', size: '20Gi', storageClassName: 'nfs' });
    const claim = find(objectsOf({ volume: shared }), 'PersistentVolumeClaim', `${NAME}-models`);
    expect(claim.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect((claim as PersistentVolumeClaim).spec).toEqual({
      accessModes: ['ReadWriteMany'],
      storageClassName: 'nfs',
      resources: { requests: { storage: '20Gi' } },
    });
    expect(setOf({ volume: shared })).not.toHaveProperty('volumeClaimTemplates');
    expect(podOf({ volume: shared }).volumes).toContainEqual({
      name: 'models',
      persistentVolumeClaim: { claimName: `${NAME}-models` },
    });
  });

  it('has its models fetched before it starts, and sees them as they are', () => {
    const { initContainers } = podOf();
    expect(initContainers?.at(-1)).toMatchObject({
      name: 'models',
      command: ['sh', expect.stringContaining('fetch.sh')],
    });
    expect(serverOf().volumeMounts?.[0]).toMatchObject({ name: 'models', mountPath: '/models', readOnly: true });
    expect(find(objectsOf(), 'ConfigMap', `${NAME}-models`).data?.models).toContain('half_plus_two 1 - -\n');
  });

  it('asks the cache first where there is one', () => {
    const objects = synth((chart) => {
      const storage = addStorage(chart);
      addServer(chart, { cache: new ModelCache(chart, 'model-cache', { storage }) }, storage);
    });
    expect(JSON.stringify(find(objects, 'StatefulSet', NAME))).toContain('"shop-model-cache"');
  });

  it('asks object storage, and nobody else', () => {
    const { egress } = find(objectsOf(), 'NetworkPolicy', NAME).spec as NetworkPolicySpec;
    expect(egress?.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443, protocol: 'TCP' }] },
    ]);
  });

  it('has two Services: one for clients, and one that names each pod that is ready', () => {
    const [service, headless] = [NAME, `${NAME}-headless`].map(
      (name) => find(objectsOf(), 'Service', name).spec as ServiceSpec,
    );
    const ports = [
      { name: 'http', port: 8501, targetPort: 'http' },
      { name: 'grpc', port: 8500, targetPort: 'grpc' },
    ];
    expect(service?.ports).toEqual(ports);
    expect(headless).toMatchObject({ clusterIP: 'None', ports });
    expect(headless).not.toHaveProperty('publishNotReadyAddresses');
    expect(setOf().serviceName).toBe(`${NAME}-headless`);
  });

  it('tells clients where it is', () => {
    const objects = synth((chart) => {
      const worker = new Worker(chart, 'worker', {
        image: image('worker'),
        command: ['work'],
        livenessCommand: ['true'],
        readinessCommand: ['test', '-e', '/tmp'],
      });
      worker.connectTo(addServer(chart));
    });
    const [container] = (
      find(objects, 'Deployment', 'shop-worker').spec as {
        readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly unknown[] }[] } };
      }
    ).template.spec.containers;
    expect(container?.env).toEqual(
      expect.arrayContaining([
        { name: 'TENSORFLOW_SERVING_URL', value: `http://${NAME}:8501` },
        { name: 'TENSORFLOW_SERVING_GRPC', value: `${NAME}:8500` },
      ]),
    );
  });

  it.each([
    ['100Mi', 1, 24],
    ['5Gi', 1, 36],
    ['5Gi', 2, 48],
  ])('may take longer to start with larger models: %s in %i versions, %i tries', (size, versions, tries) => {
    const { startupProbe } = serverOf({ ...roomy, models: modelOf(size, versions) });
    expect(startupProbe).toMatchObject({ periodSeconds: 5, failureThreshold: tries });
  });

  it('lives though no model answers', () => {
    const { livenessProbe, readinessProbe, startupProbe } = serverOf();
    expect(livenessProbe?.httpGet?.path).not.toContain('/v1/models');
    expect(readinessProbe?.grpc).toEqual(startupProbe?.grpc);
    expect(livenessProbe).not.toHaveProperty('grpc');
  });

  it('hands data on in memory of the size that is asked for', () => {
    expect(podOf({ sharedMemory: '256Mi' }).volumes).toContainEqual({
      name: 'shm',
      emptyDir: { medium: 'Memory', sizeLimit: '256Mi' },
    });
    expect(serverOf().volumeMounts).toContainEqual({ name: 'shm', mountPath: '/dev/shm' });
  });

  it('refuses shared memory above the limit of memory', () => {
    expect(refusalOf({ sharedMemory: '2Gi', accelerator: gpu() })).toEqual([]);
    expect(refusalOf({ sharedMemory: '2049Mi' })).toEqual([
      'sharedMemory 2049Mi is above resources.limits.memory 2Gi, against which it counts; lower it, or raise the limit.',
    ]);
  });

  it('refuses models that do not fit into memory beside it, where the CPU computes', () => {
    expect(refusalOf({ models: modelOf('1984Mi') })).toEqual([]);
    const message =
      'all versions of all models take 1985 MiB, which with sharedMemory 64Mi is more than resources.limits.memory 2Gi; serve fewer, or raise the limit to 2049Mi or more.';
    expect(refusalOf({ models: modelOf('1985Mi') })).toEqual([message]);
    expect(refusalOf({ models: modelOf('1985Mi'), accelerator: gpu() })).toEqual([]);
  });

  it('refuses a volume without room for the next versions', () => {
    const size = '512Mi';
    expect(refusalOf({ models: modelOf('128Mi', 2), volume: volume({ size }) })).toEqual([]);
    expect(refusalOf({ models: modelOf('129Mi', 2), volume: volume({ size }) })).toEqual([
      'volume.size 512Mi is too small for all versions of all models twice, since new ones are fetched before old ones go; raise it to 516Mi or more.',
    ]);
  });

  it('refuses to share what one node alone can mount', () => {
    const shared = volume({ shared: true });
    const message =
      'volume.shared with accessMode ReadWriteOnce is mounted by one node alone, but there may be 2 replicas; set accessMode to ReadWriteMany, or shared to false.';
    expect(refusalOf({ volume: shared })).toEqual([]);
    expect(refusalOf({ volume: shared, replicas: 2 })).toEqual([message]);
    expect(refusalOf({ volume: shared, autoscaling: { ...scaling, maxReplicas: 2 } })).toEqual([message]);
    expect(refusalOf({ volume: volume({ shared: true, accessMode: 'ReadWriteMany' }), replicas: 2 })).toEqual([]);
  });

  it('refuses to serve nothing', () => {
    expect(refusalOf({ models: {} })).toEqual(['models is empty; name one, or switch the server off.']);
  });

  it('refuses a version that a model names twice', () => {
    const versions = (...numbers: readonly number[]) => ({
      reverse: { size: '1Mi', maxBatchSize: 64, versions: numbers.map((version) => ({ version })) },
    });
    expect(refusalOf({ models: versions(1, 2, 3) })).toEqual([]);
    expect(refusalOf({ models: versions(1, 2, 1, 3, 2, 1) })).toEqual([
      'models.reverse.versions has version 1, 2 more than once; name each once.',
    ]);
  });

  it('scales on CPU, by itself', () => {
    const objects = objectsOf({ autoscaling: scaling });
    expect(find(objects, 'HorizontalPodAutoscaler', NAME).spec).toMatchObject({
      scaleTargetRef: { kind: 'StatefulSet', name: NAME },
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 70 } } }],
    });
  });

  it('scales on the time that requests wait, by KEDA, which asks Prometheus from another namespace', () => {
    const objects = watched({ autoscaling: byQueue });
    expect(objects.map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
    const { triggers } = find(objects, 'ScaledObject', NAME).spec as {
      readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
    };
    expect(triggers[0]?.metadata).toMatchObject({ serverAddress: 'http://shop-prometheus:9090', threshold: '8' });
    expect(triggers[0]?.metadata.query).toContain('{release="shop",tier="tensorflow-serving"}');
  });

  it('refuses to scale on it where nothing scales', () => {
    const off = { ...byQueue, enabled: false };
    expect(() => watched({ autoscaling: off })).toThrow(
      '[shop/tensorflow-serving] autoscaling.queueTime.enabled has KEDA scale, but autoscaling.enabled is false; set it to true.',
    );
  });

  it('refuses to scale on it without a Prometheus, or one that KEDA cannot ask', () => {
    expect(refusalOf({ autoscaling: byQueue })).toEqual([
      'autoscaling.queueTime.enabled needs the metrics of a Prometheus, and there is none; give one, or switch it off.',
    ]);
    expect(() => watched({ autoscaling: byQueue }, { keda: { namespace: 'keda' }, enabled: false })).toThrow(
      '[shop/tensorflow-serving] autoscaling.queueTime.enabled needs the metrics of a Prometheus, and there is none; give one, or switch it off.',
    );
    expect(() => watched({ autoscaling: byQueue }, {})).toThrow(
      "[shop/tensorflow-serving] autoscaling.queueTime.enabled has KEDA ask Prometheus, which does not let it in; set keda.namespace of Prometheus to the namespace of KEDA's operator.",
    );
  });

  it('has what fetches models from where it is told', () => {
    const programs = { image: image('redis'), toolsImage: image('rclone'), resources: resources('1') };
    const images = podOf({ fetcher: programs }).initContainers?.map((container) => container.image);
    expect(images).toEqual(['registry.example.com/shop/rclone:1.0.0', 'registry.example.com/shop/redis:1.0.0']);
  });

  it('lets itself be evicted one pod at a time', () => {
    const budget = (props: Given): readonly KubernetesObject[] =>
      objectsOf(props).filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budget({})).toEqual([]);
    expect(budget({ replicas: 2 })).toHaveLength(1);
  });

  it('restarts for other models', () => {
    const annotations = (props: Given) => setOf(props).template.metadata?.annotations;
    expect(annotations({ models: modelOf('1Mi', 2) })).not.toEqual(annotations({ models: modelOf('1Mi', 1) }));
  });

  it('is what stands behind a gateway', () => {
    synth((chart) => {
      const server = addServer(chart, { latencyTargetMilliseconds: 40 });
      expect(server).toMatchObject({
        framework: 'tensorflow',
        protocol: 'tensorflow',
        httpPort: 8501,
        grpcPort: 8500,
        latencyTargetMilliseconds: 40,
      });
    });
  });

  it('is labelled as a part of model serving', () => {
    const labels = (objectsOf() as readonly ConfigMap[]).map(({ metadata }) => metadata?.labels);
    expect(new Set(labels.map((label) => label?.['app.kubernetes.io/component']))).toEqual(new Set(['ml-serving']));
  });
});
