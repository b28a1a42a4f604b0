import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { CronJobSpec } from 'kubernetes-types/batch/v1';
import type { ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import { Elasticsearch } from '../../../lib/tiers/observability/elasticsearch';
import { Jaeger, type JaegerProps } from '../../../lib/tiers/observability/jaeger';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

/** Jaeger, and Elasticsearch beside it. */
function shop(props: Omit<JaegerProps, 'elasticsearch'> = {}, nodes: 1 | 3 = 1): readonly KubernetesObject[] {
  return synth((chart) => {
    const elasticsearch = new Elasticsearch(chart, 'elasticsearch', { replicas: nodes });
    new Jaeger(chart, 'jaeger', { elasticsearch, ...props });
  });
}

interface Configuration {
  readonly extensions: { readonly jaeger_storage: { readonly backends: Readonly<Record<string, unknown>> } };
}

function backends(objects: readonly KubernetesObject[]): Readonly<Record<string, unknown>> {
  const yaml = find(objects, 'ConfigMap', 'shop-jaeger').data?.['config.yaml'] ?? '';
  return (parse(yaml) as Configuration).extensions.jaeger_storage.backends;
}

function deployment(objects: readonly KubernetesObject[]): DeploymentSpec {
  return find(objects, 'Deployment', 'shop-jaeger').spec as DeploymentSpec;
}

const memory = shop();
const kept = shop({ storage: 'elasticsearch', retentionDays: 30 }, 3);

describe('Jaeger', () => {
  it('answers on port 16686 of its Service, and takes traces on 4317 of the pods that are ready', () => {
    const [query, collector] = ['query', 'collector'].map(
      (name) => find(memory, 'Service', `shop-jaeger-${name}`).spec as ServiceSpec,
    );
    expect(query?.ports).toEqual([{ name: 'http', port: 16_686, targetPort: 'query' }]);
    expect(collector).toMatchObject({ clusterIP: 'None', ports: [{ name: 'otlp', port: 4317, targetPort: 'otlp' }] });
    expect(collector).not.toHaveProperty('publishNotReadyAddresses');
  });

  it('keeps traces in memory, a number of them, and knows nothing of Elasticsearch', () => {
    expect(backends(memory)).toEqual({ traces: { memory: { max_traces: 10_000 } } });
    expect(JSON.stringify(deployment(memory))).not.toContain('elasticsearch');
    expect(memory.filter(({ kind }) => kind === 'CronJob')).toEqual([]);
  });

  it('keeps them in Elasticsearch by name, with a password and an authority from files', () => {
    const index = { shards: 1, replicas: 1 };
    expect(backends(kept)).toEqual({
      traces: {
        elasticsearch: {
          server_urls: ['https://shop-elasticsearch:9200'],
          auth: {
            basic: {
              username: 'jaeger',
              password_file: '/run/secrets/elasticsearch/jaeger-password',
              reload_interval: '10s',
            },
          },
          tls: { ca_file: '/run/secrets/elasticsearch/ca.crt' },
          create_mappings: true,
          max_span_age: '720h',
          indices: { spans: index, services: index, dependencies: index, sampling: index },
        },
      },
    });
    expect(deployment(kept).template.spec?.volumes?.[1]).toEqual({
      name: 'elasticsearch',
      projected: {
        defaultMode: 0o440,
        sources: [
          { secret: { name: 'shop-elasticsearch', items: [{ key: 'jaeger-password', path: 'jaeger-password' }] } },
          { secret: { name: 'shop-elasticsearch-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        ],
      },
    });
  });

  it('asks for no copies where there is one node to have them', () => {
    expect(JSON.stringify(backends(shop({ storage: 'elasticsearch' })))).toContain('"replicas":0');
  });

  it('has the indices of old days deleted, by the same user', () => {
    const { jobTemplate } = find(kept, 'CronJob', 'shop-jaeger-cleaner').spec as CronJobSpec;
    expect(jobTemplate.spec?.template.spec?.containers[0]).toMatchObject({
      args: ['30', 'https://shop-elasticsearch:9200'],
      env: [
        { name: 'ES_USERNAME', value: 'jaeger' },
        { name: 'ES_PASSWORD', valueFrom: { secretKeyRef: { name: 'shop-elasticsearch', key: 'jaeger-password' } } },
        { name: 'ES_TLS_ENABLED', value: 'true' },
        { name: 'ES_TLS_CA', value: '/run/secrets/elasticsearch/ca.crt' },
      ],
    });
  });

  it('reaches Elasticsearch where it keeps traces there, and else nobody', () => {
    const ways = (objects: readonly KubernetesObject[]) =>
      (find(objects, 'NetworkPolicy', 'shop-jaeger').spec as NetworkPolicySpec).egress?.slice(1);
    expect(ways(memory)).toEqual([]);
    expect(ways(kept)).toMatchObject([{ ports: [{ port: 9200, protocol: 'TCP' }] }]);
  });

  it('is ready when its page is there, though no storage answers', () => {
    const { livenessProbe, readinessProbe } = deployment(kept).template.spec?.containers[0] ?? {};
    expect(readinessProbe?.httpGet).toEqual({ path: '/', port: 'query' });
    expect(livenessProbe?.httpGet).toEqual({ path: '/status', port: 'health' });
  });

  it('refuses Elasticsearch where there is none', () => {
    expect(() => synth((chart) => new Jaeger(chart, 'jaeger', { storage: 'elasticsearch' }))).toThrow(
      '[shop/jaeger] storage is elasticsearch, but there is none; switch Elasticsearch on, or set storage to memory.',
    );
  });

  it('refuses several pods with a memory each', () => {
    expect(() => shop({ replicas: 2 })).toThrow(
      '[shop/jaeger] replicas is 2, but with storage memory each pod would have traces of its own; set it to 1, or storage to elasticsearch.',
    );
    expect(deployment(shop({ replicas: 2, storage: 'elasticsearch' })).replicas).toBe(2);
  });

  const full: Required<Omit<JaegerProps, 'elasticsearch'>> = {
    ...podSettings,
    enabled: true,
    storage: 'elasticsearch',
    maxTraces: 500,
    retentionDays: 7,
    replicas: 2,
    resources: resources('1'),
    image: image('jaeger'),
    cleaner: { image: image('cleaner'), resources: resources('2') },
  };
  const own = (props: Omit<JaegerProps, 'elasticsearch'>): readonly KubernetesObject[] =>
    shop(props).filter(({ metadata }) => metadata.name.startsWith('shop-jaeger'));

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(own({})).toMatchSnapshot('defaults');
    expect(own(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const [inMemory, inElasticsearch] = [{}, { storage: 'elasticsearch' } as const];
    const before = new Map([inMemory, inElasticsearch].map((base) => [base, JSON.stringify(own(base))]));
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      const base = key === 'maxTraces' || key === 'storage' ? inMemory : inElasticsearch;
      const change = { ...base, [key]: { ...full, enabled: false }[key] };
      expect([key, JSON.stringify(own(change)) === before.get(base)]).toEqual([key, false]);
    }
  });
});
