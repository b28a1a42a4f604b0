import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { Prometheus, type PrometheusProps, prometheusDefaults } from '../../../lib/tiers/observability/prometheus';
import type { RuleGroup } from '../../../lib/tiers/observability/rule';
import { LITERALS, toExpr } from '../../../lib/values/expression';
import { text } from '../../../lib/values/text';
import { Platform, defaultNetworkFacts } from '../../../lib/workload/platform';
import { image, type KubernetesObject, find, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';
import { deployment } from '../../workload/plain-app';

type Given = Partial<PrometheusProps>;

/** Prometheus between a database and a cache, one made before it and one after. */
function shop(props: Given = {}, build: (prometheus: Prometheus, chart: Chart) => void = () => undefined) {
  return synth((chart) => {
    provide(chart);
    new Postgres(chart, 'postgres', { database: 'orders', replicas: 1 });
    const prometheus = new Prometheus(chart, 'prometheus', props);
    new RedisCache(chart, 'redis', {});
    build(prometheus, chart);
  });
}

function provide(chart: Chart): void {
  const network = { ...defaultNetworkFacts, scraperNamespace: 'monitoring' };
  Platform.provide(chart, new Platform({ instance: 'shop', namespace: 'shop-prod', partOf: 'shop', network }));
}

function yamlOf(objects: readonly KubernetesObject[]): PrometheusYaml {
  return parse(find(objects, 'ConfigMap', 'shop-prometheus').data?.['prometheus.yml'] ?? '') as PrometheusYaml;
}

interface Relabeling {
  readonly source_labels?: readonly string[];
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
  readonly action?: string;
}

interface PrometheusYaml {
  readonly global: Readonly<Record<string, string>>;
  readonly alerting?: unknown;
  readonly scrape_configs: readonly (Readonly<Record<string, unknown>> & {
    readonly job_name: string;
    readonly relabel_configs?: readonly Relabeling[];
  })[];
}

/** What a job does to tell workloads apart: `postgres;primary;9187 → postgres-primary`. */
function jobsIn(yaml: PrometheusYaml, name = 'pods'): readonly string[] {
  const { relabel_configs: all = [] } = yaml.scrape_configs.find(({ job_name }) => job_name === name) ?? {};
  return all
    .filter(({ source_labels, target_label }) => source_labels?.[0] === '__tmp' && target_label === 'job')
    .map(({ regex = '', replacement = '' }) => `${regex} → ${replacement}`);
}

function podOf(objects: readonly KubernetesObject[]): PodSpec {
  const { spec } = find(objects, 'StatefulSet', 'shop-prometheus');
  return (spec as { readonly template: { readonly spec: PodSpec } }).template.spec;
}

function policy(objects: readonly KubernetesObject[], name: string): NetworkPolicySpec {
  return find(objects, 'NetworkPolicy', name).spec as NetworkPolicySpec;
}

const pods = (name: string, component: string) => ({
  podSelector: {
    matchLabels: {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': component,
    },
  },
});
const tcp = (port: number) => [{ port, protocol: 'TCP' }];

const groups: readonly RuleGroup[] = [
  {
    name: 'shop',
    rules: [
      {
        alert: 'ShopDown',
        expr: 'absent(up{job="frontend"} == 1)',
        for: '5m',
        severity: 'critical',
        summary: 'Nobody sells on {{ $labels.pod }}',
        description: 'No pod of the frontend answers.',
      },
    ],
  },
];

/** Every prop, each other than its default. */
const full: Required<PrometheusProps> = {
  ...podSettings,
  enabled: true,
  retentionDays: 7,
  scrapeIntervalSeconds: 15,
  storage: { size: '5Gi', storageClassName: 'fast' },
  resources: resources('1'),
  image: image('prometheus'),
  reloader: { image: image('reloader'), resources: resources(null) },
  runbooksUrl: 'https://example.com/runbooks',
  nodeAgents: { namespace: 'agents', release: 'nodes' },
  exemplars: true,
  operator: { ...prometheusDefaults.operator, enabled: false },
  keda: { namespace: 'keda' },
};

describe('Prometheus', () => {
  const objects = shop();

  it('scrapes each workload that has metrics, whichever was made first, and itself', () => {
    expect(jobsIn(yamlOf(objects))).toEqual([
      'postgres;primary;9187 → postgres-primary',
      'postgres;replica;9187 → postgres-replica',
      'prometheus;server;9090 → prometheus',
      'redis;cache;9121 → redis',
    ]);
  });

  it('lets KEDA ask from its namespace, where that is named', () => {
    const keda = {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } } }],
      ports: tcp(9090),
    };
    const allowed = (props: PrometheusProps) => policy(shop(props), 'shop-prometheus').ingress ?? [];
    expect(allowed({ keda: { namespace: 'keda' } })).toEqual([...allowed({}), keda]);
  });

  it('keeps exemplars where it is asked to', () => {
    const [without, with_] = [{}, { exemplars: true }].map((props) => podOf(shop(props)).containers[0]?.args);
    expect(with_).toEqual([...(without ?? []), '--enable-feature=exemplar-storage']);
  });

  it('leaves a workload without metrics alone', () => {
    const { scrape_configs } = yamlOf(shop({}, (_, chart) => deployment(chart, { name: 'silent' })));
    expect(JSON.stringify(scrape_configs)).not.toMatch('silent');
  });

  it('keeps what is one of them, and drops pods that have ended', () => {
    const [job] = yamlOf(objects).scrape_configs;
    expect(job?.relabel_configs).toContainEqual({ source_labels: ['job'], regex: '.+', action: 'keep' });
    expect(job?.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_phase'],
      regex: 'Succeeded|Failed',
      action: 'drop',
    });
  });

  it('asks a workload for its own path where that is not the usual one', () => {
    const [job] = yamlOf(
      shop({}, (_, chart) => deployment(chart, { scrape: { port: 8501, path: '/monitoring/metrics' } })),
    ).scrape_configs;
    const paths = job?.relabel_configs?.filter(({ target_label }) => target_label === '__metrics_path__');
    expect(paths).toEqual([
      { source_labels: ['job'], regex: 'api', target_label: '__metrics_path__', replacement: '/monitoring/metrics' },
    ]);
  });

  it('gives what is about others no label but its job, and what is about a node the node', () => {
    const yaml = yamlOf(
      shop({}, (_, chart) => {
        deployment(chart, { name: 'state', scrape: { port: 8080, path: '/metrics', honorLabels: true } });
        deployment(chart, { name: 'node', scrape: { port: 9100, path: '/metrics', aboutNode: true } });
      }),
    );
    expect(jobsIn(yaml, 'pods-about-others')).toEqual(['state;server;8080 → state']);
    const others = yaml.scrape_configs.find(({ job_name }) => job_name === 'pods-about-others');
    expect(others).toMatchObject({ honor_labels: true });
    expect(others?.relabel_configs?.map(({ target_label }) => target_label).filter(Boolean)).toEqual([
      '__tmp',
      'job',
      'job',
    ]);
    expect(jobsIn(yaml)).toContain('node;server;9100 → node');
    expect(yaml.scrape_configs[0]?.relabel_configs).toContainEqual({
      source_labels: ['job', '__meta_kubernetes_pod_node_name'],
      regex: 'node;(.+)',
      target_label: 'node',
    });
  });

  it('may reach the metrics of each, DNS and the API server, and nothing else', () => {
    expect(policy(objects, 'shop-prometheus').egress?.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [...tcp(443), ...tcp(6443)] },
      { to: [pods('postgres', 'primary')], ports: tcp(9187) },
      { to: [pods('postgres', 'replica')], ports: tcp(9187) },
      { to: [pods('redis', 'cache')], ports: tcp(9121) },
    ]);
    expect(policy(objects, 'shop-redis').ingress).toContainEqual({
      from: [pods('prometheus', 'server')],
      ports: tcp(9121),
    });
  });

  it('may list the pods of its namespace, and nothing else', () => {
    expect(find(objects, 'Role', 'shop-prometheus')).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
    expect(find(objects, 'RoleBinding', 'shop-prometheus')).toMatchObject({
      subjects: [{ kind: 'ServiceAccount', name: 'shop-prometheus', namespace: 'shop-prod' }],
    });
  });

  it('reads changes without a restart: its files are folders, and no checksum is on the pod', () => {
    const { spec } = find(objects, 'StatefulSet', 'shop-prometheus');
    const { template } = spec as { readonly template: { readonly metadata: { readonly annotations: object } } };
    expect(Object.keys(template.metadata.annotations).filter((key) => key.startsWith('checksum/'))).toEqual([]);
    const [prometheus, reloader] = podOf(objects).containers;
    for (const container of [prometheus, reloader]) {
      expect(container?.volumeMounts?.slice(0, 2)).toEqual([
        { name: 'configuration', mountPath: '/etc/prometheus', readOnly: true },
        { name: 'rules', mountPath: '/etc/prometheus-rules', readOnly: true },
      ]);
    }
    expect(prometheus?.args).toContain('--web.enable-lifecycle');
    expect(reloader?.args).toEqual([
      '--listen-address=:8081',
      '--reload-url=http://127.0.0.1:9090/-/reload',
      '--config-file=/etc/prometheus/prometheus.yml',
      '--watched-dir=/etc/prometheus-rules',
      '--watch-interval=30s',
    ]);
  });

  it('keeps 30 days, and four fifths of the volume', () => {
    expect(podOf(objects).containers[0]?.args).toEqual(
      expect.arrayContaining(['--storage.tsdb.retention.time=30d', '--storage.tsdb.retention.size=16384MB']),
    );
    expect(podOf(shop(full)).containers[0]?.args).toEqual(
      expect.arrayContaining(['--storage.tsdb.retention.time=7d', '--storage.tsdb.retention.size=4096MB']),
    );
  });

  it('lets nobody else ask for series but who is said to', () => {
    const asked = shop({}, (prometheus, chart) => {
      prometheus.allowQueries(deployment(chart, { name: 'grafana' }));
    });
    expect(policy(asked, 'shop-prometheus').ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: tcp(9090),
      },
      { from: [pods('grafana', 'server')], ports: tcp(9090) },
    ]);
  });

  it('takes over what node agents have about its namespace and about nodes, where they are', () => {
    expect(yamlOf(objects).scrape_configs.map(({ job_name }) => job_name)).toEqual(['pods']);
    const withAgents = shop({ nodeAgents: { namespace: 'agents', release: 'nodes' } });
    expect(yamlOf(withAgents).scrape_configs[1]).toEqual({
      job_name: 'node-agents',
      honor_labels: true,
      metrics_path: '/federate',
      params: {
        'match[]': [
          '{namespace="shop-prod"}',
          '{__name__=~"node_.+|kube_node_.+|machine_.+|filebeat_.+"}',
          '{__name__="up"}',
        ],
      },
      static_configs: [{ targets: ['nodes-prometheus.agents:9090'] }],
    });
    expect(policy(withAgents, 'shop-prometheus').egress).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'agents' } },
          podSelector: {
            matchLabels: {
              'app.kubernetes.io/name': 'prometheus',
              'app.kubernetes.io/instance': 'nodes',
              'app.kubernetes.io/component': 'server',
            },
          },
        },
      ],
      ports: tcp(9090),
    });
  });

  it('sends alerts to every pod of an Alertmanager', () => {
    const objects = shop({}, (prometheus, chart) => {
      const workload = deployment(chart, { name: 'alertmanager' });
      prometheus.sendAlertsTo({
        endpoint: { workload, port: 9093, name: 'alerts' },
        headlessHost: 'shop-alertmanager-headless',
        enabled: true,
      });
    });
    expect(yamlOf(objects).alerting).toEqual({
      alertmanagers: [{ dns_sd_configs: [{ names: ['shop-alertmanager-headless'], type: 'A', port: 9093 }] }],
    });
    expect(policy(objects, 'shop-alertmanager').ingress).toContainEqual({
      from: [pods('prometheus', 'server')],
      ports: tcp(9093),
    });
  });

  it('scrapes what is no workload too', () => {
    const objects = shop({}, (prometheus) => {
      prometheus.addScrapeConfigs(text`
        - job_name: other
          static_configs: [{ targets: [example.com] }]
      `);
    });
    expect(yamlOf(objects).scrape_configs.at(-1)).toEqual({
      job_name: 'other',
      static_configs: [{ targets: ['example.com'] }],
    });
  });

  it('has a file for each group of rules', () => {
    const objects = shop({}, (prometheus) => {
      prometheus.addRules(groups);
    });
    expect(Object.keys(find(objects, 'ConfigMap', 'shop-prometheus-rules').data ?? {})).toEqual(['shop.yaml']);
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    const own = (objects: readonly KubernetesObject[]) =>
      objects.filter(({ metadata }) => metadata.name.startsWith('shop-prometheus'));
    expect(own(objects)).toMatchSnapshot('defaults');
    expect(own(shop(full))).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const withRules = (props: Given) =>
      JSON.stringify(
        shop(props, (prometheus) => {
          prometheus.addRules(groups);
        }),
      );
    const before = withRules({});
    for (const key of Object.keys(full) as (keyof PrometheusProps)[]) {
      const given = { ...full, enabled: false, operator: { ...prometheusDefaults.operator, enabled: true } };
      expect([key, withRules({ [key]: given[key] }) === before]).toEqual([key, false]);
    }
  });
});

describe('Prometheus by prometheus-operator', () => {
  const operator = { ...prometheusDefaults.operator, enabled: true, labels: { release: 'kps' } };
  const addRules = (prometheus: Prometheus) => {
    prometheus.addRules(groups);
  };
  const objects = shop({ operator }, addRules);
  const of = (kind: string) => objects.filter((object) => object.kind === kind);

  it('runs no pod, and leaves nothing of one', () => {
    expect(objects.filter(({ metadata }) => metadata.name.startsWith('shop-prometheus'))).toEqual(of('PrometheusRule'));
    expect(policy(objects, 'shop-redis').ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: tcp(9121),
      },
    ]);
  });

  it('has a PodMonitor for each workload with metrics, with the labels of prometheus.yml and of the operator', () => {
    expect(of('PodMonitor').map(({ metadata }) => metadata.name)).toEqual([
      'shop-postgres-primary',
      'shop-postgres-replica',
      'shop-redis',
    ]);
    expect(find(objects, 'PodMonitor', 'shop-redis')).toMatchObject({
      metadata: { labels: { release: 'kps', 'app.kubernetes.io/name': 'redis' } },
      spec: {
        selector: { matchLabels: pods('redis', 'cache').podSelector.matchLabels },
        podMetricsEndpoints: [
          {
            portNumber: 9121,
            path: '/metrics',
            interval: '30s',
            scrapeTimeout: '10s',
            relabelings: [
              { targetLabel: 'release', replacement: 'shop' },
              { targetLabel: 'tier', replacement: 'redis' },
              { targetLabel: 'component', replacement: 'cache' },
              { targetLabel: 'job', replacement: 'redis' },
              { action: 'labeldrop', regex: 'container|endpoint' },
            ],
          },
        ],
      },
    });
  });

  it('gives a target the labels that prometheus.yml gives it', () => {
    const [{ relabel_configs: plain = [] } = {}] = yamlOf(shop()).scrape_configs;
    const operated = find(objects, 'PodMonitor', 'shop-redis').spec as {
      readonly podMetricsEndpoints: readonly [{ readonly relabelings: readonly { readonly targetLabel?: string }[] }];
    };
    const given = (labels: readonly (string | undefined)[]) =>
      [...new Set(labels)].filter((label) => label !== undefined && !label.startsWith('__')).sort();
    // The operator itself adds the namespace and the pod.
    expect(
      given([...operated.podMetricsEndpoints[0].relabelings.map(({ targetLabel }) => targetLabel), 'namespace', 'pod']),
    ).toEqual(given(plain.map(({ target_label }) => target_label)));
  });

  it('has the same rules', () => {
    const { spec } = find(objects, 'PrometheusRule', 'shop-prometheus');
    const file = find(shop({}, addRules), 'ConfigMap', 'shop-prometheus-rules').data?.['shop.yaml'] ?? '';
    expect(spec).toEqual(parse(file));
  });

  it('leads clients to the Prometheus and the Alertmanager of the operator', () => {
    const urls: string[] = [];
    const objects = shop({ operator }, (prometheus, chart) => {
      const client = deployment(chart, { name: 'grafana' });
      prometheus.allowQueries(client);
      prometheus.allowOperatorsAlertmanager(client);
      urls.push(toExpr(prometheus.url).evaluate(LITERALS));
    });
    expect(urls).toEqual(['http://prometheus-operated.monitoring.svc:9090']);
    const to = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }];
    expect(policy(objects, 'shop-grafana').egress?.slice(1)).toEqual([
      { to, ports: tcp(9090) },
      { to, ports: tcp(9093) },
    ]);
  });

  it('refuses labels that are not the operator’s to set', () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    provide(chart);
    const labels = { 'app.kubernetes.io/name': 'mine' };
    new Prometheus(chart, 'prometheus', { operator: { ...operator, labels } });
    expect(() => app.synthYaml()).toThrow(
      '[shop/prometheus/operator] operator.labels sets app.kubernetes.io/name, which this project sets; remove it.',
    );
  });

  it('refuses to have nobody whom the pods let in', () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    new Prometheus(chart, 'prometheus', { operator });
    expect(() => app.synthYaml()).toThrow(
      '[shop/prometheus] operator.enabled leaves scraping to the Prometheus of prometheus-operator, but no pod lets it in; set network.scraperNamespace to its namespace.',
    );
  });
});
