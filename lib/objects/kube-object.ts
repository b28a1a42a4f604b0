/** Kubernetes objects whose fields may be expressions. */
import { ApiObject, type ApiObjectMetadataDefinition, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import { LITERALS, literalOf } from '../values/expression';
import { Merge, type Node, type NodeMap, type Tree, isMap } from '../values/parts';
import { rehydrate } from '../values/token';
import { evaluate } from '../values/tree';
import { AddedMetadata } from './added-metadata';
import { conditionOf } from './conditions';
import { demandOneCopy } from './one-copy';
import { patchData, patchTree } from './patches';

interface ObjectKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/**
 * An object of the Kubernetes API, written as a tree: `new KubeObject<Service>(this, 'service', { apiVersion: 'v1', … })`.
 * With literals alone it is an ordinary ApiObject in anyone's app.
 *
 * An object in a scope whose condition is literally false is not made.
 */
export class KubeObject<T extends ObjectKind = ObjectKind> extends ApiObject {
  /** The object, with expressions for what depends on values. */
  readonly tree: NodeMap;

  /** The namespace and labels of the chart, and all that is added here, are in both readings. */
  override readonly metadata: ApiObjectMetadataDefinition;

  private readonly added: AddedMetadata;
  private readonly operations: JsonPatch[] = [];

  /** ApiObject's own test would take every ApiObject for one of these. */
  static override [Symbol.hasInstance](construct: unknown): construct is KubeObject {
    return ApiObject.isApiObject(construct) && 'tree' in construct;
  }

  constructor(scope: Construct, id: string, tree: Tree<T> & { readonly apiVersion: string; readonly kind: string }) {
    const node: Node = tree;
    // A name that is known only at output has the construct's id stand for it: cdk8s would compute a hash.
    super(scope, id, { apiVersion: tree.apiVersion, kind: tree.kind, metadata: { name: nameIn(node) ?? id } });
    this.metadata = this.added = new AddedMetadata(this);
    demandOneCopy(this);
    if (!isMap(node)) throw new TypeError(`${this.node.path}: an object is written as a map`);
    this.tree = node;
    if (literalOf(conditionOf(scope)) === false) scope.node.tryRemoveChild(id);
  }

  /**
   * Patches (RFC 6902) of the object as it is written, in the order in which they are added. In a system they reach what
   * is written out, and replace what depends on values as a whole.
   */
  override addJsonPatch(...operations: JsonPatch[]): void {
    this.operations.push(...operations);
  }

  /**
   * The tree with all that was added to the object: what both readings of a system take.
   * @throws where a patch leads to nothing, or into what depends on values
   */
  get written(): NodeMap {
    return patchTree(this.added.isAny ? this.withMetadata() : this.tree, this.operations, this.node.path);
  }

  /** No label and no annotation that was added may be there already. */
  private withMetadata(): NodeMap {
    const { name: _, ...added } = asObject(this.metadata.toJson());
    const { metadata } = this.tree;
    const given = isMap(metadata) ? metadata : {};
    const more = Object.entries(added).map(([key, value]): [string, Node] => {
      const node = rehydrate(value, this.node.path);
      const isUnited = given[key] !== undefined && (key === 'labels' || key === 'annotations');
      return [key, isUnited ? new Merge([given[key], node]) : node];
    });
    return { ...this.tree, metadata: { ...given, ...Object.fromEntries(more) } };
  }

  /**
   * The object as plain data, with the namespace and labels of its chart and all that was added to it.
   * @throws where an expression is left, naming the value, or a patch leads to nothing
   */
  override toJson(): unknown {
    const object = asObject(evaluate(this.tree, LITERALS));
    const { name: _, namespace, ...added } = asObject(this.metadata.toJson());
    const { name, ...metadata } = asObject(object.metadata);
    const merged = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...metadata,
      ...added,
      ...union('labels', metadata, added),
      ...union('annotations', metadata, added),
    };
    return patchData({ ...object, metadata: merged }, this.operations, this.node.path);
  }
}

function nameIn(tree: Node): string | undefined {
  const metadata = isMap(tree) ? tree.metadata : undefined;
  const name = isMap(metadata) ? metadata.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** One map out of two objects, where either has it. */
function union(key: string, ...objects: readonly Fields[]): Fields {
  const entries = objects.flatMap((object) => Object.entries(asObject(object[key])));
  return entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) };
}
