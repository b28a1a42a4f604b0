import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { type DashboardSettings, dashboard } from '../../../lib/tiers/observability/dashboards/dashboard';
import { timeSeries } from '../../../lib/tiers/observability/dashboards/panels';
import { Grafana, type GrafanaProps } from '../../../lib/tiers/observability/grafana';
import {
  alertmanagerSource,
  elasticsearchSource,
  jaegerSource,
  prometheusSource,
} from '../../../lib/tiers/observability/grafana-configuration';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { Objects } from '../data/objects';
import { podSettings, resources } from '../web/pod-settings';

const settings: DashboardSettings = {
  id: 'queues',
  title: 'Queues',
  description: 'How long work waits.',
  rows: [
    {
      panels: [
        timeSeries({
          title: 'Waiting',
          description: 'Jobs.',
          unit: 'short',
          targets: [{ expr: 'queue_length', legend: '{{queue}}' }],
        }),
      ],
    },
  ],
};
const queues = dashboard(settings);

const least = { dataSources: [prometheusSource('http://shop-prometheus:9090', 30)], dashboards: [queues] };

function chartWith(props: Partial<GrafanaProps> = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new Grafana(chart, 'grafana', { ...least, ...props });
  return chart;
}

function synth(props: Partial<GrafanaProps> = {}): Objects {
  return new Objects(chartWith(props));
}

function files(props: Partial<GrafanaProps> = {}): Readonly<Record<string, string>> {
  return synth(props).get('ConfigMap', 'shop-grafana').data ?? {};
}

function spec(props: Partial<GrafanaProps> = {}): StatefulSetSpec | undefined {
  return synth(props).get('StatefulSet', 'shop-grafana').spec;
}

function pod(props: Partial<GrafanaProps> = {}): PodSpec | undefined {
  return spec(props)?.template.spec;
}

/** What a tier that is connected to it finds in its environment. */
function urlForClients(props: Partial<GrafanaProps> = {}): unknown {
  const chart = chartWith(props);
  const cache = new RedisCache(chart, 'redis');
  cache.connectTo(chart.node.findChild('grafana') as Grafana);
  const { env } = new Objects(chart).get('StatefulSet', 'shop-redis').spec?.template.spec?.containers[0] ?? {};
  return env?.find(({ name }) => name === 'GRAFANA_URL')?.value;
}

/** A section of grafana.ini. */
function section(name: string): readonly string[] {
  const [, rest = ''] = (files()['grafana.ini'] ?? '').split(`[${name}]\n`);
  const [own = ''] = rest.split('\n[');
  return own.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
}

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<GrafanaProps>]: NonNullable<GrafanaProps[K]> } = {
  ...podSettings,
  enabled: true,
  dataSources: [
    prometheusSource('http://prometheus-operated.monitoring.svc:9090', 60),
    alertmanagerSource('http://shop-alertmanager:9093'),
  ],
  dashboards: [queues, { ...queues, id: 'other', title: 'Other' }],
  existingSecret: 'vault-grafana',
  storage: { size: '5Gi', storageClassName: 'fast' },
  port: 3001,
  servicePort: 8080,
  resources: resources('1'),
  image: { registry: 'registry.example.com', repository: 'grafana', tag: '1', digest: null },
};

describe('Grafana', () => {
  test('answers on port 80 of its Service', () => {
    expect(synth().get('Service', 'shop-grafana').spec?.ports).toEqual([
      { name: 'http', port: 80, targetPort: 'http' },
    ]);
    expect(pod()?.containers[0]?.ports).toEqual([{ name: 'http', containerPort: 3000 }]);
  });

  test('listens where it is told, and says so to all', () => {
    const other = { port: 3001, servicePort: 3002 };
    expect(synth(other).get('Service', 'shop-grafana').spec?.ports).toEqual([
      { name: 'http', port: 3002, targetPort: 'http' },
    ]);
    expect(pod(other)?.containers[0]?.ports).toEqual([{ name: 'http', containerPort: 3001 }]);
    expect(files(other)['grafana.ini']).toMatch('http_port = 3001\n');
    expect(spec(other)?.template.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '3001' });
    expect(urlForClients(other)).toBe('http://shop-grafana:3002');
  });

  test('keeps its state in one pod, on a volume', () => {
    expect(spec()?.replicas).toBe(1);
    expect(spec()?.volumeClaimTemplates?.[0]?.spec?.resources?.requests).toEqual({ storage: '1Gi' });
    expect(section('database')).toEqual(['type = sqlite3']);
    expect(section('paths')[0]).toBe('data = /var/lib/grafana');
    expect(pod()?.containers[0]?.volumeMounts?.[0]).toEqual({ name: 'data', mountPath: '/var/lib/grafana' });
  });

  test('lets nobody in without a password', () => {
    expect(section('auth.anonymous')).toEqual(['enabled = false']);
    expect(section('users')).toEqual(['allow_sign_up = false', 'allow_org_create = false']);
    expect(section('public_dashboards')).toEqual(['enabled = false']);
    expect(section('snapshots')).toEqual(['enabled = false', 'external_enabled = false']);
  });

  test('asks nobody outside', () => {
    expect(section('analytics')).toEqual([
      'reporting_enabled = false',
      'check_for_updates = false',
      'check_for_plugin_updates = false',
      'feedback_links_enabled = false',
    ]);
    expect(section('news')).toEqual(['news_feed_enabled = false']);
    expect(section('plugins')).toEqual([
      'preinstall_disabled = true',
      'plugin_admin_enabled = false',
      'public_key_retrieval_disabled = true',
    ]);
    expect(section('security')).toContain('disable_gravatar = true');
  });

  test('takes password and key from files of the Secret of the instance, or of another', () => {
    expect(section('security')).toEqual(
      expect.arrayContaining([
        'admin_password = $__file{/run/secrets/grafana/admin-password}',
        'secret_key = $__file{/run/secrets/grafana/secret-key}',
      ]),
    );
    const secretOf = (existingSecret: GrafanaProps['existingSecret']): unknown =>
      pod(existingSecret === undefined ? {} : { existingSecret })?.volumes?.find(({ name }) => name === 'secrets')
        ?.secret;
    const items = ['admin-password', 'secret-key'].map((key) => ({ key, path: key }));
    expect(secretOf(undefined)).toEqual({ secretName: 'shop-grafana', defaultMode: 0o440, items });
    expect(secretOf('vault-grafana')).toEqual({ secretName: 'vault-grafana', defaultMode: 0o440, items });
    const imported = Secret.fromSecretName(new Chart(new App(), 'other'), 'secret', 'theirs');
    expect(secretOf(imported)).toEqual({ secretName: 'theirs', defaultMode: 0o440, items });
  });

  test('finds what it reads at its start in one folder', () => {
    expect(Object.keys(files())).toEqual(['grafana.ini', 'datasources.yaml', 'dashboards.yaml']);
    expect(pod()?.volumes?.find(({ name }) => name === 'configuration')?.configMap?.items).toEqual([
      { key: 'grafana.ini', path: 'grafana.ini' },
      { key: 'datasources.yaml', path: 'provisioning/datasources/datasources.yaml' },
      { key: 'dashboards.yaml', path: 'provisioning/dashboards/dashboards.yaml' },
    ]);
  });

  test('asks the data sources that it is given, the first by default', () => {
    expect(files({ dataSources: full.dataSources })['datasources.yaml']).toBe(
      [
        'apiVersion: 1',
        '# What is no longer named here goes.',
        'prune: true',
        'datasources:',
        '  - name: Prometheus',
        '    uid: prometheus',
        '    type: prometheus',
        '    access: proxy',
        '    url: http://prometheus-operated.monitoring.svc:9090',
        '    isDefault: true',
        '    editable: false',
        '    jsonData:',
        '      httpMethod: POST',
        '      timeInterval: 60s',
        '      manageAlerts: true',
        '  - name: Alertmanager',
        '    uid: alertmanager',
        '    type: alertmanager',
        '    access: proxy',
        '    url: http://shop-alertmanager:9093',
        '    isDefault: false',
        '    editable: false',
        '    jsonData:',
        '      implementation: prometheus',
        '      handleGrafanaManagedAlerts: false',
        '',
      ].join('\n'),
    );
  });

  test('leads from exemplars to traces, and from spans to metrics', () => {
    const prometheus = prometheusSource('http://shop-prometheus:9090', 30, true);
    const dataSources = [prometheus, jaegerSource('http://shop-jaeger-query:16686')];
    const yaml = files({ dataSources })['datasources.yaml'] ?? '';
    expect(parse(yaml)).toMatchObject({
      datasources: [
        { jsonData: { exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: 'jaeger' }] } },
        {
          uid: 'jaeger',
          type: 'jaeger',
          url: 'http://shop-jaeger-query:16686',
          jsonData: {
            tracesToMetrics: {
              datasourceUid: 'prometheus',
              tags: [{ key: 'service.name', value: 'service_name' }],
              // Grafana reads two as one, and one as a variable of its environment.
              queries: [
                { name: 'Spans per second', query: 'sum(rate(traces_span_metrics_calls_total{$$__tags}[5m]))' },
              ],
            },
          },
        },
      ],
    });
    expect(files({ dataSources: least.dataSources })['datasources.yaml']).not.toContain('exemplar');
  });

  test('leads from spans to lines of logs, and from lines to traces, as a user of Elasticsearch', () => {
    const url = 'https://shop-elasticsearch:9200';
    const login = {
      username: 'grafana',
      passwordSecret: 'shop-elasticsearch',
      passwordKey: 'grafana-password',
      caSecret: 'shop-elasticsearch-tls',
      caKey: 'ca.crt',
    };
    const traces = jaegerSource('http://shop-jaeger-query:16686', true, true);
    const both = [traces, elasticsearchSource({ url, ...login }, true, true)];
    expect(parse(files({ dataSources: both })['datasources.yaml'] ?? '')).toMatchObject({
      datasources: [
        {
          jsonData: {
            tracesToLogsV2: {
              datasourceUid: 'logs',
              spanStartTimeShift: '-15m',
              spanEndTimeShift: '15m',
              customQuery: true,
              query: 'trace.id:"$${__trace.traceId}"',
            },
          },
        },
        {
          uid: 'logs',
          type: 'elasticsearch',
          url,
          basicAuth: true,
          basicAuthUser: 'grafana',
          jsonData: {
            index: 'logs-*-default',
            timeField: '@timestamp',
            tlsAuthWithCACert: true,
            dataLinks: [{ field: 'trace.id', datasourceUid: 'jaeger', url: '$${__value.raw}' }],
          },
          secureJsonData: {
            basicAuthPassword: '$__file{/run/secrets/logs/grafana-password}',
            tlsCACert: '$__file{/run/secrets/logs/ca.crt}',
          },
        },
      ],
    });
    const { containers, volumes } = pod({ dataSources: both }) ?? {};
    expect(volumes?.find(({ name }) => name === 'login-logs')?.projected?.sources).toEqual([
      { secret: { name: 'shop-elasticsearch', items: [{ key: 'grafana-password', path: 'grafana-password' }] } },
      { secret: { name: 'shop-elasticsearch-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ]);
    expect(containers?.[0]?.volumeMounts).toContainEqual({
      name: 'login-logs',
      mountPath: '/run/secrets/logs',
      readOnly: true,
    });
    const alone = files({
      dataSources: [jaegerSource('http://j:16686'), elasticsearchSource({ url, ...login })],
    })['datasources.yaml'];
    expect(alone).not.toMatch(/tracesToLogs|dataLinks/);
    const without = pod({ dataSources: [traces, elasticsearchSource({ url, ...login }, false)] });
    expect(without?.volumes?.map(({ name }) => name)).not.toContain('login-logs');
  });

  test('leaves out a data source that is not there', () => {
    const dataSources = [
      prometheusSource('http://shop-prometheus:9090', 30),
      alertmanagerSource('http://a:9093', false),
    ];
    expect(files({ dataSources })['datasources.yaml']).not.toMatch('Alertmanager');
  });

  test('reads dashboards from a folder again and again, so that a changed one needs no new pod', () => {
    expect(files()['dashboards.yaml']).toMatch('updateIntervalSeconds: 30\n');
    expect(pod()?.containers[0]?.volumeMounts).toContainEqual({
      name: 'dashboards',
      mountPath: '/etc/dashboards',
      readOnly: true,
    });
    const renamed = {
      ...queues,
      json: () => dashboard({ ...settings, description: 'Other.' }).json({ instance: 'a' }),
    };
    expect(spec({ dashboards: [renamed] })?.template).toEqual(spec()?.template);
  });

  test('has one ConfigMap for each dashboard, and none for one that is off', () => {
    const off = { ...queues, id: 'off', enabled: false };
    const { names } = synth({ dashboards: [queues, off] });
    expect(names.filter((name) => name.includes('dashboard-'))).toEqual(['ConfigMap/shop-grafana-dashboard-queues']);
    const volume = pod({ dashboards: [queues, off] })?.volumes?.find(({ name }) => name === 'dashboards');
    expect(volume?.projected?.sources).toEqual([{ configMap: { name: 'shop-grafana-dashboard-queues' } }]);
  });

  test('shows the first dashboard to whoever comes', () => {
    expect(section('dashboards')).toEqual(['default_home_dashboard_path = /etc/dashboards/queues.json']);
  });

  test('is scraped, and tells clients where it is', () => {
    expect(spec()?.template.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '3000' });
    expect(urlForClients()).toBe('http://shop-grafana');
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    expect(synth({ [prop]: prop === 'enabled' ? false : full[prop] }).toJSON()).not.toEqual(synth().toJSON());
  });

  test('minimal', () => {
    expect(synth().toJSON()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full).toJSON()).toMatchSnapshot();
  });
});
