import { App } from 'cdk8s';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import { images } from '../../../lib/images';
import { Manifests } from '../../../lib/output/manifests';
import { NodeAgents } from '../../../lib/systems/node-agents/node-agents';
import { environmentsIn, valuesOf } from '../../../lib/systems/environment';
import type { JsonObject } from '../../../lib/values/expression';
import { Effects } from '../effects';
import { type KubernetesObject, containersOf, find, titleOf } from '../cluster-ai/pods';
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';

const system = new NodeAgents(new App());
const release = { name: 'node-agents', namespace: 'node-agents' };
const manifests = new Manifests(system);
const environments = environmentsIn(system.environments);
const valuesIn = (name: string, more = ''): JsonObject => {
  const environment = environments.find((each) => each.name === name);
  if (!environment) throw new Error(`no environment "${name}"`);
  return valuesOf(system.schema, { file: environment.file, source: environment.source + more });
};
const objectsWith = (values: JsonObject): readonly KubernetesObject[] =>
  [...manifests.evaluate(values, release).values()].flat() as unknown as readonly KubernetesObject[];
const specsOf = (objects: readonly KubernetesObject[]): readonly (readonly [string, PodSpec])[] =>
  objects.flatMap((object) => {
    const { template } = (object.spec ?? {}) as { readonly template?: PodTemplateSpec };
    return template?.spec ? [[titleOf(object), template.spec] as const] : [];
  });

describe.each(environments.map(({ name }) => name))('node-agents in %s', (environment) => {
  const objects = objectsWith(valuesIn(environment));
  const specs = specsOf(objects);

  it('has these objects', () => {
    expect(objects.map(titleOf)).toMatchSnapshot();
  });

  it('mounts files of nodes in node exporter and Filebeat alone, and has one container that is root, without a capability', () => {
    const exceptions = specs.flatMap(([owner, spec]) => [
      ...(['hostNetwork', 'hostPID', 'hostIPC'] as const)
        .filter((field) => spec[field])
        .map((field) => `${owner}: ${field}`),
      ...(spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => `${owner}: hostPath ${name}`),
      ...(spec.securityContext?.runAsNonRoot === true ? [] : [`${owner}: root`]),
      ...(spec.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? [] : [`${owner}: seccomp`]),
    ]);
    const hasFilebeat = environment !== 'development';
    const ofFilebeat = ['hostPath logs', 'hostPath registry'].map((what) => `DaemonSet/node-agents-filebeat: ${what}`);
    expect(exceptions).toEqual([
      'DaemonSet/node-agents-node-exporter: hostPath host',
      ...(hasFilebeat ? ofFilebeat : []),
    ]);
    for (const [owner, spec] of specs) {
      for (const { name, securityContext, ports = [] } of containersOf({ owner, spec, replicas: 1, labels: {} })) {
        const isRoot = owner === 'DaemonSet/node-agents-filebeat' && name === 'registry';
        expect([owner, name, securityContext]).toEqual([
          owner,
          name,
          {
            ...(isRoot ? { runAsUser: 0, runAsNonRoot: false } : {}),
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        ]);
        expect(ports.filter(({ hostPort }) => hostPort !== undefined)).toEqual([]);
      }
    }
  });

  it('has its exceptions allowed in its own namespace, which it says', () => {
    const namespace = manifests.files(valuesIn(environment), release, system.podSecurity).get('namespace.yaml');
    expect(namespace).toMatch('pod-security.kubernetes.io/enforce: privileged\n');
  });

  it('takes every image from the one list', () => {
    const pinned = Object.values(images).map(({ registry, repository, tag }) => `${registry}/${repository}:${tag}`);
    for (const [owner, spec] of specs) {
      for (const { image } of containersOf({ owner, spec, replicas: 1, labels: {} })) expect(pinned).toContain(image);
    }
  });

  it('isolates every pod in both directions, and gives each rule peers and ports', () => {
    const policies = objects
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ spec }) => spec as NetworkPolicySpec);
    expect(policies).toHaveLength(specs.length + 1);
    for (const { policyTypes, ingress = [], egress = [] } of policies) {
      expect(policyTypes).toEqual(['Ingress', 'Egress']);
      for (const { from, ports } of ingress) expect([from?.length, ports?.length]).not.toContain(undefined);
      for (const { to, ports } of egress) expect([to?.length, ports?.length]).not.toContain(undefined);
    }
  });
});

describe('node-agents', () => {
  it('scrapes node exporter, Filebeat, kube-state-metrics, the kubelets and itself', () => {
    const { data } = find(objectsWith(valuesIn('production')), 'ConfigMap/node-agents-prometheus') as unknown as {
      readonly data: Readonly<Record<string, string>>;
    };
    const yaml = data['prometheus.yml'] ?? '';
    expect(Array.from(yaml.matchAll(/replacement: ([a-z-]+) }$/gm), ([, job]) => job)).toEqual([
      'node-exporter',
      'filebeat',
      'prometheus',
      'kube-state-metrics',
    ]);
    expect(yaml).toMatch(
      '{ source_labels: [job], regex: filebeat, target_label: __param_target, replacement: "http://127.0.0.1:5066/stats" }',
    );
    expect(Array.from(yaml.matchAll(/job_name: (\S+)/g), ([, job]) => job)).toEqual([
      'pods',
      'pods-about-others',
      'kubelet',
      'cadvisor',
    ]);
  });

  it('answers the namespaces of its clients, and nobody where there are none', () => {
    const ingressOf = (more: string) => {
      const { spec } = find(objectsWith(valuesIn('development', more)), 'NetworkPolicy/node-agents-prometheus');
      return (spec as NetworkPolicySpec).ingress;
    };
    const peer = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
    const ports = [{ port: 9090, protocol: 'TCP' }];
    expect(ingressOf('')?.[0]).toEqual({ from: [peer('cluster-ai')], ports });
    const none = objectsWith(valuesOf(system.schema, { file: 'none.yaml', source: 'clients: []' }));
    const { spec } = find(none, 'NetworkPolicy/node-agents-prometheus');
    expect(spec).not.toHaveProperty('ingress');
  });

  it('sends logs to the Logstash of one release, which its values name', () => {
    const source = 'filebeat: { enabled: true, namespaces: [a, b], logstash: { namespace: logs, release: blue } }';
    const objects = objectsWith(valuesOf(system.schema, { file: 'logs.yaml', source }));
    const { data } = find(objects, 'ConfigMap/node-agents-filebeat') as unknown as {
      readonly data: Readonly<Record<string, string>>;
    };
    expect(parse(data['filebeat.yml'] ?? '')).toMatchObject({
      'filebeat.inputs': [
        {
          paths: [
            '/var/log/pods/a_*/*/*.log',
            '/var/log/pods/a_*/*/*.log.*[0-9]',
            '/var/log/pods/b_*/*/*.log',
            '/var/log/pods/b_*/*/*.log.*[0-9]',
          ],
        },
      ],
      'output.logstash': { hosts: ['blue-logstash.logs.svc:5044'] },
    });
    const { spec } = find(objects, 'NetworkPolicy/node-agents-filebeat');
    const labels = (name: string, component: string) => ({
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': 'blue',
      'app.kubernetes.io/component': component,
    });
    expect((spec as NetworkPolicySpec).egress?.at(-1)).toEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'logs' } },
          podSelector: { matchLabels: labels('logstash', 'pipelines') },
        },
      ],
      ports: [{ port: 5044, protocol: 'TCP' }],
    });
  });

  it('gives prometheus-operator a monitor for each, and for the kubelets', () => {
    const source = 'network: { scraperNamespace: monitoring }\nprometheus: { operator: { enabled: true } }';
    const objects = objectsWith(valuesOf(system.schema, { file: 'operator.yaml', source }));
    expect(objects.map(titleOf).filter((title) => /Monitor|prometheus/i.test(title))).toEqual([
      'PrometheusRule/node-agents-prometheus',
      'PodMonitor/node-agents-node-exporter',
      'PodMonitor/node-agents-kube-state-metrics',
      'ServiceMonitor/node-agents-kubelet',
    ]);
  });

  it('names what is not in a namespace after its own, so that two releases never collide', () => {
    const cluster = (namespace: string) =>
      [...manifests.evaluate(valuesIn('development'), { name: 'agents', namespace }).values()]
        .flat()
        .map((object) => object as unknown as KubernetesObject)
        .filter(({ kind }) => kind.startsWith('Cluster'))
        .map(titleOf);
    expect(cluster('one')).toEqual([
      'ClusterRole/one:agents-kube-state-metrics',
      'ClusterRoleBinding/one:agents-kube-state-metrics',
      'ClusterRole/one:agents-prometheus',
      'ClusterRoleBinding/one:agents-prometheus',
    ]);
    expect(cluster('one').filter((title) => cluster('two').includes(title))).toEqual([]);
  });
});

describe("node-agents' values", () => {
  const operated = 'network: { scraperNamespace: monitoring }\nprometheus: { operator: { enabled: true } }';
  const bases = [
    ...environments.map(({ name }) => ({ name, values: valuesIn(name) })),
    { name: 'operated', values: valuesOf(system.schema, { file: 'operated.yaml', source: operated }) },
  ];
  const proofs = new Effects(system, system.schema, release, bases).proofs();

  it('all reach the output or a check', () => {
    expect([...proofs].filter(([, base]) => base === undefined).map(([leaf]) => leaf)).toEqual([]);
  });
});
