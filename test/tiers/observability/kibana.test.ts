import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { Elasticsearch } from '../../../lib/tiers/observability/elasticsearch';
import { Kibana, type KibanaProps } from '../../../lib/tiers/observability/kibana';
import { LOG_FIELDS } from '../../../lib/tiers/observability/log-fields';
import { Objects } from '../data/objects';
import { podSettings, resources } from '../web/pod-settings';

type Props = Partial<KibanaProps>;

function synth(props: Props = {}): Objects {
  const chart = new Chart(new App(), 'shop');
  const elasticsearch = new Elasticsearch(chart, 'elasticsearch');
  new Kibana(chart, 'kibana', { elasticsearch, ...props });
  return new Objects(chart);
}

const own = (props: Props = {}): readonly unknown[] => synth(props).of('shop-kibana');

function pod(props: Props = {}): PodSpec | undefined {
  return synth(props).get('Deployment', 'shop-kibana').spec?.template.spec;
}

function yml(props: Props = {}): unknown {
  return parse(synth(props).get('ConfigMap', 'shop-kibana').data?.['kibana.yml'] ?? '');
}

interface SavedObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly type: string; readonly id: string; readonly name: string }[];
}

function saved(props: Props = {}): readonly SavedObject[] {
  const files = synth(props).get('ConfigMap', 'shop-kibana-import-objects').data ?? {};
  return Object.values(files).map((content) => JSON.parse(content) as SavedObject);
}

/** Every prop but what it shows, each other than its default. */
const full: { readonly [K in keyof Required<Omit<KibanaProps, 'elasticsearch'>>]: NonNullable<KibanaProps[K]> } = {
  ...podSettings,
  enabled: true,
  replicas: 2,
  existingSecret: 'vault-kibana',
  publicBaseUrl: 'https://logs.example.com',
  jaegerUrl: 'https://traces.example.com/jaeger',
  resources: resources('1'),
  image: { registry: 'registry.example.com', repository: 'kibana', tag: '1', digest: null },
  import: {
    image: { registry: 'registry.example.com', repository: 'curl', tag: '1', digest: null },
    resources: resources('1'),
  },
};

describe('Kibana', () => {
  test('answers on port 5601 of its Service', () => {
    expect(synth().get('Service', 'shop-kibana').spec?.ports).toEqual([
      { name: 'http', port: 5601, targetPort: 'http' },
    ]);
  });

  test('asks Elasticsearch by its name and its authority, as kibana_system', () => {
    expect(yml()).toMatchObject({
      'elasticsearch.hosts': ['https://shop-elasticsearch:9200'],
      'elasticsearch.username': 'kibana_system',
      'elasticsearch.ssl.certificateAuthorities': ['/run/secrets/elasticsearch-tls/ca.crt'],
      'elasticsearch.ssl.verificationMode': 'full',
    });
    expect(pod()?.volumes?.find(({ name }) => name === 'secrets')?.projected?.sources).toEqual([
      {
        secret: {
          name: 'shop-elasticsearch',
          items: [{ key: 'kibana-system-password', path: 'kibana-system-password' }],
        },
      },
      {
        secret: {
          name: 'shop-kibana',
          items: ['security-encryption-key', 'saved-objects-encryption-key'].map((key) => ({ key, path: key })),
        },
      },
    ]);
  });

  test('asks nobody outside', () => {
    expect(yml()).toMatchObject({
      'telemetry.optIn': false,
      'telemetry.allowChangingOptInStatus': false,
      'newsfeed.enabled': false,
      'map.includeElasticMapsService': false,
      'xpack.fleet.isAirGapped': true,
    });
    expect(synth().get('NetworkPolicy', 'shop-kibana').spec?.egress?.slice(1)).toEqual([
      {
        to: [
          {
            podSelector: {
              matchLabels: {
                'app.kubernetes.io/name': 'elasticsearch',
                'app.kubernetes.io/instance': 'shop',
                'app.kubernetes.io/component': 'node',
              },
            },
          },
        ],
        ports: [{ port: 9200, protocol: 'TCP' }],
      },
    ]);
  });

  test('names its address only where it is told', () => {
    expect(yml()).not.toHaveProperty(['server.publicBaseUrl']);
    expect(yml({ publicBaseUrl: 'https://logs.example.com' })).toMatchObject({
      'server.publicBaseUrl': 'https://logs.example.com',
    });
  });

  test('makes trace IDs links to Jaeger', () => {
    const view = saved({ jaegerUrl: 'https://traces.example.com/jaeger' }).find(({ type }) => type === 'index-pattern');
    expect(view?.attributes).toMatchObject({ title: 'logs-*-default', timeFieldName: '@timestamp' });
    expect(JSON.parse(view?.attributes.fieldFormatMap as string)).toEqual({
      'trace.id': {
        id: 'url',
        params: { urlTemplate: 'https://traces.example.com/jaeger/trace/{{value}}', labelTemplate: '{{value}}' },
      },
    });
  });

  test('imports nothing that refers to what is not there', () => {
    const all = saved();
    const known = all.map(({ type, id }) => `${type}/${id}`);
    expect(new Set(known).size).toBe(known.length);
    for (const { references } of all) {
      for (const { type, id } of references) expect(known).toContain(`${type}/${id}`);
    }
  });

  test('shows all panels in the dashboard, and none over another', () => {
    const board = saved().find(({ type }) => type === 'dashboard');
    const panels = JSON.parse(board?.attributes.panelsJSON as string) as readonly {
      readonly panelIndex: string;
      readonly panelRefName: string;
      readonly gridData: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    }[];
    expect(board?.references.map(({ name }) => name)).toEqual(
      panels.map(({ panelIndex, panelRefName }) => `${panelIndex}:${panelRefName}`),
    );
    const cells = panels.flatMap(({ gridData: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...cells.map((cell) => Number(cell.split(',')[0])))).toBe(47);
  });

  test('asks for fields that Logstash writes and Elasticsearch indexes', () => {
    const content = JSON.stringify(saved());
    const sources = [...content.matchAll(/"sourceField":"([^"]+)"/g)].map(([, field]) => field ?? '');
    const asked = [...content.matchAll(/"query":"([^"]*)"/g)].flatMap(([, query = '']) =>
      [...query.matchAll(/([a-z_.]+)(?=:| >=)/g)].map(([field]) => field),
    );
    const columns = saved().flatMap(({ attributes }) => (attributes.columns as readonly string[] | undefined) ?? []);
    const fields = [...new Set([...sources, ...asked, ...columns])].filter((field) => field !== '___records___');
    expect(fields.length).toBeGreaterThan(8);
    for (const field of fields) expect(Object.keys(LOG_FIELDS)).toContain(field);
  });

  test('is left out where it is not enabled', () => {
    expect(own({ enabled: false })).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    expect(own({ [prop]: prop === 'enabled' ? false : full[prop] })).not.toEqual(own());
  });

  test('minimal', () => {
    expect(own()).toMatchSnapshot();
  });

  test('full', () => {
    expect(own(full)).toMatchSnapshot();
  });
});
