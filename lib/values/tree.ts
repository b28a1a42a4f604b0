/** Making the parts of a tree, and its plain reading. The Helm reading is in lib/output/helm. */
import type { z } from 'zod';
import { isNotEmpty } from './collections';
import {
  type Expr,
  type Input,
  type Json,
  type JsonObject,
  type Scalar,
  type Scope,
  isExpr,
  literalOf,
  toExpr,
} from './expression';
import { compareBytes } from './hashes';
import { isJson, isList, isObject } from './json';
import { and, isSet, not, or } from './logic';
import { scopesOf } from './loops';
import { once } from './once';
import {
  Each,
  EachEntry,
  Entry,
  Fragment,
  type FragmentDefinition,
  type Items,
  Keep,
  Late,
  Merge,
  type Node,
  type NodeMap,
  Passage,
  Text,
  type Tree,
  When,
  isMap,
} from './parts';
import { evaluatePassage, evaluatePassageItems } from './passage';
import { ListReference, MapReference, type Values, Variable, parameter } from './reference';
import { evaluateText } from './text';
import { literal, typedBySchema } from './unchecked';

const ALWAYS = toExpr(true);
const NEVER = toExpr(false);

/**
 * The part if the condition holds, else the other or nothing.
 * A literal condition is decided at once.
 */
export function when<T>(condition: Input<boolean>, then: Tree<T>): When<T> | undefined;
export function when<T>(condition: Input<boolean>, then: Tree<T>, otherwise: Tree<T>): When<T>;
export function when(condition: Input<boolean>, then: Node, otherwise?: Node): When | undefined {
  const known = literalOf(condition);
  if (known === undefined) return new When(toExpr(condition), then, otherwise);
  const part = known ? then : otherwise;
  return part === undefined ? undefined : new When(ALWAYS, part, undefined);
}

/** A nullable value where it is set, and nothing where it is null. */
export function whenSet<T extends Scalar>(value: Input<T | null> | undefined): When<T> | undefined {
  if (value === undefined || value === null) return undefined;
  return new When(isExpr(value) ? isSet(value) : ALWAYS, value, undefined);
}

/** What the body of a loop sees of an element of a literal list or map. */
export type Element<T> = [T] extends [Scalar | null | undefined]
  ? Input<Exclude<T, undefined>>
  : T extends readonly (infer E)[]
    ? ListInput<E>
    : string extends keyof T
      ? MapInput<T[string & keyof T]>
      : { readonly [K in keyof T]: Element<T[K]> };
/** A literal list, or one that is known only at output. */
export type ListInput<T> = readonly T[] | ListReference<Element<T>>;
/** A literal map, or one that is known only at output. */
export type MapInput<T> = Readonly<Record<string, T>> | MapReference<Element<T>>;

/** One item for each element of a list. Spread it into a list: `[...each(hosts, (host) => ({ host }))]`. */
export function each<E, U>(list: ListReference<E>, body: (item: E, index: Input<number>) => Tree<U>): Items<U>;
export function each<T, U>(list: ListInput<T>, body: (item: Element<T>, index: Input<number>) => Tree<U>): Items<U>;
export function each<E, U>(
  list: readonly E[] | ListReference<E>,
  body: (item: E, index: Input<number>) => Tree<U>,
): Items<U> {
  if (!(list instanceof ListReference)) return list.map((item, index) => body(item, index));
  const [item, element] = list.item();
  const index = new Variable<number>('int', `${item.name}Index`);
  return [new Each<U>(list, item, index, body(element, index))];
}

/** One item for each entry of a map, by the order of its keys' bytes. */
export function eachPair<E, U>(map: MapReference<E>, body: (key: Input<string>, item: E) => Tree<U>): Items<U>;
export function eachPair<T, U>(map: MapInput<T>, body: (key: Input<string>, item: Element<T>) => Tree<U>): Items<U>;
export function eachPair<E, U>(
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: (key: Input<string>, item: E) => Tree<U>,
): Items<U> {
  if (!(map instanceof MapReference)) {
    const entries = Object.entries(map).sort(([a], [b]) => compareBytes(a, b));
    return entries.map(([key, item]) => body(key, item));
  }
  const [item, element] = map.item();
  const key = new Variable<string>('string', 'key');
  return [new Each<U>(map, item, key, body(key, element))];
}

/** One item for each number from 0 to below the count. */
export function times<U>(count: Input<number>, body: (index: Input<number>) => Tree<U>): Items<U> {
  const literal = literalOf(count);
  if (literal !== undefined) return Array.from({ length: literal }, (_, index) => body(index));
  const index = new Variable<number>('int', 'index');
  return [new Each<U>(toExpr(count), index, index, body(index))];
}

type Pair<U> = readonly [key: Input<string>, part: Tree<U>];

/** One entry for each entry of a map, to be given to `merge`. */
export function eachEntry<E, U>(
  map: MapReference<E>,
  body: (key: Input<string>, item: E) => Pair<U>,
): Merge<Record<string, U>>;
export function eachEntry<T, U>(
  map: MapInput<T>,
  body: (key: Input<string>, item: Element<T>) => Pair<U>,
): Merge<Record<string, U>>;
export function eachEntry<E, U>(
  map: Readonly<Record<string, E>> | MapReference<E>,
  body: (key: Input<string>, item: E) => Pair<U>,
): Merge<Record<string, U>> {
  if (!(map instanceof MapReference)) {
    const entries = Object.entries(map).map(([key, item]) => body(key, item));
    return new Merge([
      Object.fromEntries(entries.map(([key, part]): [string, Node] => [String(literalOf(key)), part])),
    ]);
  }
  const [item, element] = map.item();
  const index = new Variable<string>('string', 'key');
  const [key, part] = body(index, element);
  return new Merge([new EachEntry(map, item, index, toExpr(key), part)]);
}

/** An entry whose key is an input, to be given to `merge`. */
export function entry<U>(key: Input<string>, part: Tree<U>): Merge<Record<string, U>> {
  const literal = literalOf(key);
  return new Merge([literal === undefined ? new Entry(toExpr(key), part) : { [literal]: part }]);
}

/** Entries of several maps as one map. */
export function merge<T>(...parts: readonly (Tree<Partial<T>> | undefined)[]): Merge<T> {
  return new Merge<T>(parts);
}

/**
 * A map or list that stays when all of its parts are absent.
 * @throws where it is neither written out nor merged.
 */
export function keep<T>(part: Tree<T>): Keep<T> {
  const node: Node = part;
  if (isList(node) || isMap(node) || node instanceof Merge) return new Keep<T>(node);
  throw new TypeError('keep() takes a map or list that is written out, or merge()');
}

/** A part that is built when it is first read: for lists that connections add to. */
export function late<T>(build: () => Tree<T>): Late<T> {
  return new Late<T>(build);
}

type Given<P extends Readonly<Record<string, z.ZodType>>> = {
  readonly [K in keyof P]: Values<P[K]> | Element<z.output<P[K]>>;
};

/** Defines a part that several objects share. In the chart it is a named template of this name. */
export function fragment<T, const P extends Readonly<Record<string, z.ZodType>>>(
  name: string,
  comment: string,
  parameters: P,
  body: (given: Given<P>) => Tree<T>,
): (given: Given<P>) => Fragment<T> {
  const definition: FragmentDefinition = {
    name,
    comment,
    parameters,
    body: (given) => body(typedBySchema<Given<P>>(given)),
  };
  return (given) => new Fragment<T>(definition, given);
}

/** The parameters of a fragment as its named template sees them: fields of the map that the caller passes. */
export function parametersOf(definition: FragmentDefinition): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(definition.parameters).map(([name, schema]) => [name, parameter(schema, name)]),
  );
}

// ---- Presence ------------------------------------------------------------------------------------------------------

const presences = once(presenceOf);

/** The condition under which a part is there at all. */
export function presence(node: Node): Expr<boolean> {
  if (node === undefined) return NEVER;
  if (typeof node !== 'object') return ALWAYS;
  return presences(node);
}

function presenceOf(node: Exclude<Node, Scalar | undefined>): Expr<boolean> {
  if (isExpr(node)) return isCollection(node) ? isNotEmpty(node) : ALWAYS;
  if (node instanceof Text || node instanceof Passage || node instanceof Keep) return ALWAYS;
  if (node instanceof When) {
    return or(and(node.condition, presence(node.then)), and(not(node.condition), presence(node.otherwise)));
  }
  if (node instanceof Each) {
    if (literalOf(presence(node.body)) !== true) {
      throw new TypeError(
        `the items of a loop over ${node.over.describe()} may all be absent: keep() the list, or make its items present`,
      );
    }
    return isCollection(node.over) ? isNotEmpty(node.over) : ALWAYS;
  }
  if (node instanceof EachEntry) return isNotEmpty(node.over);
  if (node instanceof Entry) return presence(node.body);
  if (node instanceof Fragment) return presence(node.body());
  if (node instanceof Late) return presence(node.node);
  const children: readonly Node[] = node instanceof Merge ? node.parts : Object.values(node);
  if ((isMap(node) && isEmpty(node)) || children.some((child) => literalOf(presence(child)) === true)) return ALWAYS;
  return or(...children.map(presence));
}

function isCollection(expression: Expr<unknown>): expression is Expr<readonly unknown[]> | Expr<JsonObject> {
  return expression.kind === 'list' || expression.kind === 'map';
}

// ---- The plain reading ---------------------------------------------------------------------------------------------

/** What a tree is for one environment, or undefined where it is absent. It shares with the tree what is literal there. */
export function evaluate(node: Node, scope: Scope): Json | undefined {
  if (typeof node !== 'object') return node;
  if (isMap(node)) {
    const result = evaluateMap(node, scope);
    // `{}` means something to Kubernetes, as in `emptyDir: {}`; an empty list means no list.
    return isEmpty(result) && !isEmpty(node) ? undefined : result;
  }
  if (isList(node)) return pruned(evaluateList(node, scope));
  if (isExpr(node)) return pruned(jsonOf(node, scope));
  if (node instanceof Text) return evaluateText(node, scope);
  if (node instanceof Passage) return evaluatePassage(node, scope);
  if (node instanceof When) return evaluate(node.condition.evaluate(scope) ? node.then : node.otherwise, scope);
  if (node instanceof Fragment) return evaluate(node.body(), scope);
  if (node instanceof Late) return evaluate(node.node, scope);
  if (node instanceof Keep)
    return isList(node.part) ? evaluateList(node.part, scope) : evaluateEntries(node.part, scope);
  if (node instanceof Merge) return pruned(evaluateEntries(node, scope));
  if (node instanceof Entry) throw new TypeError('an entry stands only in merge()');
  if (node instanceof Each || node instanceof EachEntry) {
    throw new TypeError('a loop stands only in a list or in merge()');
  }
  throw foreign(node);
}

function jsonOf(expression: Expr<unknown>, scope: Scope): Json {
  const value = expression.evaluate(scope);
  if (isJson(value)) return value;
  throw new TypeError(`${expression.describe()} is nothing that a manifest can hold`);
}

function pruned(value: Json): Json | undefined {
  return typeof value === 'object' && value !== null && isEmpty(value) ? undefined : value;
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** A map of literals alone stands for itself; of another, only what differs is made anew. */
function evaluateMap(node: NodeMap, scope: Scope): JsonObject {
  let made: Record<string, Json> | undefined;
  for (const key in node) {
    const value = evaluate(node[key], scope);
    if (made === undefined) {
      if (value !== undefined && value === node[key]) continue;
      made = {};
      for (const before in node) {
        if (before === key) break;
        addEntry(made, before, evaluate(node[before], scope));
      }
    }
    addEntry(made, key, value);
  }
  return made ?? literal(node);
}

/** A list of literals alone stands for itself, too. */
function evaluateList(items: readonly Node[], scope: Scope): readonly Json[] {
  let made: Json[] | undefined;
  for (const [i, item] of items.entries()) {
    const value = isRun(item) ? undefined : evaluate(item, scope);
    if (made === undefined) {
      if (value !== undefined && value === item) continue;
      made = [...literal(items.slice(0, i))];
    }
    if (isRun(item)) addItems(made, item, scope);
    else if (value !== undefined) made.push(value);
  }
  return made ?? literal(items);
}

/** Any number of items of the list around it. */
function isRun(item: Node): item is When | Each | Late | Passage | readonly Node[] {
  if (typeof item !== 'object') return false;
  return (
    isList(item) || item instanceof When || item instanceof Each || item instanceof Late || item instanceof Passage
  );
}

function evaluateEntries(part: Node, scope: Scope): JsonObject {
  const map: Record<string, Json> = {};
  addEntries(map, part, scope);
  return map;
}

function addEntries(map: Record<string, Json>, part: Node, scope: Scope): void {
  if (typeof part !== 'object') return;
  if (isMap(part)) for (const key in part) addEntry(map, key, evaluate(part[key], scope));
  else if (part instanceof When) addEntries(map, part.condition.evaluate(scope) ? part.then : part.otherwise, scope);
  else if (part instanceof Merge) for (const inner of part.parts) addEntries(map, inner, scope);
  else if (part instanceof Keep) addEntries(map, part.part, scope);
  else if (part instanceof Fragment) addEntries(map, part.body(), scope);
  else if (part instanceof Late) addEntries(map, part.node, scope);
  else if (part instanceof Entry) addEntry(map, part.key.evaluate(scope), evaluate(part.body, scope));
  else if (part instanceof EachEntry)
    for (const inner of scopesOf(part, scope)) addEntry(map, part.key.evaluate(inner), evaluate(part.body, inner));
  else if (isExpr(part)) {
    const value = jsonOf(part, scope);
    if (isObject(value)) for (const key in value) addEntry(map, key, value[key]);
  } else throw foreign(part);
}

function foreign(part: object): TypeError {
  return new TypeError(
    `a tree holds plain data and parts made by this copy of cdk8s-tiers, not ${part.constructor.name}`,
  );
}

function addEntry(map: Record<string, Json>, key: string, value: Json | undefined): void {
  if (value === undefined) return;
  if (Object.hasOwn(map, key)) throw new Error(`the key "${key}" is set twice`);
  // An assignment would take this one for the map's prototype.
  if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true });
  else map[key] = value;
}

function addItems(list: Json[], item: Node, scope: Scope): void {
  if (item instanceof When) addItems(list, item.condition.evaluate(scope) ? item.then : item.otherwise, scope);
  else if (item instanceof Each) for (const inner of scopesOf(item, scope)) addItems(list, item.body, inner);
  else if (item instanceof Late) addItems(list, item.node, scope);
  else if (item instanceof Passage) list.push(...evaluatePassageItems(item, scope));
  else if (isList(item)) for (const inner of item) addItems(list, inner, scope);
  else {
    const value = evaluate(item, scope);
    if (value !== undefined) list.push(value);
  }
}
