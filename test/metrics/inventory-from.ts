/** Writes what running exporters said, a `<program>.prom` each in a folder, into the inventory. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Family {
  type: string;
  readonly labels: Set<string>;
}

/** Metrics by name, in the text format of Prometheus; those of a histogram or summary under the name of the family. */
export function familiesOf(exposition: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  const types = new Map<string, string>();
  for (const line of exposition.split('\n')) {
    const declared = /^# TYPE (\S+) (\S+)/.exec(line);
    if (declared?.[1] !== undefined && declared[2] !== undefined) types.set(declared[1], declared[2]);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/.exec(line);
    if (sample?.[1] === undefined) continue;
    const base = sample[1].replace(/_(bucket|sum|count)$/, '');
    const isPart = ['histogram', 'summary'].includes(types.get(base) ?? '');
    const name = isPart ? base : sample[1];
    const family = families.get(name) ?? { type: types.get(name) ?? 'untyped', labels: new Set() };
    families.set(name, family);
    for (const [, label] of (sample[2] ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) {
      if (label !== undefined && !(isPart && ['le', 'quantile'].includes(label))) family.labels.add(label);
    }
  }
  return families;
}

function versionOf(program: string, versions: string): string {
  const names: Readonly<Record<string, string>> = { 'backup-exporter': 'node-exporter', 'otelcol-spans': 'otelcol' };
  const name = names[program] ?? program;
  const found = new RegExp(`^(?:prometheus-)?${name} (?:\\d+:)?([\\d.]+)`, 'm').exec(versions);
  return found?.[1] ?? '';
}

function main(folder: string): void {
  const versions = readFileSync(join(folder, 'versions'), 'utf8');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.prom'))) {
    const program = basename(file, '.prom');
    const families = [...familiesOf(readFileSync(join(folder, file), 'utf8'))].sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = families.map(
      ([name, { type, labels }]) => `  ${name}: [${[type, ...[...labels].sort()].join(', ')}]`,
    );
    const head = [
      '# Written by test/metrics/record: name: [type, labels of its own].',
      `program: ${`${program} ${versionOf(program, versions)}`.trim()}`,
      'recorded: true',
      'metrics:',
    ];
    writeFileSync(join(__dirname, 'inventory', `${program}.yaml`), `${[...head, ...lines].join('\n')}\n`);
    console.log(`${program}: ${families.length} metrics`);
  }
}

if (require.main === module) main(process.argv[2] ?? '.');
