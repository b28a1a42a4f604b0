/** Rules of a Redis with Sentinels: those of all Redis, and those of failover. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { RedisSentinel } from '../../../lib/tiers/data/redis-sentinel';
import { redisDashboard } from '../../../lib/tiers/observability/dashboards/redis';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { rulesOf } from '../../../lib/tiers/observability/rules/rules';
import { LITERALS } from '../../../lib/values/expression';
import { evaluate } from '../../../lib/values/tree';
import { type Dashboard, questionsOf } from '../../metrics/dashboards';
import { labelsWith } from '../../metrics/inventory';
import { ask } from '../../metrics/promql';
import { casesOf } from '../../rules/cases';
import { find, synth } from '../web/plain-app';

interface Found {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const files =
  find(
    synth((chart) => {
      const prometheus = new Prometheus(chart, 'prometheus');
      prometheus.addRules(rulesOf({ prometheus, redis: [new RedisSentinel(chart, 'redis')] }));
    }),
    'ConfigMap',
    'shop-prometheus-rules',
  ).data ?? {};
const rulesIn = (name: string): readonly Found[] => {
  const { groups } = parse(files[`${name}.yaml`] ?? 'groups: [{ rules: [] }]') as {
    readonly groups: readonly [{ readonly rules: readonly Found[] }];
  };
  return groups[0].rules;
};
const common = rulesIn('redis');
const failover = rulesIn('redis-sentinel').flatMap((rule) =>
  rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }],
);
const labelsOf = labelsWith(
  common.flatMap(({ record, expr, labels }) =>
    record === undefined ? [] : [{ record, expr, ...(labels && { labels }) }],
  ),
);

describe('Rules of RedisSentinel', () => {
  test('are those of all Redis, of its servers alone', () => {
    expect(common.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining(['RedisDown', 'RedisMemoryHigh', 'RedisHitRatioLow']),
    );
    expect(common.map(({ alert }) => alert)).not.toContain('RedisClusterBroken');
    expect(common.find(({ alert }) => alert === 'RedisDown')?.expr).toContain('tier="redis"}');
  });

  test('and those of failover', () => {
    expect(failover.map(({ alert, labels }) => `${alert} ${labels?.severity ?? ''}`)).toEqual([
      'RedisSentinelNoQuorum critical',
      'RedisSentinelDown warning',
      'RedisSeveralMasters critical',
      'RedisMasterMissing critical',
      'RedisReplicaOutOfStep warning',
      'RedisNoReplicaInStep critical',
      'RedisMasterChanged info',
    ]);
  });

  test.each(failover.map((rule) => [rule.alert, rule] as const))('%s asks for what exporters say', (_, { expr }) => {
    expect(ask(expr, labelsOf).problems).toEqual([]);
  });

  test.each(failover.map((rule) => [rule.alert, rule] as const))(
    '%s leads to its runbook, which has commands, and says when it fires',
    (alert, { annotations }) => {
      expect(annotations?.runbook_url).toMatch(new RegExp(`/redis-sentinel\\.md#${alert.toLowerCase()}$`));
      const section = readFileSync('docs/runbooks/redis-sentinel.md', 'utf8')
        .split(/^## /m)
        .find((part) => part.startsWith(`${alert}\n`));
      expect(section).toMatch(/^```sh\n\w/m);
      const own = casesOf('redis-sentinel').cases.filter((each) => each.alert === alert);
      expect(own.map(({ silent }) => silent !== undefined)).toEqual([true]);
    },
  );

  test('the runbook and the cases are of alerts that there are', () => {
    const alerts = failover.map(({ alert }) => alert).sort();
    const headings = readFileSync('docs/runbooks/redis-sentinel.md', 'utf8').matchAll(/^## (.+)$/gm);
    expect([...headings].map(([, heading]) => heading).sort()).toEqual(alerts);
    expect(
      casesOf('redis-sentinel')
        .cases.map(({ alert }) => alert)
        .sort(),
    ).toEqual(alerts);
  });
});

describe('Redis dashboard', () => {
  const json = (sentinel?: boolean): string => {
    const shown = redisDashboard(sentinel === undefined ? {} : { sentinel });
    return (evaluate({ json: shown.json({ instance: 'shop' }) }, LITERALS) as { readonly json: string }).json;
  };

  test('shows failover where there are Sentinels, and nothing more elsewhere', () => {
    expect(json(true)).toContain('Failover');
    expect(json()).not.toContain('Failover');
    expect(json(false)).toBe(json());
  });

  test('asks for what exporters say, of servers alone', () => {
    const questions = questionsOf(new Map([['redis', JSON.parse(json(true)) as Dashboard]]));
    for (const { expr } of questions) expect(ask(expr, labelsOf).problems).toEqual([]);
    expect(questions.map(({ expr }) => expr)).toContain(
      'sum(redis_up{namespace=~".+",release="shop",component="server"})',
    );
  });
});
