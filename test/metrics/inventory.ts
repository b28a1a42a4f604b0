/** Which metrics there are, and which labels they have: from the inventory, from scraping, and from recording rules. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parse } from 'yaml';
import { type LabelsOf, ask } from './promql';

/** The labels that scraping gives every series of a workload: docs/tiers/prometheus.md. */
export const SCRAPED = ['namespace', 'release', 'tier', 'component', 'job', 'pod', 'instance'];

/** What nodes say, which has the labels that its programs give it. */
const OF_NODES = ['cadvisor', 'kube-state-metrics', 'kubelet', 'node-exporter'];
const NODE_LABELS = ['job', 'instance'];
/** What is scraped as pods are, and has its node for a label too. */
const ABOUT_NODES = ['filebeat'];

const Program = z.object({
  program: z.string(),
  /** From a running program, or else the source of what it exports. */
  recorded: z.boolean().optional(),
  source: z.string().optional(),
  metrics: z.record(z.string(), z.tuple([z.string()], z.string())),
});

export interface Recorded {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const folder = join(__dirname, 'inventory');

export const programs = readdirSync(folder)
  .sort()
  .map((file) => Program.parse(parse(readFileSync(join(folder, file), 'utf8'))));

const exported: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const metrics = new Map<string, Set<string>>();
  const add = (name: string, labels: readonly string[]): void => {
    const known = metrics.get(name) ?? new Set();
    metrics.set(name, known);
    for (const label of labels) known.add(label);
  };
  for (const { program, metrics: own } of programs) {
    const [name = ''] = program.split(/[ ,]/);
    const given = OF_NODES.includes(name) ? NODE_LABELS : [...SCRAPED, ...(ABOUT_NODES.includes(name) ? ['node'] : [])];
    for (const [metric, [type, ...labels]] of Object.entries(own)) {
      for (const [suffix, more] of partsOf(type)) add(metric + suffix, [...given, ...labels, ...more]);
    }
  }
  // What Prometheus makes itself: https://prometheus.io/docs/concepts/jobs_instances/ and its documentation of alerts.
  for (const name of ['up', 'scrape_duration_seconds', 'scrape_samples_scraped']) add(name, SCRAPED);
  add('ALERTS', [...SCRAPED, 'alertname', 'alertstate', 'severity']);
  return metrics;
})();

/** The series that a histogram or summary is made of, with the labels they have more than others. */
function partsOf(type: string): readonly (readonly [suffix: string, labels: readonly string[]])[] {
  const sums = [['_sum', []] as const, ['_count', []] as const];
  if (type === 'histogram') return [['_bucket', ['le']], ...sums];
  return type === 'summary' ? [['', ['quantile']], ...sums] : [['', []]];
}

/** The labels of what is exported, and of what recording rules make of it, rules that build on each other among them. */
export function labelsWith(rules: readonly Recorded[]): LabelsOf {
  const byName = new Map(rules.map((rule) => [rule.record, rule]));
  const known = new Map<string, ReadonlySet<string>>();
  const labelsOf: LabelsOf = (metric) => {
    const rule = byName.get(metric);
    if (rule === undefined) return exported.get(metric);
    const found =
      known.get(metric) ?? new Set([...(ask(rule.expr, labelsOf).labels ?? []), ...Object.keys(rule.labels ?? {})]);
    known.set(metric, found);
    return found;
  };
  return labelsOf;
}
