import { readFileSync } from 'node:fs';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import {
  Alertmanager,
  type AlertmanagerProps,
  alertmanagerDefaults,
} from '../../../lib/tiers/observability/alertmanager';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

type Given = Partial<AlertmanagerProps>;

interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly repeat_interval?: string;
  readonly group_interval?: string;
}
interface Configuration {
  readonly route: Route & { readonly group_by: readonly string[]; readonly routes: readonly Route[] };
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
    readonly equal: readonly string[];
  }[];
  readonly receivers: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
}

const shop = (props: Given = {}): readonly KubernetesObject[] =>
  synth((chart) => {
    new Alertmanager(chart, 'alertmanager', props);
  });

function configuration(props: Given = {}): Configuration {
  const { data } = find(shop(props), 'ConfigMap', 'shop-alertmanager');
  return parse(data?.['alertmanager.yml'] ?? '') as Configuration;
}

/** The kinds of channels of each receiver: `critical: email slack`. */
function channels(props: Given): readonly string[] {
  return configuration(props).receivers.map(({ name, ...kinds }) =>
    [`${name}:`, ...Object.keys(kinds).map((kind) => kind.replace('_configs', ''))].join(' '),
  );
}

function pod(props: Given = {}): PodSpec | undefined {
  return (find(shop(props), 'StatefulSet', 'shop-alertmanager') as StatefulSet).spec?.template.spec;
}

function egress(props: Given): readonly string[] {
  const { egress: rules = [] } = find(shop(props), 'NetworkPolicy', 'shop-alertmanager').spec as NetworkPolicySpec;
  return rules.flatMap(({ to = [], ports = [] }) =>
    to.flatMap(({ ipBlock }) => (ipBlock ? ports.map(({ port }) => `${ipBlock.cidr}:${port ?? ''}`) : [])),
  );
}

const ON = { enabled: true } as const;
const { email, slack, pagerDuty, webhook, watchdog } = alertmanagerDefaults;
const on = <T extends { readonly enabled: boolean }>(channel: T): Omit<T, 'enabled'> & typeof ON => ({
  ...channel,
  ...ON,
});

const full: Omit<{ readonly [K in keyof Required<AlertmanagerProps>]: NonNullable<AlertmanagerProps[K]> }, 'enabled'> =
  {
    ...podSettings,
    priorityClassName: 'watch',
    replicas: 3,
    retentionHours: 240,
    repeatHours: 12,
    existingSecret: 'vault-alerts',
    email: { ...on(email), username: 'clerk@example.com' },
    slack: on(slack),
    pagerDuty: on(pagerDuty),
    webhook: on(webhook),
    watchdog: on(watchdog),
    addresses: ['203.0.113.0/24'],
    storage: { size: '2Gi', storageClassName: 'fast' },
    resources: resources('100m'),
    image: image('alertmanager'),
    reloader: { image: image('reloader'), resources: resources('10m') },
  };
/** What changes nothing unless a channel is on. */
const withChannels: Given = { email: on(email) };

describe('Alertmanager', () => {
  test('tells nobody where no channel is on, and needs no Secret then', () => {
    expect(channels({})).toEqual(['nobody:', 'critical:', 'warning:', 'info:', 'watchdog:']);
    expect(pod()?.volumes?.map(({ name }) => name)).toEqual(['configuration']);
    expect(egress({})).toEqual([]);
  });

  test('routes by severity, and the dead man’s switch by its name', () => {
    const { route } = configuration();
    expect(route.receiver).toBe('nobody');
    expect(route.routes.map(({ matchers, receiver }) => [matchers, receiver])).toEqual([
      [['alertname="Watchdog"'], 'watchdog'],
      [['severity="critical"'], 'critical'],
      [['severity="warning"'], 'warning'],
      [['severity="info"'], 'info'],
    ]);
  });

  test('tells each channel from its least severity on, and PagerDuty of what is critical alone', () => {
    expect(channels({ email: on(email), slack: on(slack), pagerDuty: on(pagerDuty), watchdog: on(watchdog) })).toEqual([
      'nobody:',
      'critical: pagerduty email slack',
      'warning: email slack',
      'info: slack',
      'watchdog: webhook',
    ]);
    expect(channels({ slack: { ...on(slack), leastSeverity: 'critical' } })).toEqual([
      'nobody:',
      'critical: slack',
      'warning:',
      'info:',
      'watchdog:',
    ]);
  });

  test('reads secrets from files, the keys of the channels in use alone', () => {
    const { volumes, containers } = pod({ slack: on(slack), watchdog: on(watchdog) }) ?? {};
    expect(volumes?.find(({ name }) => name === 'secrets')?.projected?.sources).toEqual([
      {
        secret: {
          name: 'shop-alertmanager',
          items: [
            { key: 'slack-url', path: 'slack-url' },
            { key: 'watchdog-url', path: 'watchdog-url' },
          ],
        },
      },
    ]);
    expect(containers?.[0]?.volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/run/secrets/alertmanager',
      readOnly: true,
    });
    expect(JSON.stringify(configuration({ slack: on(slack) }).receivers)).toContain(
      '"api_url_file":"/run/secrets/alertmanager/slack-url"',
    );
  });

  test('groups by alert within a release, and tells again what still fires', () => {
    const { route } = configuration({ repeatHours: 12 });
    expect(route.group_by).toEqual(['namespace', 'release', 'alertname']);
    expect(route.repeat_interval).toBe('12h');
    expect(route.routes.find(({ receiver }) => receiver === 'info')?.repeat_interval).toBe('24h');
  });

  test('keeps back what follows from worse in the same tier, and nothing of what is of no tier', () => {
    for (const { target_matchers, source_matchers, equal } of configuration().inhibit_rules) {
      expect(equal).toEqual(['namespace', 'release', 'tier']);
      expect([...target_matchers, ...source_matchers].some((matcher) => /^tier!=""$|Down/.test(matcher))).toBe(true);
    }
  });

  test('sends signs of life as often as is said', () => {
    const [route] = configuration({ watchdog: { enabled: true, everyMinutes: 2 } }).route.routes;
    expect(route).toMatchObject({ receiver: 'watchdog', group_interval: '2m', repeat_interval: '2m' });
  });

  test('has its configuration read anew without a restart: a folder, a sidecar and no checksum', () => {
    const { template } = (find(shop(), 'StatefulSet', 'shop-alertmanager') as StatefulSet).spec ?? {};
    expect(Object.keys(template?.metadata?.annotations ?? {}).filter((key) => key.startsWith('checksum'))).toEqual([]);
    expect(template?.spec?.containers[0]?.volumeMounts).toContainEqual({
      name: 'configuration',
      mountPath: '/etc/alertmanager',
      readOnly: true,
    });
    expect(template?.spec?.containers[1]?.args).toContain('--reload-url=http://127.0.0.1:9093/-/reload');
  });

  test('is a cluster where there are several, which find each other by name', () => {
    expect(pod({ replicas: 3 })?.containers[0]?.args?.slice(3)).toEqual([
      '--cluster.listen-address=0.0.0.0:9094',
      '--cluster.advertise-address=$(POD_IP):9094',
      '--cluster.peer=shop-alertmanager-headless:9094',
    ]);
    expect(pod()?.containers[0]?.args?.slice(3)).toEqual(['--cluster.listen-address=']);
  });

  test('lets its pods gossip with each other, by both protocols', () => {
    const { ingress } = find(shop({ replicas: 3 }), 'NetworkPolicy', 'shop-alertmanager').spec as NetworkPolicySpec;
    expect(
      ingress?.flatMap(({ ports }) => ports?.map(({ port, protocol }) => `${protocol ?? ''} ${port ?? ''}`)),
    ).toEqual(['TCP 9094', 'UDP 9094']);
  });

  test('reaches the channels that are on, and nothing else', () => {
    const addresses = ['203.0.113.0/24'];
    expect(egress({ addresses, slack: on(slack) })).toEqual(['203.0.113.0/24:443']);
    expect(egress({ addresses, email: on(email) })).toEqual(['203.0.113.0/24:587']);
    expect(egress({ addresses, webhook: { ...on(webhook), port: 8080 } })).toEqual(['203.0.113.0/24:8080']);
  });

  test('gets the alerts of a Prometheus, pod by pod', () => {
    const objects = synth((chart) => {
      const prometheus = new Prometheus(chart, 'prometheus');
      prometheus.sendAlertsTo(new Alertmanager(chart, 'alertmanager').receiver);
    });
    const { data } = find(objects, 'ConfigMap', 'shop-prometheus');
    expect(data?.['prometheus.yml']).toContain('- { names: [shop-alertmanager-headless], type: A, port: 9093 }');
  });

  test('is left out where it is not enabled', () => {
    expect(shop({ enabled: false })).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const before = shop(withChannels);
    expect(shop({ ...withChannels, [prop]: full[prop] })).not.toEqual(before);
  });

  test('documents its defaults as they are', () => {
    const source = readFileSync('lib/tiers/observability/alertmanager.ts', 'utf8');
    const documented = [...source.matchAll(/@default (\d+)(?!\w)[^*]*\*\/\s+readonly (\w+)\?/g)];
    expect(documented.map(([, value, prop]) => [prop, Number(value)])).toEqual(
      Object.entries(alertmanagerDefaults).filter(([, value]) => typeof value === 'number'),
    );
  });

  test('minimal', () => {
    expect(shop()).toMatchSnapshot();
  });

  test('full', () => {
    expect(shop(full)).toMatchSnapshot();
  });
});
