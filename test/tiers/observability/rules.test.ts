/** Every rule of every system: what it asks for, what it says, and where it leads. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { labelsWith } from '../../metrics/inventory';
import { type Question, ask } from '../../metrics/promql';
import { NEVER_SILENT, casesOf, isCaseOf } from '../../rules/cases';
import { ruleFilesIn, testedRules } from '../../rules/tested';
import { objectsWith, valuesIn } from '../../systems/cluster-ai/environments';
import { withoutPromises } from '../../systems/reading';

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

const production = withoutPromises(valuesIn('production'));

/** Values of production, but for some. */
function but(...changes: readonly (readonly [tier: string, change: Readonly<Record<string, unknown>>])[]): Values {
  const sections = changes.map(([tier, change]) => [tier, { ...(production[tier] as object), ...change }]);
  return { ...production, ...(Object.fromEntries(sections) as Values) };
}

function rulesWith(values: Values): readonly FoundRule[] {
  return rulesIn(ruleFilesIn(objectsWith(values), 'cluster-ai'));
}

function rulesIn(files: Readonly<Record<string, string>>): readonly FoundRule[] {
  return Object.values(files).flatMap((content) =>
    File.parse(parse(content)).groups.flatMap(({ name, rules: own }) => own.map((rule) => ({ ...rule, group: name }))),
  );
}

/** Every rule that is tested, by the system that has it. */
const tested = testedRules().map(({ release, files }) => ({ release, rules: rulesIn(files) }));
const rules = tested.flatMap(({ release, rules: own }) => own.map((rule) => ({ ...rule, release })));
const alerts = rules.flatMap((rule) =>
  rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert, labels: rule.labels ?? {} }],
);
/** The labels that series have, by the release. */
const labelsIn = new Map(
  [...new Set(rules.map(({ release }) => release))].map((name) => {
    const own = rules.filter(({ release }) => release === name);
    return [
      name,
      labelsWith(own.flatMap(({ record, ...rule }) => (record === undefined ? [] : [{ record, ...rule }]))),
    ];
  }),
);
const asked = ({ release, expr }: (typeof rules)[number]): Question =>
  ask(expr, labelsIn.get(release) ?? (() => undefined));
const groupsWith = (values: Values): readonly string[] => [...new Set(rulesWith(values).map(({ group }) => group))];
const nameOf = ({ release, group, alert, record, labels }: (typeof rules)[number]): string =>
  [`${release}: ${group}/${alert ?? record ?? ''}`, labels?.window, labels?.objective].filter(Boolean).join(' ');
const namedRules = rules.map((rule) => [nameOf(rule), rule] as const);
const namedAlerts = alerts.map((rule) => [nameOf(rule), rule] as const);

describe('Rules', () => {
  test.each([
    [
      'cluster-ai',
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
      ],
    ],
    [
      'conecta-plus',
      [
        'alertmanager',
        'api',
        'backup',
        'business',
        'certificates',
        'containers',
        'load-balancer',
        'object-store',
        'outside',
        'postgres',
        'postgres-promotion',
        'prometheus',
        'redis',
        'redis-cluster',
        'redis-sentinel',
        'slo',
        'uptime',
        'watchdog',
      ],
    ],
  ])('of %s are of all its tiers, and of no others', (release, groups) => {
    const own = rules.filter((rule) => rule.release === release).map(({ group }) => group);
    expect([...new Set(own)].sort()).toEqual(groups);
  });

  test.each(namedRules)('%s asks for metrics and labels that somebody exports', (_, rule) => {
    expect(asked(rule).problems).toEqual([]);
  });

  test.each(namedAlerts)('%s names only labels that its series have', (_, rule) => {
    const known = new Set([...(asked(rule).labels ?? []), ...Object.keys(rule.labels)]);
    const named = [...JSON.stringify(rule.annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? '');
    expect(named.filter((label) => !known.has(label))).toEqual([]);
  });

  test.each(namedAlerts)(
    '%s says how urgent it is, what is wrong and what it means',
    (_, { release, alert, labels, annotations }) => {
      expect(labels.severity).toMatch(alert === 'Watchdog' ? /^none$/ : /^(critical|warning|info)$/);
      expect(labels).toMatchObject({ namespace: release, release });
      expect(annotations?.summary).toMatch(/^\S.{9,}[^.]$/);
      expect(annotations?.description).toMatch(/^[A-Z{].{19,}\.$/);
    },
  );

  test.each(namedAlerts)('%s leads to a runbook that says what to type', (_, { alert, annotations }) => {
    const [, page = '', anchor] = /\/docs\/runbooks\/([\w-]+\.md)#(\w+)$/.exec(annotations?.runbook_url ?? '') ?? [];
    expect(anchor).toBe(alert.toLowerCase());
    const text = readFileSync(`docs/runbooks/${page}`, 'utf8');
    const section = text.split(/^## /m).find((part) => part.startsWith(`${alert}\n`));
    expect(section).toMatch(/^ *```sh\n *\w/m);
  });

  test('runbooks are of alerts that there are', () => {
    const pages = [
      ...new Set(alerts.map(({ annotations }) => /([\w-]+\.md)#/.exec(annotations?.runbook_url ?? '')?.[1])),
    ];
    const headings = pages.flatMap((page) =>
      [...readFileSync(`docs/runbooks/${page ?? ''}`, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
    );
    expect(headings.sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  test.each(namedAlerts)('%s has a test of when it fires and when it is silent', (_, rule) => {
    const own = casesOf(rule.group, rule.release).cases.filter((each) => isCaseOf(rule, each));
    expect(own).toHaveLength(1);
    expect(own.every(({ silent }) => (silent === undefined) === NEVER_SILENT.includes(rule.alert))).toBe(true);
  });

  test('tests are of alerts that there are', () => {
    const known = new Map(rules.map(({ group, release }) => [group, release]));
    const cases = [...known].flatMap(([group, release]) => casesOf(group, release).cases);
    expect(cases.filter((each) => !alerts.some((alert) => isCaseOf(alert, each)))).toEqual([]);
  });
});

describe('Rules of Cluster AI', () => {
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
