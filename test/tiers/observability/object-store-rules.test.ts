/** Rules and dashboard of the object store: what they ask for is there, and each alert is tested and has its runbook. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ObjectStore, type ObjectStoreProps } from '../../../lib/tiers/data/object-store';
import { objectStoreDashboard } from '../../../lib/tiers/observability/dashboards/object-store';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { rulesOf } from '../../../lib/tiers/observability/rules/rules';
import { LITERALS } from '../../../lib/values/expression';
import { evaluate } from '../../../lib/values/tree';
import { type Dashboard, questionsOf } from '../../metrics/dashboards';
import { labelsWith } from '../../metrics/inventory';
import { ask } from '../../metrics/promql';
import { casesOf } from '../../rules/cases';
import { find, synth } from '../web/plain-app';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function files(props: ObjectStoreProps = {}): Readonly<Record<string, string>> {
  const objects = synth((chart) => {
    const prometheus = new Prometheus(chart, 'prometheus');
    prometheus.addRules(rulesOf({ prometheus, objectStore: new ObjectStore(chart, 'object-store', props) }));
  });
  return find(objects, 'ConfigMap', 'shop-prometheus-rules').data ?? {};
}

const { groups } = parse(files()['object-store.yaml'] ?? '') as { groups: readonly [{ rules: readonly Alert[] }] };
const alerts = groups[0].rules.map((rule) => [rule.alert, rule] as const);
const labelsOf = labelsWith([]);

describe('Rules of the object store', () => {
  it.each(alerts)('%s asks for metrics and labels that MinIO exports', (_, { expr }) => {
    expect(ask(expr, labelsOf).problems).toEqual([]);
  });

  it.each(alerts)('%s leads to a runbook that says what to type', (alert, { annotations }) => {
    expect(annotations.runbook_url).toMatch(new RegExp(`/object-store\\.md#${alert.toLowerCase()}$`));
    const sections = readFileSync('docs/runbooks/object-store.md', 'utf8').split(/^## /m);
    expect(sections.find((part) => part.startsWith(`${alert}\n`))).toMatch(/^```sh\n *\w/m);
  });

  it('are tested, each of them, and no others', () => {
    const tested = casesOf('object-store').cases.map(({ alert }) => alert);
    expect(tested.sort()).toEqual(alerts.map(([alert]) => alert).sort());
  });

  it('are absent where it is outside', () => {
    const external = { enabled: true, endpoint: 'https://s3.example.com', addresses: ['0.0.0.0/0'], port: 443 };
    expect(Object.keys(files({ external }))).not.toContain('object-store.yaml');
  });
});

describe('The dashboard of the object store', () => {
  const { json } = evaluate({ json: objectStoreDashboard().json({ instance: 'shop' }) }, LITERALS) as { json: string };
  const questions = questionsOf(new Map([['object-store', JSON.parse(json) as Dashboard]]));

  it.each(questions.map((question) => [question.at, question] as const))('%s has an answer', (_, { expr, legend }) => {
    const { labels, problems } = ask(expr, labelsOf);
    expect(problems).toEqual([]);
    for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(labels).toContain(label);
  });
});
