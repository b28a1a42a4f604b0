/** The plain reading of a system: manifests for one environment, with a kustomization. */
import type { IConstruct } from 'constructs';
import { type Check, failures } from '../objects/checks';
import type { Json, JsonObject, Scope } from '../values/expression';
import { isObject } from '../values/json';
import { evaluate } from '../values/tree';
import type { PodSecurity } from './helm/source';
import { type Collected, collectChecks, collectObjects } from './collect';
import { emitDocument, joinDocuments, writtenAt } from './yaml';

/** What is installed: its name, and where. */
export interface Release {
  /** What the names of all objects begin with. */
  readonly name: string;
  /** Where its objects are. */
  readonly namespace: string;
}

/** An object of one environment, with the path of its construct. */
interface Evaluated {
  readonly path: string;
  readonly object: Json;
}

/** A system read once, for any number of environments. */
export class Manifests {
  private readonly tiers: ReadonlyMap<string, readonly Collected[]>;
  private readonly checks: readonly Check[];

  constructor(system: IConstruct) {
    this.tiers = grouped(collectObjects(system));
    this.checks = collectChecks(system);
  }

  /**
   * The objects of one environment, by tier.
   * @throws with every check that fails.
   */
  evaluate(values: JsonObject, release: Release): ReadonlyMap<string, readonly Json[]> {
    return this.byTier(values, release, (objects) => objects.map(({ object }) => object));
  }

  /** What is made of each tier's objects, as soon as they are evaluated: those of all tiers at a time take memory. */
  private byTier<T>(
    values: JsonObject,
    release: Release,
    made: (objects: readonly Evaluated[]) => T,
  ): ReadonlyMap<string, T> {
    const failed = this.failures(values, release);
    if (failed.length > 0) throw new Error(failed.join('\n'));
    const scope: Scope = { values, release, variables: new Map() };
    const tiers = new Map<string, T>();
    for (const [tier, all] of this.tiers) {
      const objects = all.flatMap(({ path, condition, tree }) => {
        const object = condition.evaluate(scope) ? evaluate(tree, scope) : undefined;
        return object === undefined ? [] : [{ path, object }];
      });
      if (objects.length > 0) tiers.set(tier, made(objects));
    }
    return tiers;
  }

  /** The messages of the checks that fail. */
  failures(values: JsonObject, release: Release): readonly string[] {
    return failures(this.checks, { values, release, variables: new Map() });
  }

  /**
   * The files of one environment: what `kubectl apply -k` takes.
   * @throws with every check that fails, and for what YAML cannot hold, behind the path of its construct.
   */
  files(values: JsonObject, release: Release, podSecurity: PodSecurity = 'restricted'): ReadonlyMap<string, string> {
    const written = ({ path, object }: Evaluated): string =>
      writtenAt(path, () => emitDocument(withNamespace(object, release.namespace)));
    const tiers = this.byTier(values, release, (objects) => joinDocuments(objects.map(written)));
    const files = new Map([...tiers].map(([tier, stream]) => [`${tier}.yaml`, stream]));
    files.set('namespace.yaml', emitDocument(namespaceObject(release.namespace, podSecurity)));
    const resources = ['namespace.yaml', ...[...tiers.keys()].map((tier) => `${tier}.yaml`)];
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: release.namespace,
      resources,
    };
    files.set('kustomization.yaml', emitDocument(kustomization));
    return files;
  }
}

function grouped(objects: readonly Collected[]): ReadonlyMap<string, readonly Collected[]> {
  const tiers = new Map<string, Collected[]>();
  for (const object of objects) {
    const tier = tiers.get(object.tier);
    if (tier) tier.push(object);
    else tiers.set(object.tier, [object]);
  }
  return tiers;
}

const CLUSTER_SCOPED = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'GatewayClass',
]);

/** The object with its namespace: by it an overlay that moves the system finds what refers to what. */
function withNamespace(object: Json, namespace: string): Json {
  if (!isObject(object)) return object;
  const { kind, metadata } = object;
  if (typeof kind !== 'string' || CLUSTER_SCOPED.has(kind) || !isObject(metadata)) return object;
  const { name } = metadata;
  const first = name === undefined ? { namespace } : { name, namespace };
  return { ...object, metadata: { ...first, ...metadata } };
}

/** A namespace that lets in only pods of a level of Pod Security. */
function namespaceObject(name: string, podSecurity: PodSecurity): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'pod-security.kubernetes.io/enforce': podSecurity,
        'pod-security.kubernetes.io/audit': podSecurity,
        'pod-security.kubernetes.io/warn': podSecurity,
      },
    },
  };
}
