/** JSON patches (RFC 6902), of plain data and of trees. */
import { JsonPatch } from 'cdk8s';
import { isScalar } from '../values/expression';
import { isList, isObject } from '../values/json';
import { Late, type Node, type NodeMap, isMap } from '../values/parts';
import { fromString, rehydrate } from '../values/token';

/** Operations that ask for something at their place. */
const OF_WHAT_IS_THERE = ['remove', 'replace', 'test'];
/** Stands for a part of a tree while what is around it is patched: cdk8s patches plain data. */
const PART = /^cdk8s-tiers-part-(\d+)-$/;

/**
 * A tree with patches applied. What depends on values stays in its place, or is moved, copied or replaced as a whole.
 * @param path of the construct
 * @throws where a patch leads to nothing, or into what depends on values
 */
export function patchTree(tree: NodeMap, patches: readonly JsonPatch[], path: string): NodeMap {
  if (patches.length === 0) return tree;
  const parts: Node[] = [];
  const data = patchData(outlineOf(tree, parts), patches, path);
  const node = rehydrate(data, path, (text) => {
    const [, part] = PART.exec(text) ?? [];
    return part === undefined ? fromString(text, path) : parts[Number(part)];
  });
  if (!isMap(node)) throw new TypeError(`${path}: its JSON patches leave no object`);
  return node;
}

/**
 * Plain data with patches applied, one after the other.
 * @throws where a patch leads to nothing
 */
export function patchData(data: unknown, patches: readonly JsonPatch[], path: string): unknown {
  if (patches.length === 0) return data;
  // cdk8s changes what it patches, and objects may share parts of theirs.
  const own: unknown = structuredClone(data);
  return patches.reduce<unknown>((document, patch) => {
    const operation: unknown = patch._toJson();
    try {
      demandPlaces(document, operation);
      return JsonPatch.apply(document, patch);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new TypeError(`${path}: the JSON patch ${JSON.stringify(operation)} cannot be applied: ${why}`);
    }
  }, own);
}

/** The library itself would pass over a place that is not there. */
function demandPlaces(document: unknown, operation: unknown): void {
  const { op, path, from } = isObject(operation) ? operation : {};
  if (typeof from === 'string') demandPlace(document, from, true);
  if (typeof path === 'string') demandPlace(document, path, typeof op === 'string' && OF_WHAT_IS_THERE.includes(op));
}

/** @param pointer such as `/spec/template/spec/volumes/-` */
function demandPlace(document: unknown, pointer: string, isThere: boolean): void {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let here = document;
  let place = '';
  keys.forEach((key, i) => {
    const next = `${place}/${key}`;
    const mayBeNew = i === keys.length - 1 && !isThere;
    if (isPart(here)) throw new Error(`${place} depends on values; replace it as a whole`);
    if (isList(here)) {
      const isEnd = mayBeNew && (key === '-' || key === String(here.length));
      if (!isEnd && !(/^\d+$/.test(key) && Number(key) < here.length)) throw new Error(`${next} is not there`);
      if (key !== '-' && here.slice(0, Number(key)).some(isPart))
        throw new Error(`${next} counts items that depend on values; add to the end, ${place}/-, or replace the list`);
      here = here[Number(key)];
    } else {
      if (!isObject(here)) throw new Error(`${place} is ${JSON.stringify(here)}`);
      if (!mayBeNew && !Object.hasOwn(here, key)) throw new Error(`${next} is not there`);
      here = here[key];
    }
    place = next;
  });
}

function isPart(value: unknown): boolean {
  return typeof value === 'string' && PART.test(value);
}

/** Plain data of the form of a tree. */
function outlineOf(node: Node, parts: Node[]): unknown {
  if (isScalar(node)) return node;
  if (node instanceof Late) return outlineOf(node.node, parts);
  if (isList(node)) return node.filter((item) => item !== undefined).map((item) => outlineOf(item, parts));
  if (!isMap(node)) return `cdk8s-tiers-part-${String(parts.push(node) - 1)}-`;
  const entries = Object.entries(node).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, outlineOf(item, parts)]));
}
