import { parse } from 'yaml';
import { type RuleGroup, ruleFiles, ruleGroups, writtenGroup } from '../../../lib/tiers/observability/rule';
import { LITERALS } from '../../../lib/values/expression';
import type { Node } from '../../../lib/values/parts';
import { text } from '../../../lib/values/text';
import { evaluate } from '../../../lib/values/tree';

const facts = { instance: 'shop', namespace: 'shop-prod', runbooks: 'https://example.com/runbooks' };

const down: RuleGroup = {
  name: 'cache',
  interval: '30s',
  rules: [
    { record: 'release:up:sum', expr: 'sum by (release) (up)', labels: { part: 'cache' } },
    {
      alert: 'CacheDown',
      expr: text`
        cache_up == 0
          and on (pod) up == 1
      `,
      for: '5m',
      keepFiringFor: '10m',
      severity: 'critical',
      labels: { team: 'data' },
      summary: '{{ $labels.pod }} is down: "no answer"',
      description: 'Every request waits.',
    },
  ],
};

function read(groups: readonly RuleGroup[]): { readonly files: Record<string, string>; readonly groups: unknown } {
  const written = groups.map((group) => writtenGroup(group, facts));
  const node: Node = { kind: 'both', files: ruleFiles(written), groups: ruleGroups(written) };
  const { files = {}, groups: list } = evaluate(node, LITERALS) as unknown as {
    files?: Record<string, string>;
    groups?: unknown;
  };
  return { files, groups: list };
}

describe('Rules', () => {
  test('are a file for each group', () => {
    expect(read([down]).files).toEqual({
      'cache.yaml': `groups:
  - name: cache
    interval: 30s
    rules:
      - record: release:up:sum
        expr: |
          sum by (release) (up)
        labels:
          part: "cache"
      - alert: CacheDown
        expr: |
          cache_up == 0
            and on (pod) up == 1
        for: 5m
        keep_firing_for: 10m
        labels:
          severity: "critical"
          namespace: "shop-prod"
          release: "shop"
          team: "data"
        annotations:
          summary: "{{ $labels.pod }} is down: \\"no answer\\""
          description: "Every request waits."
          runbook_url: "https://example.com/runbooks/cache.md#cachedown"
`,
    });
  });

  test('are the same in a PrometheusRule', () => {
    const { files, groups } = read([down]);
    const inFile = (parse(files['cache.yaml'] ?? '') as { groups: unknown }).groups;
    expect(groups).toEqual(inFile);
  });

  test('are absent where what they are about is', () => {
    expect(read([{ ...down, enabled: false }])).toEqual({ files: {}, groups: undefined });
    const [record] = down.rules;
    if (record === undefined) throw new Error('no rule');
    const alone = read([{ ...down, rules: [{ ...record, enabled: false }, ...down.rules.slice(1)] }]);
    expect(alone.files['cache.yaml']).not.toContain('record:');
    expect(JSON.stringify(alone.groups)).not.toContain('"record"');
  });
});
