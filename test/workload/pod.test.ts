import { Chart, App } from 'cdk8s';
import { type Fields, container, deployment, podProps, refusal, synth, find, probes, template } from './plain-app';
import type { Probes } from '../../lib/workload/container';
import { StatefulSetWorkload } from '../../lib/workload/stateful-set';
import { Platform } from '../../lib/workload/platform';

const podOf = (props: Parameters<typeof template>[0] = {}): Fields => template(props).spec;
const mainOf = (props: Parameters<typeof template>[0] = {}): Fields =>
  (podOf(props).containers as readonly Fields[])[0] ?? {};

describe('a pod', () => {
  it('meets Pod Security "restricted"', () => {
    expect(podOf()).toMatchObject({
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10_001,
        runAsGroup: 10_001,
        fsGroup: 10_001,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
  });

  it('hardens every container, init containers and sidecars too', () => {
    const init = container({ name: 'init' });
    const sidecar = container({ name: 'sidecar', restartPolicy: 'Always' });
    const pod = podOf({ initContainers: [init, sidecar], containers: [container(), container({ name: 'exporter' })] });
    const all = [...(pod.initContainers as Fields[]), ...(pod.containers as Fields[])];
    expect(all.map(({ securityContext }) => securityContext)).toEqual(
      Array(4).fill({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      }),
    );
    expect(all.map(({ restartPolicy }) => restartPolicy)).toEqual([undefined, 'Always', undefined, undefined]);
  });

  it('writes only where it says, and no more than it says', () => {
    const pod = podOf({ containers: [container({ writable: { '/tmp': '64Mi', '/var/run/shop': '8Mi' } })] });
    expect(pod.containers).toMatchObject([
      {
        volumeMounts: [
          { name: 'main-tmp', mountPath: '/tmp' },
          { name: 'main-var-run-shop', mountPath: '/var/run/shop' },
        ],
      },
    ]);
    expect(pod.volumes).toEqual([
      { name: 'main-tmp', emptyDir: { sizeLimit: '64Mi' } },
      { name: 'main-var-run-shop', emptyDir: { sizeLimit: '8Mi' } },
    ]);
  });

  it('has a folder of its own for each container that writes', () => {
    const writable = { '/tmp': '8Mi' };
    const pod = podOf({ containers: [container({ writable }), container({ name: 'exporter', writable })] });
    expect((pod.volumes as Fields[]).map(({ name }) => name)).toEqual(['main-tmp', 'exporter-tmp']);
  });

  it('mounts no token unless asked to, and no environment of other Services', () => {
    expect(podOf()).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(podOf({ serviceAccountToken: true })).toMatchObject({ automountServiceAccountToken: true });
  });

  it('runs under a ServiceAccount of its own', () => {
    const objects = synth((chart) => deployment(chart));
    expect(find(objects, 'ServiceAccount', 'shop-api')).toMatchObject({ automountServiceAccountToken: false });
    expect(podOf()).toMatchObject({ serviceAccountName: 'shop-api' });
  });

  it('requests and limits CPU, memory and disk', () => {
    expect(mainOf().resources).toEqual({
      requests: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
      limits: { cpu: '1', memory: '128Mi', 'ephemeral-storage': '32Mi' },
    });
  });

  it('has devices of the node, of which it may have no more than it asks for', () => {
    const devices = { enabled: true, resource: 'example.com/fpga', count: 2 };
    expect(mainOf({ containers: [container({ devices })] }).resources).toMatchObject({
      requests: { cpu: '100m', 'example.com/fpga': '2' },
      limits: { cpu: '1', 'example.com/fpga': '2' },
    });
    const off = { ...devices, enabled: false };
    expect(mainOf({ containers: [container({ devices: off })] }).resources).toEqual(mainOf().resources);
  });

  it('runs where a tier binds it, beside what keeps its replicas apart', () => {
    const here = { key: 'disk', operator: 'In', values: ['ssd'] };
    const nodeSelectorTerms = [{ matchExpressions: [here] }];
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    expect(podOf({ affinity: { nodeAffinity } }).affinity).toEqual({ nodeAffinity });
    expect(podOf({ affinity: { nodeAffinity }, replicas: 2 }).affinity).toMatchObject({
      nodeAffinity,
      podAntiAffinity: {},
    });
  });

  it('tolerates what a tier says, and what its operator says', () => {
    const own = { key: 'example.com/fpga', operator: 'Exists' };
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    expect(podOf({ ownTolerations: [own], tolerations }).tolerations).toEqual([own, ...tolerations]);
  });

  it('runs under a runtime class that is named', () => {
    expect(podOf({ runtimeClassName: 'nvidia' }).runtimeClassName).toBe('nvidia');
    expect(podOf()).not.toHaveProperty('runtimeClassName');
  });

  it('may use idle CPU where it has no limit', () => {
    const { requests, limits } = container().resources;
    const resources = { requests, limits: { ...limits, cpu: null } };
    expect(mainOf({ containers: [container({ resources })] }).resources).toMatchObject({
      limits: { memory: '128Mi', 'ephemeral-storage': '32Mi' },
    });
  });

  it('has three probes', () => {
    expect(mainOf()).toMatchObject({
      startupProbe: { httpGet: { path: '/health' } },
      livenessProbe: { httpGet: { path: '/health' } },
      readinessProbe: { httpGet: { path: '/ready' } },
    });
  });

  it('stops gracefully', () => {
    const preStop = { sleep: { seconds: 5 } };
    expect(podOf()).toMatchObject({ terminationGracePeriodSeconds: 30 });
    expect(podOf({ terminationGracePeriodSeconds: 60 })).toMatchObject({ terminationGracePeriodSeconds: 60 });
    expect(mainOf({ containers: [container({ lifecycle: { preStop } })] }).lifecycle).toEqual({ preStop });
  });

  it('pulls images by tag, or by digest where there is one', () => {
    const image = { registry: 'quay.io', repository: 'shop/api', tag: '2.0', digest: `sha256:${'a'.repeat(64)}` };
    expect(mainOf().image).toBe('docker.io/library/shop:1.2.3');
    expect(mainOf({ containers: [container({ image })] }).image).toBe(`quay.io/shop/api@${image.digest}`);
  });

  it('pulls from a mirror, with the Secrets that the system names', () => {
    const objects = synth((chart) => {
      const platform = {
        instance: 'shop',
        partOf: 'shop',
        imageRegistry: 'mirror.example.com',
        imagePullSecrets: ['pull'],
      };
      Platform.provide(chart, new Platform(platform));
      deployment(chart);
    });
    expect(find(objects, 'Deployment', 'shop-api')).toMatchObject({
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'pull' }],
            containers: [{ image: 'mirror.example.com/library/shop:1.2.3' }],
          },
        },
      },
    });
  });

  it('restarts when a checksum changes, and can be scraped', () => {
    const props = { checksums: { 'shop.conf': 'abc' }, scrape: { port: 9102, path: '/metrics' } };
    expect(template(props).metadata.annotations).toMatchObject({
      'checksum/shop.conf': 'abc',
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9102',
      'prometheus.io/path': '/metrics',
    });
  });
});

describe('probes', () => {
  const withReadiness = (readiness: Probes['readiness']): string =>
    refusal((chart) => {
      deployment(chart, { containers: [container({ probes: { ...probes, readiness } })] });
    });

  it('are refused where liveness and readiness ask the same', () => {
    expect(withReadiness(probes.liveness)).toContain(
      'liveness and readiness of container main ask the same; a pod that cannot serve would be restarted.',
    );
    expect(withReadiness(probes.readiness)).toBe('');
  });
});

describe('what an operator adds to pods', () => {
  it('is a sidecar that starts before the tier and ends after it, hardened alike', () => {
    const { spec } = template({ sidecars: [container({ name: 'agent', writable: { '/tmp': '8Mi' } })] });
    expect(spec.initContainers).toMatchObject([
      { name: 'agent', restartPolicy: 'Always', securityContext: { readOnlyRootFilesystem: true } },
    ]);
    expect(spec.volumes).toEqual([{ name: 'agent-tmp', emptyDir: { sizeLimit: '8Mi' } }]);
  });

  it('is there beside what the tier has', () => {
    const { metadata, spec } = template({
      podLabels: { team: 'web' },
      podAnnotations: { note: 'public' },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'shop', effect: 'NoSchedule' }],
      priorityClassName: 'high',
      extraEnv: { TZ: 'UTC' },
      extraVolumes: [{ name: 'ca', configMap: 'ca-bundle', mountPath: '/etc/ca' }],
      containers: [container({ env: [{ name: 'MODE', value: 'fast' }] }), container({ name: 'exporter' })],
    });
    expect(metadata).toMatchObject({
      labels: { team: 'web', 'app.kubernetes.io/name': 'api' },
      annotations: { note: 'public' },
    });
    expect(spec).toMatchObject({
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'shop', effect: 'NoSchedule' }],
      priorityClassName: 'high',
      volumes: [{ name: 'ca', configMap: { name: 'ca-bundle' } }],
    });
    const [main, exporter] = spec.containers as readonly Fields[];
    expect(main).toMatchObject({
      env: [
        { name: 'MODE', value: 'fast' },
        { name: 'TZ', value: 'UTC' },
      ],
      volumeMounts: [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }],
    });
    expect(exporter).not.toHaveProperty('volumeMounts');
    expect(exporter).not.toHaveProperty('env');
  });

  it('leaves out what is not given', () => {
    expect(Object.keys(podOf())).toEqual([
      'serviceAccountName',
      'automountServiceAccountToken',
      'enableServiceLinks',
      'securityContext',
      'terminationGracePeriodSeconds',
      'containers',
    ]);
  });

  it.each([
    [
      'podLabels',
      { podLabels: { 'app.kubernetes.io/name': 'mine', team: 'web' } },
      'podLabels sets app.kubernetes.io/name, which this project sets; remove it.',
    ],
    [
      'podAnnotations',
      {
        podAnnotations: { 'prometheus.io/port': '1', 'checksum/shop.conf': 'x' },
        scrape: { port: 1, path: '/' },
        checksums: { 'shop.conf': 'y' },
      },
      'podAnnotations sets checksum/shop.conf, prometheus.io/port, which this project sets; remove it.',
    ],
    [
      'extraEnv',
      { extraEnv: { MODE: 'slow', TZ: 'UTC' }, containers: [container({ env: [{ name: 'MODE', value: 'fast' }] })] },
      'extraEnv sets MODE, which this project sets; remove it.',
    ],
  ])('is refused in %s where it collides with what the tier sets', (_, props, message) => {
    expect(refusal((chart) => deployment(chart, props))).toBe(
      `Validation failed with the following errors:\n  [shop/api] ${message}`,
    );
  });

  it('is refused where it collides with what a connection has given', () => {
    const message = refusal((chart) => {
      deployment(chart, { extraEnv: { PGHOST: 'elsewhere' } }).addSettings([{ name: 'PGHOST', value: 'shop-db' }]);
    });
    expect(message).toContain('[shop/api] extraEnv sets PGHOST, which this project sets; remove it.');
  });
});

describe('a pod without a container', () => {
  it('is refused', () => {
    const chart = new Chart(new App(), 'shop');
    expect(() =>
      new StatefulSetWorkload(chart, 'api', { ...podProps({ containers: [] }), replicas: 1 }).statefulSet.toJson(),
    ).toThrow('shop/api: a pod has at least one container');
  });
});
