/** What Conecta Plus has of dashboards and rules and Cluster AI has not: several objectives, uptime, users, its own targets. */
import { z } from 'zod';
import { businessDashboard } from '../../../lib/tiers/observability/dashboards/business';
import type { GrafanaDashboard } from '../../../lib/tiers/observability/dashboards/dashboard';
import { resourcesDashboard } from '../../../lib/tiers/observability/dashboards/resources';
import { sloDashboard } from '../../../lib/tiers/observability/dashboards/slo';
import { grafanaPortValues } from '../../../lib/tiers/observability/grafana-values';
import type { RuleSubjects } from '../../../lib/tiers/observability/rules/rules';
import {
  businessThresholdValues,
  latencyObjectiveValues,
  severalSloValues,
} from '../../../lib/tiers/observability/rules-values';
import { LITERALS } from '../../../lib/values/expression';
import { evaluate } from '../../../lib/values/tree';
import type { Dashboard } from '../../metrics/dashboards';
import { ruleFilesIn } from '../../rules/tested';
import { objectsOf, slo, webPlatform } from '../../rules/web-platform';

function rulesWith(changes: Partial<RuleSubjects>, isBalanced = true): Readonly<Record<string, string>> {
  return ruleFilesIn(objectsOf(webPlatform(changes, isBalanced)), 'conecta-plus');
}

function read(shown: GrafanaDashboard): Dashboard {
  const { json } = evaluate({ json: shown.json({ instance: 'shop' }) }, LITERALS) as { readonly json: string };
  return JSON.parse(json) as Dashboard;
}

function titles(shown: GrafanaDashboard): readonly string[] {
  return read(shown).panels.map(({ title }) => title);
}

describe('the dashboard of objectives', () => {
  test('has one of each, by its name where there are several', () => {
    expect(titles(sloDashboard({ slo }))).toEqual([
      'Availability',
      'Error budget',
      'In time: P95',
      'Latency budget: P95',
      'In time: P99',
      'Latency budget: P99',
      'Uptime',
      'Minutes left',
      'Down',
      'Burn rate: errors',
      'Burn rate: slow requests: P95',
      'Burn rate: slow requests: P99',
      'Failed requests',
      'Slow requests: P95',
      'Slow requests: P99',
    ]);
  });

  test('has no uptime where none is promised, and no name where there is one objective', () => {
    expect(titles(sloDashboard())).not.toContain('Uptime');
    expect(titles(sloDashboard())).toContain('In time');
  });
});

describe('the dashboard of users', () => {
  test('compares with a plan and with a promise where there are such', () => {
    const both = titles(businessDashboard({ users: 1000, uptimePercent: 99.9 }));
    expect(both).toEqual(expect.arrayContaining(['Users of the plan', 'Uptime']));
    expect(titles(businessDashboard())).not.toContain('Users of the plan');
    expect(titles(businessDashboard())).not.toContain('Uptime');
  });
});

describe('the dashboard of resources', () => {
  test('shows containers where nodes tell of them, and programs by their own account everywhere', () => {
    expect(titles(resourcesDashboard())).toEqual([
      'Programs, by their own account',
      'Memory of programs',
      'CPU of programs',
      'Open files',
    ]);
    expect(titles(resourcesDashboard({ containers: true }))).toContain('Throttled');
  });

  test('compares with a budget where there is one', () => {
    const budget = { memory: '16Gi', cpu: '2500m' };
    const asked = read(resourcesDashboard({ containers: true, budget })).panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => expr),
    );
    expect(asked).toEqual(expect.arrayContaining(['vector(17179869184)', 'vector(2500 / 1000)']));
    expect(titles(resourcesDashboard({ containers: true }))).not.toContain('Memory of the budget');
  });
});

describe('rules of objectives', () => {
  test('are told apart by the label objective', () => {
    const file = rulesWith({})['slo.yaml'] ?? '';
    expect(file.match(/objective: "p9[59]"/g)).toHaveLength(2 * (7 + 4 + 1));
    expect(file).toContain(
      'tier:http_requests_slow:ratio_rate1h{namespace="conecta-plus",release="conecta-plus",tier="api",objective="p99"}',
    );
    expect(file).toContain('le=~"0.3([.]0)?"');
  });

  test('take errors and outages from where they can be seen', () => {
    const { 'slo.yaml': balanced = '', 'uptime.yaml': uptime = '' } = rulesWith({});
    expect(balanced).toContain('rate(load_balancer_answers_total{');
    expect(balanced).not.toContain('http_requests_total');
    expect(uptime).toContain('(nginx_up{');
    expect(uptime).not.toContain('probe_success');
    const alone = rulesWith({ probes: true }, false);
    expect(alone['slo.yaml']).toContain('rate(http_requests_total{');
    expect(alone['slo.yaml']).not.toContain('load_balancer');
    expect(alone['uptime.yaml']).not.toContain('nginx_up');
    expect(alone['uptime.yaml']).toContain('(probe_success{');
  });

  test('of uptime, users and transactions are there where they are promised or counted', () => {
    const groups = (changes: Partial<RuleSubjects>): readonly string[] => Object.keys(rulesWith(changes));
    expect(groups({})).toEqual(expect.arrayContaining(['uptime.yaml', 'business.yaml']));
    expect(groups({ slo: { latency: slo.latency } })).not.toContain('uptime.yaml');
    expect(rulesWith({ business: {} })['business.yaml']).not.toContain('UsersNearPlan');
  });

  test('count a sample a minute, so that sums of them are minutes', () => {
    expect(rulesWith({})['uptime.yaml']).toContain('- name: uptime\n    interval: 1m\n');
  });

  test('ask for conversions where the application counts them', () => {
    expect(rulesWith({ conversions: true })['api.yaml']).toContain('business_conversions_total');
    expect(rulesWith({})['api.yaml']).not.toContain('business_');
  });

  test('let transactions fail, and expect as many, as the thresholds say', () => {
    const file = rulesWith({ business: { failedTransactionsPercent: 5, transactionsExpected: 300 } })['business.yaml'];
    expect(file).toContain('> 5 / 100');
    expect(file).toContain('> 300\n');
  });
});

describe('values', () => {
  const several = z.strictObject(
    severalSloValues(
      { availabilityPercent: 99.9, uptimePercent: 99.9 },
      {
        p95: latencyObjectiveValues({ percent: 95, seconds: '0.3' }),
        p99: latencyObjectiveValues({ percent: 99, seconds: '0.5' }),
      },
    ),
  );
  const given = (percent: number, seconds: string): unknown => ({ latency: { p95: { percent, seconds }, p99: {} } });

  test('of objectives have the defaults that are given', () => {
    expect(several.parse({ latency: { p95: {}, p99: {} } })).toEqual(slo);
  });

  test('of objectives are of the buckets that applications have', () => {
    expect(several.safeParse(given(95, '0.25')).success).toBe(true);
    expect(several.safeParse(given(95, '0.2')).success).toBe(false);
  });

  test('of objectives leave something to fail', () => {
    expect(several.safeParse(given(90, '0.3')).success).toBe(true);
    expect(several.safeParse(given(89, '0.3')).success).toBe(false);
    expect(several.safeParse(given(99.999, '0.3')).success).toBe(true);
    expect(several.safeParse(given(100, '0.3')).success).toBe(false);
  });

  test('of ports are those that a user without rights may listen on', () => {
    const ports = z.strictObject(grafanaPortValues({ port: 3001, servicePort: 3001 }));
    expect(ports.parse({})).toEqual({ port: 3001, servicePort: 3001 });
    expect(ports.safeParse({ port: 1023 }).success).toBe(false);
    expect(ports.safeParse({ port: 1024, servicePort: 80 }).success).toBe(true);
  });

  test('of transactions begin with the defaults', () => {
    const defaults = { failedTransactionsPercent: 2, transactionsExpected: 20 };
    expect(z.strictObject(businessThresholdValues(defaults)).parse({})).toEqual(defaults);
  });
});
