/** What a chart's schema says of each value, and which changes of it break a values file or change what it gets. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../lib/values/expression';
import { isList, isObject } from '../../lib/values/json';

/** By path, as values.schema.json and the chart's README spell it: `a.b`, `list[].c`, `map.*.d`. */
export type ValueFacts = Readonly<Record<string, JsonObject>>;

/** Every value of a JSON schema without `$ref`: its type, default and bounds, and whether a file must give it. */
export function valueFacts(schema: JsonObject): ValueFacts {
  return Object.fromEntries(factsIn(schema, '', false));
}

/** The facts of plain data: each leaf is its own default. A list is a leaf. */
export function dataFacts(data: JsonObject): ValueFacts {
  return Object.fromEntries(leavesOf(data, ''));
}

function leavesOf(value: Json, path: string): [string, JsonObject][] {
  if (!isObject(value)) return [[path, { default: value }]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, join(path, key)));
}

function factsIn(schema: JsonObject, path: string, required: boolean): [string, JsonObject][] {
  const { properties, items, patternProperties, additionalProperties, required: names, ...own } = schema;
  const inElement = /\[\]|\.\*/.test(path);
  const facts: [string, JsonObject][] = [];
  if (isObject(properties)) {
    // Elsewhere what is required need only not be null: its default stands in for it.
    const must = (key: string, of: JsonObject): boolean =>
      isList(names) && names.includes(key) && (inElement || (of.default === undefined && !isObject(of.properties)));
    for (const [key, of] of Object.entries(properties))
      if (isObject(of)) facts.push(...factsIn(of, join(path, key), must(key, of)));
  }
  if (isObject(items)) facts.push(...factsIn(items, `${path}[]`, false));
  if (isObject(additionalProperties)) facts.push(...factsIn(additionalProperties, `${path}.*`, false));
  const [keys, element] = isObject(patternProperties) ? (Object.entries(patternProperties)[0] ?? []) : [];
  if (isObject(element)) facts.push(...factsIn(element, `${path}.*`, false));
  const { description: _description, $schema: _dialect, ...bounds } = own;
  const said = { ...bounds, ...(keys === undefined ? {} : { keys }), ...(required ? { required } : {}) };
  return path === '' ? facts : [[path, said], ...facts];
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

// ---- What breaks ---------------------------------------------------------------------------------------------------

const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** A sentence for each change by which a file that was taken is refused, does nothing, or gets something else. */
export function brokenValues(before: ValueFacts, after: ValueFacts): readonly string[] {
  return [
    ...Object.entries(before).flatMap(([path, was]) => {
      const is = after[path];
      if (is === undefined) return [`${path} is no more; its default was ${print(was.default)}`];
      return [...changedDefault(path, was, is, after), ...narrowed(was, is).map((what) => `${path}: ${what}`)];
    }),
    ...Object.entries(after)
      .filter(([path, { required }]) => required === true && !(path in before) && isKnown(containerOf(path), before))
      .map(([path]) => `${path} is new and must be given`),
  ];
}

function changedDefault(path: string, was: JsonObject, is: JsonObject, all: ValueFacts): readonly string[] {
  if (isDeepStrictEqual(was.default, is.default)) return [];
  if (isTag(path, all) && lineOf(was.default) === lineOf(is.default)) return [];
  return [`${path}: its default was ${print(was.default)} and is ${print(is.default)}`];
}

function narrowed(was: JsonObject, is: JsonObject): readonly string[] {
  const found: string[] = [];
  const say = (keyword: string): number =>
    found.push(`${keyword} was ${print(was[keyword])} and is ${print(is[keyword])}`);
  for (const keyword of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (keyword !== 'default' && isNarrower(keyword, was[keyword], is[keyword])) say(keyword);
  }
  return found;
}

/** Whether a bound refuses what it has taken. Of a pattern that differs nobody can tell, so it does. */
function isNarrower(keyword: string, was: Json | undefined, is: Json | undefined): boolean {
  if (isDeepStrictEqual(was, is)) return false;
  if (keyword === 'type') return !typesOf(was).every((type) => typesOf(is).includes(type));
  if (is === undefined) return false;
  if (was === undefined) return true;
  if (isList(was) && isList(is)) return !was.every((choice) => is.includes(choice));
  if (typeof was !== 'number' || typeof is !== 'number') return true;
  return LEAST.includes(keyword) ? is > was : !MOST.includes(keyword) || is < was;
}

function typesOf(type: Json | undefined): readonly unknown[] {
  const types: readonly unknown[] = isList(type) ? type : [type];
  return types.includes('number') ? [...types, 'integer'] : types;
}

/** What holds a value of an element: the list or map around it. A file that does not have that need not give the value. */
const containerOf = (path: string): string => /^(.*)(?:\[\]|\.\*)/.exec(path)?.[1] ?? '';
const isKnown = (container: string, facts: ValueFacts): boolean => container === '' || container in facts;

// ---- Images --------------------------------------------------------------------------------------------------------

function isTag(path: string, facts: ValueFacts): boolean {
  return path.endsWith('.tag') && path.replace(/tag$/, 'repository') in facts;
}

/**
 * What the tags of one line of versions have in common: `17-trixie` of `17.11-trixie`, `v0.29` of `v0.29.1`. A newer
 * patch of an image is no other default.
 */
function lineOf(tag: Json | undefined): string {
  const text = print(tag);
  const [line = ''] = /\d+/.exec(text)?.[0] === '0' ? (/0(?:\.\d+)?/.exec(text) ?? []) : (/\d+/.exec(text) ?? []);
  return `${line} ${text.replace(/[\d.]+/g, ' ')}`;
}

const print = (value: Json | undefined): string => (value === undefined ? 'not there' : JSON.stringify(value));
