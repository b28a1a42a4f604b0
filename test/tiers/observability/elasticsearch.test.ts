import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import {
  Elasticsearch,
  type ElasticsearchProps,
  elasticsearchDefaults,
} from '../../../lib/tiers/observability/elasticsearch';
import { ELASTICSEARCH_KEYS, ELASTICSEARCH_USERS } from '../../../lib/tiers/observability/elasticsearch-users';
import { Objects } from '../data/objects';
import { podSettings, resources } from '../web/pod-settings';

function chartWith(props: ElasticsearchProps = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new Elasticsearch(chart, 'elasticsearch', props);
  return chart;
}

function synth(props: ElasticsearchProps = {}): Objects {
  return new Objects(chartWith(props));
}

function spec(props: ElasticsearchProps = {}): StatefulSetSpec | undefined {
  return synth(props).get('StatefulSet', 'shop-elasticsearch').spec;
}

function pod(props: ElasticsearchProps = {}): PodSpec | undefined {
  return spec(props)?.template.spec;
}

function node(props: ElasticsearchProps = {}): Container | undefined {
  return pod(props)?.containers[0];
}

function files(props: ElasticsearchProps = {}): Readonly<Record<string, string>> {
  return synth(props).get('ConfigMap', 'shop-elasticsearch').data ?? {};
}

function yml(props: ElasticsearchProps = {}): Readonly<Record<string, unknown>> {
  return parse(files(props)['elasticsearch.yml'] ?? '') as Readonly<Record<string, unknown>>;
}

function setup(props: ElasticsearchProps = {}): string {
  return synth(props).get('ConfigMap', 'shop-elasticsearch-setup').data?.['setup.sh'] ?? '';
}

const withMemory = (memory: string): ElasticsearchProps => ({
  resources: {
    requests: { cpu: '1', memory, ephemeralStorage: '64Mi' },
    limits: { cpu: null, memory, ephemeralStorage: '64Mi' },
  },
});
const snapshots = { ...elasticsearchDefaults.snapshots, enabled: true };

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<ElasticsearchProps>]: NonNullable<ElasticsearchProps[K]> } = {
  ...podSettings,
  enabled: true,
  replicas: 3,
  existingSecret: 'vault-elasticsearch',
  tlsSecretName: 'vault-tls',
  retentionDays: 90,
  allowMmap: true,
  snapshots: {
    enabled: true,
    endpoint: 'http://s3.example.com:9000',
    region: 'eu-central-1',
    pathStyleAccess: true,
    bucket: 'shop-logs',
    folder: 'shop/logs',
    existingSecret: 'vault-s3',
    addresses: ['10.1.0.0/16'],
    port: 9000,
    everyHours: 6,
    keepDays: 7,
  },
  storage: { size: '50Gi', storageClassName: 'fast' },
  resources: {
    requests: { cpu: '1', memory: '4Gi', ephemeralStorage: '8Mi' },
    limits: { cpu: null, memory: '4Gi', ephemeralStorage: '16Mi' },
  },
  image: { registry: 'registry.example.com', repository: 'elasticsearch', tag: '1', digest: null },
  exporter: {
    image: { registry: 'registry.example.com', repository: 'exporter', tag: '1', digest: null },
    resources: resources('1'),
  },
  setup: {
    image: { registry: 'registry.example.com', repository: 'curl', tag: '1', digest: null },
    resources: resources('1'),
  },
};

describe('Elasticsearch', () => {
  test('is one node, or three that start at once, as none is ready without a majority', () => {
    expect(spec()?.replicas).toBe(1);
    expect(spec({ replicas: 3 })).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel' });
    expect(yml()['cluster.initial_master_nodes']).toEqual(['shop-elasticsearch-0']);
    expect(yml({ replicas: 3 })['cluster.initial_master_nodes']).toEqual([
      'shop-elasticsearch-0',
      'shop-elasticsearch-1',
      'shop-elasticsearch-2',
    ]);
  });

  test('refuses a number of nodes of which none may be lost', () => {
    expect(() => synth({ replicas: 2 })).toThrow(
      '[shop/elasticsearch] replicas 2 is no number of nodes of which one may be lost; set it to 3, or to 1 for a trial.',
    );
    expect(() => synth({ replicas: 3 })).not.toThrow();
  });

  test('finds its nodes by the headless Service, which names those that are not ready too', () => {
    expect(yml()['discovery.seed_hosts']).toEqual(['shop-elasticsearch-headless']);
    expect(synth().get('Service', 'shop-elasticsearch-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [
        { name: 'https', port: 9200, targetPort: 'https' },
        { name: 'transport', port: 9300, targetPort: 'transport' },
      ],
    });
  });

  test('asks for passwords and speaks TLS, to clients and among nodes', () => {
    expect(yml()).toMatchObject({
      'xpack.security.enabled': true,
      'xpack.security.http.ssl.enabled': true,
      'xpack.security.http.ssl.certificate': 'certs/tls.crt',
      'xpack.security.http.ssl.key': 'certs/tls.key',
      'xpack.security.transport.ssl.enabled': true,
      'xpack.security.transport.ssl.verification_mode': 'certificate',
      'xpack.security.transport.ssl.certificate_authorities': 'certs/ca.crt',
    });
    expect(node()?.volumeMounts).toContainEqual({
      name: 'certificates',
      mountPath: '/etc/elasticsearch/certs',
      readOnly: true,
    });
    expect(pod()?.volumes).toContainEqual({
      name: 'certificates',
      secret: { secretName: 'shop-elasticsearch-tls', defaultMode: 0o440 },
    });
  });

  test('gives half of the memory limit to the heap, 26 GiB at the most', () => {
    const heap = (memory: string) => (files(withMemory(memory))['heap.options'] ?? '').match(/-Xm[sx]\S+/g);
    expect(heap('2Gi')).toEqual(['-Xms1024m', '-Xmx1024m']);
    expect(heap('1025Mi')).toEqual(['-Xms512m', '-Xmx512m']);
    expect(heap('52Gi')).toEqual(['-Xms26624m', '-Xmx26624m']);
    expect(heap('64Gi')).toEqual(['-Xms26624m', '-Xmx26624m']);
  });

  test('refuses a memory limit that leaves too little heap', () => {
    expect(() => synth(withMemory('1023Mi'))).toThrow(
      '[shop/elasticsearch] resources.limits.memory 1023Mi leaves 511 MiB for the heap, below 512; raise it to 1024Mi or more.',
    );
    expect(() => synth(withMemory('1Gi'))).not.toThrow();
  });

  test('needs no setting of the machine, unless indices are to be mapped into memory', () => {
    expect(yml()['node.store.allow_mmap']).toBe(false);
    expect(yml({ allowMmap: true })['node.store.allow_mmap']).toBe(true);
    expect(pod()?.initContainers?.map(({ name, securityContext }) => [name, securityContext])).toEqual([
      [
        'configuration',
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ],
    ]);
  });

  test('is ready while it is in a cluster with a master, green or not, and alive while it listens', () => {
    expect(yml()['readiness.port']).toBe(9399);
    expect(node()?.ports).toContainEqual({ name: 'readiness', containerPort: 9399 });
    expect(node()?.readinessProbe?.tcpSocket).toEqual({ port: 'readiness' });
    expect(node()?.livenessProbe?.tcpSocket).toEqual({ port: 'https' });
  });

  test('has time to wait for copies before it goes', () => {
    expect(pod()?.terminationGracePeriodSeconds).toBe(300);
    expect(node()?.lifecycle?.preStop?.exec?.command).toEqual(['sh', '/etc/elasticsearch-files/stop.sh']);
    expect(node({ replicas: 3 })?.env).toEqual(
      expect.arrayContaining([
        { name: 'NODES', value: '3' },
        { name: 'WAIT_SECONDS', value: '240' },
        { name: 'HOST', value: 'shop-elasticsearch' },
      ]),
    );
  });

  test('may lose one of three pods at a time', () => {
    const budgets = (props: ElasticsearchProps) =>
      synth(props).names.filter((name) => name.startsWith('PodDisruptionBudget/'));
    expect(budgets({})).toEqual([]);
    expect(budgets({ replicas: 3 })).toEqual(['PodDisruptionBudget/shop-elasticsearch']);
    expect(pod({ replicas: 3 })?.topologySpreadConstraints?.[0]?.topologyKey).toBe('topology.kubernetes.io/zone');
  });

  test('holds keys of the object storage only where there are snapshots', () => {
    const sources = (props: ElasticsearchProps) =>
      pod(props)
        ?.volumes?.find(({ name }) => name === 'secrets')
        ?.projected?.sources?.map(({ secret }) => [secret?.name, secret?.items?.map(({ key }) => key)]);
    const own = ['shop-elasticsearch', ['elastic-password', 'exporter-password']];
    expect(sources({})).toEqual([own]);
    expect(sources({ snapshots })).toEqual([
      own,
      ['shop-elasticsearch-snapshots', ['access-key-id', 'secret-access-key']],
    ]);
    expect(yml()).not.toHaveProperty(['s3.client.default.endpoint']);
    expect(yml({ snapshots: full.snapshots })).toMatchObject({
      's3.client.default.endpoint': 'http://s3.example.com:9000',
      's3.client.default.region': 'eu-central-1',
      's3.client.default.path_style_access': true,
    });
  });

  test('is reached by its own nodes, its Job and its exporter, and reaches object storage where there are snapshots', () => {
    const policy = (props: ElasticsearchProps) => synth(props).get('NetworkPolicy', 'shop-elasticsearch').spec;
    expect(
      policy({})?.ingress?.map(({ from, ports }) => [
        from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/component'],
        ports?.[0]?.port,
      ]),
    ).toEqual([
      ['node', 9300],
      ['setup', 9200],
      ['exporter', 9200],
    ]);
    expect(policy({})?.egress?.length).toBe(2);
    expect(policy({ snapshots: full.snapshots })?.egress?.[2]).toEqual({
      to: [{ ipBlock: { cidr: '10.1.0.0/16' } }],
      ports: [{ port: 9000, protocol: 'TCP' }],
    });
  });

  test('tells clients where it is and as whom they log in', () => {
    const chart = chartWith();
    const elasticsearch = chart.node.findChild('elasticsearch') as Elasticsearch;
    const cache = new RedisCache(chart, 'redis');
    cache.connectTo(elasticsearch);
    const { env } = new Objects(chart).get('StatefulSet', 'shop-redis').spec?.template.spec?.containers[0] ?? {};
    expect(env?.at(-1)).toEqual({ name: 'ELASTICSEARCH_URL', value: 'https://shop-elasticsearch:9200' });
    const { username, passwordKey, caKey } = elasticsearch.clientFor('logstash_writer');
    expect([username, passwordKey, caKey]).toEqual(['logstash_writer', 'logstash-writer-password', 'ca.crt']);
  });

  test('takes Secrets of cdk8s-plus', () => {
    const imported = Secret.fromSecretName(new Chart(new App(), 'other'), 'secret', 'theirs');
    expect(
      pod({ tlsSecretName: imported })?.volumes?.find(({ name }) => name === 'certificates')?.secret,
    ).toMatchObject({
      secretName: 'theirs',
    });
  });

  test('has a key of the Secret for every user', () => {
    expect(ELASTICSEARCH_KEYS).toEqual([
      'elastic-password',
      'kibana-system-password',
      'logstash-writer-password',
      'exporter-password',
      'jaeger-password',
      'grafana-password',
    ]);
    expect(ELASTICSEARCH_USERS.length).toBe(ELASTICSEARCH_KEYS.length);
  });

  test('keeps logs for as long as it is told, each day in an index of its own', () => {
    expect(setup()).toMatch('"rollover":{"max_age":"1d","max_primary_shard_size":"10gb"}');
    expect(setup()).toMatch('"delete": {"min_age":"30d","actions":{"delete":{}}}');
    expect(setup({ retentionDays: 90 })).toMatch('"delete": {"min_age":"90d","actions":{"delete":{}}}');
  });

  test('makes snapshots where it is told to', () => {
    expect(setup()).not.toMatch('_slm/policy');
    expect(setup({ snapshots: full.snapshots })).toMatch('"schedule": "6h"');
    expect(setup({ snapshots: full.snapshots })).toMatch('"retention": {"expire_after":"7d","min_count":1}');
    expect(setup({ snapshots: full.snapshots })).toMatch(
      '{"type":"s3","settings":{"client":"default","bucket":"shop-logs","base_path":"shop/logs"}}',
    );
  });

  test('exports the metrics of all nodes from one pod', () => {
    const exporter = synth({ replicas: 3 }).get('Deployment', 'shop-elasticsearch-exporter').spec;
    expect(exporter?.replicas).toBe(1);
    expect(exporter?.template.spec?.containers[0]?.args).toEqual([
      '--es.uri=https://shop-elasticsearch:9200',
      '--es.ca=/run/secrets/elasticsearch-tls/ca.crt',
      '--es.all',
      '--collector.slm',
      '--web.listen-address=:9114',
    ]);
    expect(exporter?.template.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9114' });
  });

  test('names no password, in no object', () => {
    expect(JSON.stringify(synth(full))).not.toMatch(/"value":"[^"]*password/i);
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    expect(synth({ [prop]: prop === 'enabled' ? false : full[prop] }).toJSON()).not.toEqual(synth().toJSON());
  });

  test('minimal', () => {
    expect(synth()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full)).toMatchSnapshot();
  });
});
