/** The fields of objects that no upgrade can change: Kubernetes refuses it, or pods lose their Service. */
import { isObject } from '../../../lib/values/json';
import type { Json, JsonObject } from '../../../lib/values/expression';
import type { KubernetesObject } from './pods';
import { titleOf } from './pods';

/** What of a spec cannot change, by kind. Jobs are replaced whole, under another name. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['selector'],
  StatefulSet: ['selector', 'serviceName', 'podManagementPolicy', 'volumeClaimTemplates'],
  Service: ['type', 'clusterIP', 'selector'],
  PodDisruptionBudget: ['selector'],
  NetworkPolicy: ['podSelector'],
};

export function immutableFieldsOf(objects: readonly KubernetesObject[]): JsonObject {
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind in IMMUTABLE)
      .map((object): [string, JsonObject] => [titleOf(object), pick(object.spec, IMMUTABLE[object.kind] ?? [])])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function pick(spec: unknown, fields: readonly string[]): JsonObject {
  const own = isObject(spec) ? spec : {};
  return Object.fromEntries(
    fields.flatMap((field): [string, Json][] => (own[field] === undefined ? [] : [[field, own[field]]])),
  );
}
