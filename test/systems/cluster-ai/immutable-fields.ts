/** The fields of objects that no upgrade can change: Kubernetes refuses it, or pods lose their Service. */
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../lib/values/json';
import type { Json, JsonObject } from '../../../lib/values/expression';
import type { KubernetesObject } from './pods';
import { titleOf } from './pods';

/** What an operator would have to do for a field that has changed; `NAME` stands for the object's name. */
type Remedies = Readonly<Record<string, string>>;

const REPLACE_PODS =
  'Kubernetes refuses it: delete the object (kubectl delete KIND NAME), which ends its pods, and upgrade then.';
const ORPHAN =
  'Kubernetes refuses it: delete the StatefulSet alone (kubectl delete statefulset NAME --cascade=orphan) and upgrade then.';
const UNCOVERED = 'Kubernetes takes it, and the pods of the last release stay without it until they are replaced.';
const UNCLAIMED =
  'Kubernetes refuses it: what the volume holds moves to a claim of another name, and the old one is deleted by hand.';
const REBIND = 'Kubernetes refuses it: delete the binding (kubectl delete KIND NAME) and upgrade then.';

/** What of a spec cannot change, by kind; a binding has what it binds beside it. Jobs are replaced whole, under another name. */
const IMMUTABLE: Readonly<Record<string, Remedies>> = {
  Deployment: { selector: REPLACE_PODS },
  DaemonSet: { selector: REPLACE_PODS },
  StatefulSet: {
    selector: `${REPLACE_PODS} Its volumes stay.`,
    serviceName: ORPHAN,
    podManagementPolicy: ORPHAN,
    volumeClaimTemplates: `${ORPHAN} Claims that exist keep their old form; see "Growing a volume" in docs/operations.md.`,
  },
  Service: {
    type: 'Kubernetes takes it, and what reaches the Service by its old type no longer does.',
    clusterIP:
      'Kubernetes refuses it: delete the Service (kubectl delete service NAME), whose clients fail until the upgrade has made it anew.',
    selector: 'Kubernetes takes it, and the Service leads to no pod of the last release.',
  },
  PersistentVolumeClaim: { accessModes: UNCLAIMED, storageClassName: UNCLAIMED, volumeMode: UNCLAIMED },
  RoleBinding: { roleRef: REBIND },
  ClusterRoleBinding: { roleRef: REBIND },
  PodDisruptionBudget: { selector: UNCOVERED },
  NetworkPolicy: { podSelector: UNCOVERED },
};

export function immutableFieldsOf(objects: readonly KubernetesObject[]): JsonObject {
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind in IMMUTABLE)
      .map((object): [string, JsonObject] => [
        titleOf(object),
        pick(
          object.roleRef === undefined ? object.spec : { roleRef: object.roleRef },
          Object.keys(IMMUTABLE[object.kind] ?? {}),
        ),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What of an upgrade somebody would have to do by hand: a sentence for each field of each object that it changes. */
export function manualSteps(released: JsonObject, current: JsonObject): readonly string[] {
  return Object.entries(released).flatMap(([title, fields]) => {
    const now = current[title];
    const [kind = '', name = ''] = title.split('/');
    if (!isObject(now) || !isObject(fields)) {
      return `${title} is no more: helm upgrade deletes it; those who use kubectl apply delete it by hand.`;
    }
    return Object.entries(IMMUTABLE[kind] ?? {}).flatMap(([field, remedy]) =>
      isDeepStrictEqual(fields[field], now[field])
        ? []
        : `${title}: ${field} was ${print(fields[field])} and is ${print(now[field])}. ` +
          remedy.replaceAll('KIND', kind.toLowerCase()).replaceAll('NAME', name),
    );
  });
}

/** Objects of which nothing is recorded yet. */
export function unrecorded(released: JsonObject, current: JsonObject): readonly string[] {
  return Object.keys(current)
    .filter((title) => !(title in released))
    .map((title) => `${title} is new: record its fields, which the next upgrade must keep.`);
}

const print = (value: Json | undefined): string => (value === undefined ? 'not there' : JSON.stringify(value));

function pick(spec: unknown, fields: readonly string[]): JsonObject {
  const own = isObject(spec) ? spec : {};
  return Object.fromEntries(
    fields.flatMap((field): [string, Json][] => (own[field] === undefined ? [] : [[field, own[field]]])),
  );
}
