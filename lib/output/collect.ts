/** The objects of a system, in the order in which a reader and `kubectl apply` like them. */
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { conditionOf } from '../objects/conditions';
import { type Check, checksOf } from '../objects/checks';
import { KubeObject } from '../objects/kube-object';
import type { Expr } from '../values/expression';
import type { Node } from '../values/parts';
import { rehydrate } from '../values/token';
import { checksOfNames } from './names';

export interface Collected {
  /** The path of the construct. */
  readonly path: string;
  /** The id of the part of the system that the object belongs to: its file or folder. */
  readonly tier: string;
  /** A name within the tier: the kind, and what tells it from others of its kind. */
  readonly file: string;
  readonly condition: Expr<boolean>;
  readonly tree: Node;
}

/** What others need comes first; what acts on others comes last. */
const ORDER = [
  'Namespace',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'NetworkPolicy',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
];

function rank(kind: string): number {
  const place = ORDER.indexOf(kind);
  return place < 0 ? ORDER.length : place;
}

export function collectObjects(system: IConstruct): readonly Collected[] {
  return system.node.children.flatMap((tier) => {
    const objects = tier.node.findAll().filter((construct) => construct instanceof ApiObject);
    objects.sort((a, b) => rank(a.kind) - rank(b.kind));
    const names = fileNames(objects, tier);
    const files = new Set<string>();
    return objects.map((object) => ({
      path: object.node.path,
      tier: tier.node.id,
      file: unused(names(object), files, object),
      condition: conditionOf(object),
      tree: treeOf(object),
    }));
  });
}

/** @throws where another object has the file: a chart would lose one of them. */
function unused(file: string, files: Set<string>, { node }: ApiObject): string {
  if (files.has(file))
    throw new Error(`${node.path}: another object of the tier is in the file ${file}; give it an id of its own.`);
  files.add(file);
  return file;
}

function treeOf(object: ApiObject): Node {
  return object instanceof KubeObject ? object.written : rehydrate(object.toJson(), object.node.path);
}

/** `statefulset`, or `primary-statefulset` where the tier has more than one, or `primary-service-read` where that is not enough. */
function fileNames(objects: readonly ApiObject[], tier: IConstruct): (object: ApiObject) => string {
  const depth = tier.node.scopes.length;
  const owned = (object: ApiObject): string =>
    `${object.node.scopes[depth]?.node.id ?? ''}-${object.kind.toLowerCase()}`;
  const ofKind = counted(objects.map(({ kind }) => kind));
  const ofOwner = counted(objects.map(owned));
  return (object) => {
    const kind = object.kind.toLowerCase();
    if (ofKind.get(object.kind) === 1) return kind;
    const name = owned(object);
    const tail = object.node.id.replace(new RegExp(`-?${kind}-?`), '');
    return ofOwner.get(name) === 1 || tail === '' ? name : `${name}-${tail}`;
  };
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export function collectChecks(system: IConstruct): readonly Check[] {
  return [...system.node.findAll().flatMap(checksOf), ...checksOfNames(system)];
}
