/** A chart as it is published: templates, values with their schema, and what people read. */
import type { IConstruct } from 'constructs';
import type { z } from 'zod';
import type { JsonObject } from '../../values/expression';
import { jsonSchemaOf } from '../../values/schema';
import type { Text } from '../../values/parts';
import { emitDocument } from '../yaml';
import { templates } from './chart';
import { chartReadme } from './readme';
import { valuesYaml } from './values-yaml';

/** What Chart.yaml says of a system, for people and for Artifact Hub. */
export interface ChartMetadata {
  readonly description: string;
  /** Of the chart, and of the system as a whole. */
  readonly version: string;
  readonly keywords: readonly string[];
  readonly home: string;
  readonly sources: readonly string[];
  readonly icon: string;
  readonly maintainers: readonly { readonly name: string; readonly url: string }[];
  /** Artifact Hub's category. */
  readonly category: string;
  /** What is new in this version. */
  readonly changes: readonly string[];
  /** Further reading, by title. */
  readonly links: Readonly<Record<string, string>>;
}

export interface ChartSource extends IConstruct {
  readonly systemName: string;
  readonly schema: z.ZodObject;
  readonly metadata: ChartMetadata;
  /** What Helm prints after an installation. */
  readonly notes: Text;
  /** Secrets that must exist, by the name they have in a release of the system's own name, with their keys. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
}

/** @param environments the values files that CI renders, by environment */
export function chartFiles(
  system: ChartSource,
  environments: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map(templates(system, system.systemName, system.notes));
  files.set('Chart.yaml', emitDocument(chartYaml(system)));
  files.set('values.yaml', valuesYaml(system.schema));
  files.set('values.schema.json', `${JSON.stringify(jsonSchemaOf(system.schema), undefined, 2)}\n`);
  files.set('README.md', chartReadme(system, [...environments.keys()]));
  files.set('.helmignore', '.git/\n.DS_Store\n*.swp\nci/\n');
  for (const [name, content] of environments) files.set(`ci/${name}-values.yaml`, content);
  return files;
}

function chartYaml({ systemName, metadata }: ChartSource): JsonObject {
  const { changes, category, links, version } = metadata;
  return {
    apiVersion: 'v2',
    name: systemName,
    description: metadata.description,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
    keywords: metadata.keywords,
    home: metadata.home,
    sources: metadata.sources,
    icon: metadata.icon,
    maintainers: metadata.maintainers.map(({ name, url }) => ({ name, url })),
    annotations: {
      'artifacthub.io/category': category,
      'artifacthub.io/changes': emitDocument(changes.map((description) => ({ kind: 'added', description }))),
      'artifacthub.io/license': 'Apache-2.0',
      'artifacthub.io/links': emitDocument(Object.entries(links).map(([name, url]) => ({ name, url }))),
      'artifacthub.io/prerelease': String(version.startsWith('0.')),
    },
  };
}
