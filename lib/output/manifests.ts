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
  private readonly objects: readonly Collected[];
  private readonly checks: readonly Check[];

  constructor(system: IConstruct) {
    this.objects = collectObjects(system);
    this.checks = collectChecks(system);
  }

  /**
   * The objects of one environment, by tier.
   * @throws with every check that fails.
   */
  evaluate(values: JsonObject, release: Release): ReadonlyMap<string, readonly Json[]> {
    const tiers = [...this.evaluated(values, release)];
    return new Map(tiers.map(([tier, objects]) => [tier, objects.map(({ object }) => object)]));
  }

  private evaluated(values: JsonObject, release: Release): ReadonlyMap<string, readonly Evaluated[]> {
    const failed = this.failures(values, release);
    if (failed.length > 0) throw new Error(failed.join('\n'));
    const scope: Scope = { values, release, variables: new Map() };
    const tiers = new Map<string, Evaluated[]>();
    for (const { path, tier, condition, tree } of this.objects) {
      const object = condition.evaluate(scope) ? evaluate(tree, scope) : undefined;
      if (object === undefined) continue;
      const documents = tiers.get(tier);
      if (documents) documents.push({ path, object });
      else tiers.set(tier, [{ path, object }]);
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
    const tiers = this.evaluated(values, release);
    const written = ({ path, object }: Evaluated): string =>
      writtenAt(path, () => emitDocument(withNamespace(object, release.namespace)));
    const files = new Map([...tiers].map(([tier, objects]) => [`${tier}.yaml`, joinDocuments(objects.map(written))]));
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
  const { name, ...rest } = metadata;
  return { ...object, metadata: { ...(name === undefined ? {} : { name }), namespace, ...rest } };
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
