/** Objects of the Kubernetes API as the API server reads them from YAML, and what a chart may say otherwise than plain manifests. */
import { isObject } from '../../lib/values/json';
import type { JsonObject } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';

/** The objects of a stream of YAML documents. A text that YAML 1.1 reads as something else is an error. */
export function readManifests(stream: string, name: string): readonly JsonObject[] {
  return stream
    .split(/^---$/m)
    .map((document, index) => parseValues(document, `${name}, document ${index + 1}`))
    .filter((document) => Object.keys(document).length > 0);
}

/**
 * Objects by kind and name, without what alone may differ between a chart and plain manifests: the Namespace,
 * `metadata.namespace`, the labels of Helm on an object itself, and the hooks of `helm test`.
 *
 * @throws where two objects have one name, or an object is in another namespace
 */
export function comparable(objects: readonly JsonObject[], namespace: string): Readonly<Record<string, JsonObject>> {
  const byName = new Map<string, JsonObject>();
  for (const object of objects.flatMap(unpacked)) {
    const { apiVersion, kind, metadata } = object;
    if (!isObject(metadata)) throw new Error(`an object has no metadata: ${JSON.stringify(object)}`);
    if (kind === 'Namespace' || isTestHook(metadata)) continue;

    const { namespace: own = namespace, labels, ...rest } = metadata;
    const name = JSON.stringify([apiVersion, kind, metadata.name]);
    if (own !== namespace) throw new Error(`${name} is in namespace ${JSON.stringify(own)}, not in ${namespace}`);
    if (byName.has(name)) throw new Error(`${name} is there twice`);
    byName.set(name, {
      ...object,
      metadata: { ...rest, ...(isObject(labels) && { labels: withoutChartLabels(labels) }) },
    });
  }
  return Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A List is what it holds: kubectl and Helm send each of its items by itself. */
function unpacked(object: JsonObject): readonly JsonObject[] {
  if (object.kind !== 'List') return [object];
  const { items } = object;
  if (!Array.isArray(items) || !items.every(isObject))
    throw new Error(`a List has no items: ${JSON.stringify(object)}`);
  return items;
}

function isTestHook({ annotations }: JsonObject): boolean {
  return isObject(annotations) && annotations['helm.sh/hook'] === 'test';
}

const CHART_LABELS = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

function withoutChartLabels(labels: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !CHART_LABELS.includes(key)));
}
