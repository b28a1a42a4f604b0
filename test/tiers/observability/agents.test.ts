/** The exporters that stand alone: of nodes, of the state of the cluster, and of public names. */
import { parse } from 'yaml';
import { BlackboxExporter, type BlackboxExporterProps } from '../../../lib/tiers/observability/blackbox-exporter';
import { KubeStateMetrics, type KubeStateMetricsProps } from '../../../lib/tiers/observability/kube-state-metrics';
import { NodeExporter, type NodeExporterProps } from '../../../lib/tiers/observability/node-exporter';
import { Prometheus, prometheusDefaults } from '../../../lib/tiers/observability/prometheus';
import { Platform, defaultNetworkFacts } from '../../../lib/workload/platform';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

const { tolerations, ...nodeSettings } = podSettings;
const own = { resources: resources('1'), image: image('exporter') };

describe('NodeExporter', () => {
  const node = (props: NodeExporterProps = {}) => synth((chart) => new NodeExporter(chart, 'node-exporter', props));
  const full: Required<NodeExporterProps> = { ...nodeSettings, ...own, enabled: true };

  it('runs on every node, whatever its taints', () => {
    expect(tolerations).not.toEqual([]);
    expect(find(node(), 'DaemonSet', 'shop-node-exporter')).toMatchObject({
      spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } },
    });
  });

  it('reads the file system of the node, and has no other privilege', () => {
    const { spec } = (
      find(node(), 'DaemonSet', 'shop-node-exporter').spec as { readonly template: { readonly spec: object } }
    ).template;
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^host/)]));
    expect(spec).toMatchObject({
      securityContext: { runAsNonRoot: true },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: true, mountPropagation: 'HostToContainer' }],
        },
      ],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    });
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(node()).toMatchSnapshot('defaults');
    expect(node(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(node());
    for (const key of Object.keys(full) as (keyof NodeExporterProps)[]) {
      expect([key, JSON.stringify(node({ [key]: { ...full, enabled: false }[key] })) === before]).toEqual([key, false]);
    }
  });
});

describe('KubeStateMetrics', () => {
  const state = (props: KubeStateMetricsProps = {}) =>
    synth((chart) => {
      new KubeStateMetrics(chart, 'kube-state-metrics', props);
      new Prometheus(chart, 'prometheus');
    });
  const full: Required<KubeStateMetricsProps> = { ...podSettings, ...own, enabled: true };

  it('may list and watch what it reports, and neither Secrets nor ConfigMaps', () => {
    const { rules } = find(state(), 'ClusterRole', 'shop-kube-state-metrics') as unknown as {
      readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
    };
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list', 'watch']));
    const resources = rules.flatMap((rule) => rule.resources).sort();
    expect(resources).not.toContain('secrets');
    expect(resources).not.toContain('configmaps');
    expect(find(state(), 'Deployment', 'shop-kube-state-metrics')).toMatchObject({
      spec: {
        template: {
          spec: { containers: [{ args: expect.arrayContaining([`--resources=${resources.join(',')}`]) as string[] }] },
        },
      },
    });
  });

  it('is scraped for what it says of others', () => {
    const { data } = find(state(), 'ConfigMap', 'shop-prometheus');
    expect(data?.['prometheus.yml']).toMatch(
      'regex: kube-state-metrics;exporter;8080, target_label: job, replacement: kube-state-metrics',
    );
    expect(data?.['prometheus.yml']).toMatch('honor_labels: true');
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    const objects = (props: KubeStateMetricsProps) =>
      state(props).filter(({ metadata }) => metadata.name.includes('kube-state-metrics'));
    expect(objects({})).toMatchSnapshot('defaults');
    expect(objects(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(state());
    for (const key of Object.keys(full) as (keyof KubeStateMetricsProps)[]) {
      expect([key, JSON.stringify(state({ [key]: { ...full, enabled: false }[key] })) === before]).toEqual([
        key,
        false,
      ]);
    }
  });
});

describe('BlackboxExporter', () => {
  type Given = Partial<Omit<BlackboxExporterProps, 'prometheus'>>;
  const shop = (props: Given = {}, operated = false) =>
    synth((chart) => {
      const network = { ...defaultNetworkFacts, ingressNamespace: 'traefik', scraperNamespace: 'monitoring' };
      Platform.provide(chart, new Platform({ instance: 'shop', namespace: 'shop-prod', partOf: 'shop', network }));
      const operator = { ...prometheusDefaults.operator, enabled: operated };
      const prometheus = new Prometheus(chart, 'prometheus', { operator });
      new BlackboxExporter(chart, 'blackbox', { prometheus, urls: ['https://shop.example.com/'], ...props });
    });
  const full: Required<Given> = {
    ...podSettings,
    ...own,
    enabled: true,
    urls: ['https://example.com/'],
    addresses: ['192.0.2.0/24'],
    ports: [4443],
  };
  const objects = shop();

  it('is asked about the public names by Prometheus', () => {
    const yaml = parse(find(objects, 'ConfigMap', 'shop-prometheus').data?.['prometheus.yml'] ?? '') as {
      readonly scrape_configs: readonly unknown[];
    };
    expect(yaml.scrape_configs[1]).toEqual({
      job_name: 'blackbox',
      metrics_path: '/probe',
      params: { module: ['https_2xx'] },
      static_configs: [
        {
          targets: ['https://shop.example.com/'],
          labels: { namespace: 'shop-prod', release: 'shop', tier: 'blackbox', component: 'prober' },
        },
      ],
      relabel_configs: [
        { source_labels: ['__address__'], target_label: '__param_target' },
        { source_labels: ['__address__'], target_label: 'target' },
        { source_labels: ['__address__'], target_label: 'instance' },
        { target_label: '__address__', replacement: 'shop-blackbox.shop-prod:9115' },
      ],
    });
  });

  it('is asked by the Prometheus of prometheus-operator likewise', () => {
    expect(find(shop({}, true), 'Probe', 'shop-blackbox')).toMatchObject({
      spec: {
        jobName: 'blackbox',
        module: 'https_2xx',
        prober: { url: 'shop-blackbox.shop-prod:9115' },
        targets: {
          staticConfig: {
            static: ['https://shop.example.com/'],
            labels: { release: 'shop', tier: 'blackbox', component: 'prober' },
            relabelingConfigs: [{ sourceLabels: ['__param_target'], targetLabel: 'target' }],
          },
        },
      },
    });
  });

  it('may go out by TLS, and to the ingress controller', () => {
    const { spec } = find(objects, 'NetworkPolicy', 'shop-blackbox');
    const ports = [443, 8443].map((port) => ({ port, protocol: 'TCP' }));
    expect((spec as { readonly egress: readonly unknown[] }).egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports },
      { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } }], ports },
    ]);
  });

  it('takes nothing for an answer that is not encrypted', () => {
    const yaml = parse(find(objects, 'ConfigMap', 'shop-blackbox').data?.['blackbox.yml'] ?? '') as unknown;
    expect(yaml).toEqual({
      modules: {
        https_2xx: { prober: 'http', timeout: '9s', http: { fail_if_not_ssl: true, preferred_ip_protocol: 'ip4' } },
      },
    });
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    const ofBlackbox = (all: readonly KubernetesObject[]) =>
      all.filter(({ metadata }) => metadata.name.startsWith('shop-blackbox'));
    expect(ofBlackbox(objects)).toMatchSnapshot('defaults');
    expect(ofBlackbox(shop(full))).toMatchSnapshot('every prop');
  });

  it('changes with every prop, and is gone where it is switched off', () => {
    const before = JSON.stringify(objects);
    for (const key of Object.keys(full) as (keyof Given)[]) {
      expect([key, JSON.stringify(shop({ [key]: { ...full, enabled: false }[key] })) === before]).toEqual([key, false]);
    }
    expect(JSON.stringify(shop({ enabled: false }))).not.toMatch('blackbox');
  });
});
