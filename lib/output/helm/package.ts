/** A chart as it is published: templates, values with their schema, and what people read. */
import type { JsonObject } from '../../values/expression';
import { isObject } from '../../values/json';
import { defaultsOf, jsonSchemaOf } from '../../values/schema';
import { withDefinitions } from '../../values/schema-definitions';
import { emitDocument } from '../yaml';
import { jsonText } from './json';
import { templates } from './chart';
import { chartReadme } from './readme';
import type { ChartSource } from './source';
import { valuesYaml } from './values-yaml';

/**
 * The files of a chart, by their path in it.
 * @param environments the values files that CI renders, by environment
 */
export function chartFiles(
  system: ChartSource,
  environments: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...filesOfChart(system), ...filesOfEnvironments(system, environments)]);
}

/** The files that are the same whatever environments there are. */
export function filesOfChart(system: ChartSource): ReadonlyMap<string, string> {
  const files = new Map(templates(system, system.systemName, system.notes));
  files.set('Chart.yaml', emitDocument(chartYaml(system)));
  files.set('values.yaml', valuesYaml(system.schema));
  const schema = withDefinitions(jsonSchemaOf(system.schema));
  files.set('values.schema.json', `${jsonText(schema)}\n`);
  files.set('.helmignore', '.git/\n.DS_Store\n*.swp\nci/\n');
  return files;
}

/** The other files. */
export function filesOfEnvironments(
  system: ChartSource,
  environments: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map([['README.md', chartReadme(system, [...environments.keys()])]]);
  for (const [name, content] of environments) files.set(`ci/${name}-values.yaml`, content);
  return files;
}

function chartYaml({ systemName, metadata, schema }: ChartSource): JsonObject {
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
      ...(changes.length === 0 ? {} : { 'artifacthub.io/changes': emitDocument(changes) }),
      'artifacthub.io/images': emitDocument(imagesIn(defaultsOf(schema))),
      'artifacthub.io/license': 'Apache-2.0',
      'artifacthub.io/links': emitDocument(Object.entries(links).map(([name, url]) => ({ name, url }))),
      'artifacthub.io/prerelease': String(version.startsWith('0.')),
    },
  };
}

/** The images that values name, each called after the value. */
function imagesIn(values: JsonObject, path: readonly string[] = []): readonly JsonObject[] {
  const { registry, repository, tag } = values;
  if (typeof registry === 'string' && typeof repository === 'string' && typeof tag === 'string') {
    const name = path.filter((part) => part !== 'image').join('-');
    return [{ name, image: `${registry}/${repository}:${tag}` }];
  }
  return Object.entries(values).flatMap(([key, value]) => (isObject(value) ? imagesIn(value, [...path, key]) : []));
}
