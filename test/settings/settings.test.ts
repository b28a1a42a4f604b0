/** Every setting that Elasticsearch and Kibana are given is one that they have. */
import { App, Chart } from 'cdk8s';
import { parse } from 'yaml';
import { Elasticsearch, elasticsearchDefaults } from '../../lib/tiers/observability/elasticsearch';
import { LOGS_TEMPLATE } from '../../lib/tiers/observability/elasticsearch-objects';
import { Kibana } from '../../lib/tiers/observability/kibana';
import { Objects } from '../tiers/data/objects';
import { settingsOf, unknownSettings } from './inventory';

const chart = new Chart(new App(), 'shop');
// Whatever adds settings is on.
const snapshots = { ...elasticsearchDefaults.snapshots, enabled: true };
const elasticsearch = new Elasticsearch(chart, 'elasticsearch', { replicas: 3, snapshots });
new Kibana(chart, 'kibana', { elasticsearch, publicBaseUrl: 'https://logs.example.com' });
const objects = new Objects(chart);
const file = (config: string, name: string): string => objects.get('ConfigMap', config).data?.[name] ?? '';

test('elasticsearch.yml', () => {
  const names = settingsOf(parse(file('shop-elasticsearch', 'elasticsearch.yml')));
  expect(names.length).toBeGreaterThan(25);
  expect(unknownSettings('elasticsearch', names)).toEqual([]);
});

test("Elasticsearch's keystore", () => {
  const names = file('shop-elasticsearch', 'prepare.sh').match(/\b(bootstrap|s3)\.[\w.]+/g) ?? [];
  expect([...new Set(names)].sort()).toEqual([
    'bootstrap.password',
    's3.client.default.access_key',
    's3.client.default.secret_key',
  ]);
  expect(unknownSettings('elasticsearch', names)).toEqual([]);
});

test('the template of logs', () => {
  const { template } = LOGS_TEMPLATE as { readonly template: { readonly settings: object } };
  const names = Object.keys(template.settings);
  expect(names.length).toBeGreaterThan(4);
  expect(unknownSettings('elasticsearch', names)).toEqual([]);
});

test('kibana.yml, and what is added to it at the start', () => {
  const names = settingsOf(parse(file('shop-kibana', 'kibana.yml')));
  const secret = [...file('shop-kibana', 'start.sh').matchAll(/^ +setting (\S+) /gm)].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(15);
  expect(secret.length).toBe(3);
  expect(unknownSettings('kibana', [...names, ...secret])).toEqual([]);
});

test('a name that is only like one is unknown', () => {
  expect(unknownSettings('elasticsearch', ['http.prt', 's3.client.default.endpoints', 's3.client.endpoint'])).toEqual([
    'http.prt',
    's3.client.default.endpoints',
    's3.client.endpoint',
  ]);
  expect(unknownSettings('kibana', ['server.hosts', 'telemetry.enabled'])).toEqual([
    'server.hosts',
    'telemetry.enabled',
  ]);
});
