/** Every rule of Cluster AI: what it asks for, what it says, and where it leads. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { labelsWith } from '../../metrics/inventory';
import { ask } from '../../metrics/promql';
import { NEVER_SILENT, casesOf } from '../../rules/cases';
import { objectsWith, valuesIn } from '../../systems/cluster-ai/environments';

const Rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const File = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(Rule) })),
});

interface FoundRule extends z.infer<typeof Rule> {
  readonly group: string;
}

type Values = ReturnType<typeof valuesIn>;

const production = valuesIn('production');

/** Values of production, but for some. */
function but(...changes: readonly (readonly [tier: string, change: Readonly<Record<string, unknown>>])[]): Values {
  const sections = changes.map(([tier, change]) => [tier, { ...(production[tier] as object), ...change }]);
  return { ...production, ...(Object.fromEntries(sections) as Values) };
}

function rulesWith(values: Values): readonly FoundRule[] {
  const found = objectsWith(values).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'cluster-ai-prometheus-rules',
  ) as { readonly data?: Readonly<Record<string, string>> } | undefined;
  return Object.values(found?.data ?? {}).flatMap((content) =>
    File.parse(parse(content)).groups.flatMap(({ name, rules }) => rules.map((rule) => ({ ...rule, group: name }))),
  );
}

const all = rulesWith(production);
const single = rulesWith(but(['redisCluster', { enabled: false }])).filter(({ group }) => group === 'redis');
const rules = [...all, ...single];
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const labelsOf = labelsWith(
  rules.flatMap(({ record, expr, labels }) => (record === undefined ? [] : [{ record, expr, labels }])),
);
const groupsWith = (values: Values): readonly string[] => [...new Set(rulesWith(values).map(({ group }) => group))];

describe('Rules of Cluster AI', () => {
  test('are of all its tiers', () => {
    expect([...new Set(rules.map(({ group }) => group))].sort()).toEqual(
      [
        'alertmanager',
        'api',
        'backup',
        'containers',
        'elasticsearch',
        'filebeat',
        'frontend',
        'inference-gateway',
        'jaeger',
        'logstash',
        'model-cache',
        'onnx',
        'opentelemetry',
        'outside',
        'pgbouncer',
        'postgres',
        'prometheus',
        'redis',
        'redis-cluster',
        'slo',
        'tensorflow-serving',
        'tensorrt',
        'torchserve',
        'watchdog',
      ].sort(),
    );
  });

  test.each(
    rules.map(
      (rule) => [`${rule.group}/${rule.alert ?? rule.record ?? ''} ${rule.labels?.window ?? ''}`, rule] as const,
    ),
  )('%s asks for metrics and labels that somebody exports', (_, { expr }) => {
    expect(ask(expr, labelsOf).problems).toEqual([]);
  });

  test.each(alerts.map((rule) => [`${rule.group}/${rule.alert}`, rule] as const))(
    '%s names only labels that its series have',
    (_, { expr, labels, annotations }) => {
      const known = new Set([...(ask(expr, labelsOf).labels ?? []), ...Object.keys(labels ?? {})]);
      const named = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? '');
      expect(named.filter((label) => !known.has(label))).toEqual([]);
    },
  );

  test.each(alerts.map((rule) => [`${rule.group}/${rule.alert}`, rule] as const))(
    '%s says how urgent it is, what is wrong and what it means',
    (_, { alert, labels, annotations }) => {
      expect(labels?.severity).toMatch(alert === 'Watchdog' ? /^none$/ : /^(critical|warning|info)$/);
      expect(labels).toMatchObject({ namespace: 'cluster-ai', release: 'cluster-ai' });
      expect(annotations?.summary).toMatch(/^\S.{9,}[^.]$/);
      expect(annotations?.description).toMatch(/^[A-Z{].{19,}\.$/);
    },
  );

  test.each(alerts.map((rule) => [`${rule.group}/${rule.alert}`, rule] as const))(
    '%s leads to a runbook that says what to type',
    (_, { alert, annotations }) => {
      const [, page = '', anchor] = /\/docs\/runbooks\/([\w-]+\.md)#(\w+)$/.exec(annotations?.runbook_url ?? '') ?? [];
      expect(anchor).toBe(alert.toLowerCase());
      const text = readFileSync(`docs/runbooks/${page}`, 'utf8');
      const section = text.split(/^## /m).find((part) => part.startsWith(`${alert}\n`));
      expect(section).toMatch(/^ *```sh\n *\w/m);
    },
  );

  test('runbooks are of alerts that there are', () => {
    const pages = [
      ...new Set(alerts.map(({ annotations }) => /([\w-]+\.md)#/.exec(annotations?.runbook_url ?? '')?.[1])),
    ];
    const headings = pages.flatMap((page) =>
      [...readFileSync(`docs/runbooks/${page ?? ''}`, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
    );
    expect(headings.sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  test.each(alerts.map((rule) => [`${rule.group}/${rule.alert} ${rule.labels?.window ?? ''}`, rule] as const))(
    '%s has a test of when it fires and when it is silent',
    (_, { group, alert, labels }) => {
      const window = labels?.window;
      const own = casesOf(group).cases.filter(
        (each) => each.alert === alert && each.where === (window === undefined ? undefined : `window="${window}"`),
      );
      expect(own).toHaveLength(1);
      expect(own.every(({ silent }) => (silent === undefined) === NEVER_SILENT.includes(alert))).toBe(true);
    },
  );

  test('tests are of alerts that there are', () => {
    const tested = [...new Set(rules.map(({ group }) => group))].flatMap((group) =>
      casesOf(group).cases.map(({ alert }) => alert),
    );
    expect(tested.filter((alert) => !alerts.some((known) => known.alert === alert))).toEqual([]);
  });

  test.each([
    ['backup', 'backup', but(['backup', { enabled: false }])],
    ['redis-cluster', 'redis-cluster', but(['redisCluster', { enabled: false }])],
    ['redis', 'redis', production],
    ['blackbox', 'outside', but(['blackbox', { enabled: false }])],
    ['ingress', 'outside', but(['ingress', { enabled: false }])],
    ['logstash', 'logstash', but(['logstash', { enabled: false }])],
    ['logstash', 'filebeat', but(['logstash', { enabled: false }])],
    ['elasticsearch', 'elasticsearch', but(['elasticsearch', { enabled: false }], ['jaeger', { enabled: false }])],
    ['elasticsearch', 'logstash', but(['elasticsearch', { enabled: false }], ['jaeger', { enabled: false }])],
    ['opentelemetry', 'opentelemetry', but(['opentelemetry', { enabled: false }])],
    ['jaeger', 'jaeger', but(['jaeger', { enabled: false }])],
    ['jaeger', 'opentelemetry', but(['jaeger', { enabled: false }])],
    ['alertmanager', 'alertmanager', but(['alertmanager', { enabled: false }])],
  ])('of %s are absent where it is off', (_, group, values) => {
    expect(groupsWith(values)).not.toContain(group);
  });

  test('of containers are absent where nobody has their metrics', () => {
    const prometheus = production.prometheus as { readonly nodeAgents: object };
    const without = but(['prometheus', { nodeAgents: { ...prometheus.nodeAgents, namespace: null } }]);
    expect(groupsWith(without)).not.toContain('containers');
    expect(groupsWith(without)).not.toContain('filebeat');
  });

  test('of replicas are absent where there are none', () => {
    const names = rulesWith(but(['postgres', { replicas: 0 }])).map(({ alert }) => alert);
    expect(names).toContain('PostgresDown');
    expect(names).not.toContain('PostgresReplicaMissing');
    expect(names).not.toContain('PostgresReplicationStopped');
    expect(names).not.toContain('PostgresReplicationLag');
  });

  test('where Prometheus sends no alerts, do not ask whether they arrive', () => {
    const names = rulesWith(but(['alertmanager', { enabled: false }])).map(({ alert }) => alert);
    expect(names).toContain('PrometheusReloadFailed');
    expect(names).not.toContain('PrometheusWithoutAlertmanager');
  });
});
