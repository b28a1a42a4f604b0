import { App, Chart } from 'cdk8s';
import { parse } from 'yaml';
import { Elasticsearch } from '../../../lib/tiers/observability/elasticsearch';
import { jsonExporterDefaults } from '../../../lib/tiers/observability/json-exporter';
import { Logstash, type LogstashProps, logstashDefaults } from '../../../lib/tiers/observability/logstash';
import { PIPELINES } from '../../../lib/tiers/observability/logstash-pipelines';
import { programs } from '../../metrics/inventory';
import filebeatStats from '../../metrics/programs/filebeat-stats.json';
import logstashStats from '../../metrics/programs/logstash-stats.json';
import { Filebeat } from '../../../lib/tiers/observability/filebeat';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

type Given = Partial<LogstashProps>;

function build(chart: Chart, props: Given = {}): void {
  const elasticsearch = new Elasticsearch(chart, 'elasticsearch');
  const logstash = new Logstash(chart, 'logstash', {
    elasticsearch: elasticsearch.clientFor('logstash_writer'),
    ...props,
  });
  logstash.connectTo(elasticsearch);
}

const own = ({ metadata }: KubernetesObject): boolean => metadata.name.startsWith('shop-logstash');
const shop = (props: Given = {}) =>
  synth((chart) => {
    build(chart, props);
  });
const objects = shop();
const full: Required<LogstashProps> = {
  ...podSettings,
  enabled: true,
  elasticsearch: {
    url: 'https://search.example.com:9200',
    username: 'writer',
    passwordSecret: 'search',
    passwordKey: 'password',
    caSecret: 'search-ca',
    caKey: 'root.crt',
  },
  filebeat: { namespace: 'agents', release: 'shippers' },
  maskedFields: ['iban'],
  replicas: 3,
  tlsSecretName: 'certificate',
  storage: { size: '20Gi', storageClassName: 'fast' },
  resources: { ...resources('1'), limits: { ...resources('1').limits, memory: '4Gi' } },
  image: image('logstash'),
  exporter: { image: image('exporter'), resources: jsonExporterDefaults.resources },
};
const podOf = (given: readonly KubernetesObject[]) =>
  (
    find(given, 'StatefulSet', 'shop-logstash').spec as {
      readonly template: { readonly metadata: object; readonly spec: object };
    }
  ).template;

describe('Logstash', () => {
  it('has half of its memory for a heap, and a quarter for what is outside of it', () => {
    expect(podOf(objects).spec).toMatchObject({
      containers: [
        {
          env: expect.arrayContaining([
            { name: 'LS_JAVA_OPTS', value: '-Xms768m -Xmx768m -XX:MaxDirectMemorySize=384m' },
          ]) as unknown,
        },
        {},
      ],
    });
  });

  it('has its password from the Secret of Elasticsearch, and nowhere else', () => {
    expect(podOf(objects).spec).toMatchObject({
      containers: [
        {
          env: expect.arrayContaining([
            {
              name: 'ELASTICSEARCH_PASSWORD',
              valueFrom: { secretKeyRef: { name: 'shop-elasticsearch', key: 'logstash-writer-password' } },
            },
          ]) as unknown,
        },
        {},
      ],
    });
    const confs = Object.values(find(objects, 'ConfigMap', 'shop-logstash-pipelines').data ?? {});
    const passwords = confs.flatMap((conf) => [...conf.matchAll(/password => (.*)/g)].map(([, value]) => value));
    expect(new Set(passwords)).toEqual(new Set(['"${ELASTICSEARCH_PASSWORD}"']));
  });

  it('speaks by TLS with both sides', () => {
    const { data = {} } = find(objects, 'ConfigMap', 'shop-logstash-pipelines');
    expect(data['intake.conf']).toMatch('ssl_enabled => true');
    const hosts = Object.values(data).flatMap((conf) => [...conf.matchAll(/hosts => (.*)/g)].map(([, value]) => value));
    expect(new Set(hosts)).toEqual(new Set(['["https://shop-elasticsearch:9200"]']));
    expect(hosts).toHaveLength(PIPELINES.length - 1);
  });

  it('has every pipeline in pipelines.yml, and a file for it in the folder that is mounted', () => {
    const { data = {} } = find(objects, 'ConfigMap', 'shop-logstash');
    expect(parse(data['pipelines.yml'] ?? '')).toEqual(
      PIPELINES.map((id) => ({ 'pipeline.id': id, 'path.config': `/etc/logstash/pipelines/${id}.conf` })),
    );
    const items = PIPELINES.map((id) => ({ key: `${id}.conf`, path: `pipelines/${id}.conf` }));
    expect(podOf(objects).spec).toMatchObject({
      volumes: expect.arrayContaining([
        {
          name: 'settings',
          projected: {
            sources: [
              { configMap: { name: 'shop-logstash' } },
              { configMap: { name: 'shop-logstash-pipelines', items } },
            ],
          },
        },
      ]) as unknown,
    });
    expect(Object.keys(find(objects, 'ConfigMap', 'shop-logstash-pipelines').data ?? {}).sort()).toEqual(
      items.map(({ key }) => key).sort(),
    );
  });

  it('restarts for its settings, and not for its pipelines, which it reads again', () => {
    const annotations = ({ metadata }: { readonly metadata: object }) => metadata;
    expect(annotations(podOf(shop({ storage: { size: '8Gi' } })))).not.toEqual(annotations(podOf(objects)));
    expect(annotations(podOf(shop({ maskedFields: ['iban'] })))).toEqual(annotations(podOf(objects)));
  });

  it('leaves a tenth of its volume free of queues', () => {
    const yml = parse(find(objects, 'ConfigMap', 'shop-logstash').data?.['logstash.yml'] ?? '') as Record<
      string,
      string
    >;
    const [queue, letters] = ['queue.max_bytes', 'dead_letter_queue.max_bytes'].map((key) => parseInt(yml[key] ?? ''));
    expect([queue, letters]).toEqual([409, 204]);
    expect(PIPELINES.length * ((queue ?? 0) + (letters ?? 0))).toBeLessThan(4096 * 0.9);
  });

  it('lets the Filebeat of node-agents in, and nobody else, and reaches Elasticsearch alone', () => {
    const { spec } = find(objects, 'NetworkPolicy', 'shop-logstash');
    const labels = (name: string, component: string) => ({
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': component,
    });
    expect(spec).toMatchObject({
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'node-agents' } },
              podSelector: {
                matchLabels: { 'app.kubernetes.io/name': 'filebeat', 'app.kubernetes.io/instance': 'node-agents' },
              },
            },
          ],
          ports: [{ port: 5044, protocol: 'TCP' }],
        },
      ],
      egress: [
        {},
        { to: [{ podSelector: { matchLabels: labels('elasticsearch', 'node') } }], ports: [{ port: 9200 }] },
      ],
    });
  });

  test.each([
    [
      {
        resources: {
          ...logstashDefaults.resources,
          limits: { ...logstashDefaults.resources.limits, memory: '1023Mi' },
        },
      },
      '[shop/logstash] resources.limits.memory 1023Mi is less than Logstash needs, 1Gi; raise it to that or more.',
    ],
    [
      { storage: { size: '1023Mi' } },
      '[shop/logstash] storage.size 1023Mi is less than its queues need, 1Gi; raise it to that or more.',
    ],
  ])('refuses too little: %j', (props, message) => {
    const app = new App();
    build(new Chart(app, 'shop'), props);
    expect(() => app.synthYaml()).toThrow(message);
  });

  it('takes as little as it needs', () => {
    const least = { ...logstashDefaults.resources, limits: { ...logstashDefaults.resources.limits, memory: '1Gi' } };
    expect(() => shop({ resources: least, storage: { size: '1Gi' } })).not.toThrow();
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(objects.filter(own)).toMatchSnapshot('defaults');
    expect(shop(full).filter(own)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(objects);
    for (const key of Object.keys(full) as (keyof LogstashProps)[]) {
      expect([key, JSON.stringify(shop({ [key]: { ...full, enabled: false }[key] })) === before]).toEqual([key, false]);
    }
  });
});

describe('the statistics of Filebeat and Logstash', () => {
  const all = synth((chart) => {
    build(chart);
    new Filebeat(chart, 'filebeat');
  });
  const metricsOf = (name: string) => {
    const { data } = find(all, 'ConfigMap', `shop-${name}-exporter`);
    return (
      parse(data?.['json-exporter.yaml'] ?? '') as {
        readonly modules: {
          readonly default: {
            readonly metrics: readonly {
              readonly name: string;
              readonly path: string;
              readonly valuetype: string;
              readonly labels?: object;
            }[];
          };
        };
      }
    ).modules.default.metrics;
  };
  const { PIPELINE, ...others } = logstashStats.pipelines;
  const statistics: Readonly<Record<string, object>> = {
    filebeat: filebeatStats,
    logstash: {
      ...logstashStats,
      pipelines: Object.fromEntries(PIPELINES.map((id) => [id, { ...others, ...PIPELINE }])),
    },
  };

  test.each(['filebeat', 'logstash'])('of %s have what the exporter asks for', (name) => {
    const missing = metricsOf(name).filter(({ path }) => {
      const steps = path.slice(2, -1).split('.');
      const value = steps.reduce<unknown>(
        (at, step) => (at as Record<string, unknown> | undefined)?.[step],
        statistics[name],
      );
      return typeof value !== 'number';
    });
    expect(missing).toEqual([]);
  });

  test.each(['filebeat', 'logstash'])('of %s are the metrics of the inventory', (name) => {
    const listed = programs.find(({ program }) => program.startsWith(name))?.metrics ?? {};
    const found = metricsOf(name).map((metric) => [
      metric.name,
      [metric.valuetype, ...Object.keys(metric.labels ?? {})],
    ]);
    expect(Object.fromEntries(found)).toEqual(listed);
  });
});
