/** What test/settings/record needs: the configurations of dist/ as files, and its findings in the inventory. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';

const inventory = join(__dirname, 'elasticsearch.yaml');
const dist = join(__dirname, '../../dist/cluster-ai');
/** What a node is given by its own environment. */
const ENVIRONMENT: Readonly<Record<string, string>> = { POD_NAME: 'cluster-ai-elasticsearch-0', POD_IP: '10.0.0.1' };
/** Families of settings that a node is given. */
const FAMILIES = /^(cluster|discovery|http|network|node|path|readiness|transport)\./;

interface Inventory {
  readonly settings: { readonly source: string; names: readonly string[] }[];
}

function writeFiles(folder: string): void {
  for (const environment of readdirSync(dist)) {
    const file = join(dist, environment, 'elasticsearch.yaml');
    if (!readdirSync(join(dist, environment)).includes('elasticsearch.yaml')) continue;
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const { data } = document.toJS() as { readonly data?: Readonly<Record<string, string>> };
      const yml = data?.['elasticsearch.yml'];
      if (yml === undefined) continue;
      writeFileSync(
        join(folder, `${environment}.yml`),
        yml.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => ENVIRONMENT[name] ?? ''),
      );
    }
  }
}

function writeNames(folder: string): void {
  const found = readFileSync(join(folder, 'names'), 'utf8').trimEnd().split('\n');
  const namesOf = (kind: string, family: RegExp): readonly string[] =>
    found
      .flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []))
      .filter((name) => family.test(name))
      .map((name) => (name.endsWith('.') ? `${name}*` : name));
  const text = readFileSync(inventory, 'utf8');
  const { settings, ...head } = parse(text) as Inventory;
  for (const source of settings) {
    if (source.source.endsWith(', ClusterSettings')) source.names = namesOf('cluster', FAMILIES);
    if (source.source.endsWith(', IndexScopedSettings')) source.names = namesOf('index', /^index\./);
  }
  const comment = text.slice(0, text.indexOf('\n') + 1);
  writeFileSync(inventory, comment + stringify({ ...head, settings }, { lineWidth: 0, singleQuote: true }));
}

const [, , what, folder = '.'] = process.argv;
if (what === 'files') writeFiles(folder);
else writeNames(folder);
