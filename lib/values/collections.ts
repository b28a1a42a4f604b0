/** What a list or map has in it. */
import { type Expr, type Input, toExpr } from './expression';
import { compareBytes } from './hashes';
import { operation } from './operation';

/** Whether a list or map has an entry. */
export const isNotEmpty = operation({
  name: 'isNotEmpty',
  kind: 'bool',
  evaluate: (value: readonly unknown[] | Readonly<Record<string, unknown>>) => Object.keys(value).length > 0,
  toGoTemplate: ([value]) => `not (empty ${value})`,
  toGoCondition: ([value]) => value,
});

/** Whether a map has a key. */
export const hasKey = operation({
  name: 'hasKey',
  kind: 'bool',
  evaluate: (map: Readonly<Record<string, unknown>>, key: string) => Object.hasOwn(map, key),
  toGoTemplate: ([map, key]) => `hasKey ${map} ${key}`,
});

const pickedKeys = operation({
  name: 'keysAmong',
  kind: 'string',
  evaluate: (map: Readonly<Record<string, unknown>>, keys: readonly string[]) =>
    keys
      .filter((key) => Object.hasOwn(map, key))
      .sort(compareBytes)
      .join(', '),
  toGoTemplate: ([map, keys]) => `pick ${map} ${keys.slice('(list '.length, -1)} | keys | sortAlpha | join ", "`,
});

/** Those of some keys that a map has, as a text: `A, B`. */
export function keysAmong(map: Input<Readonly<Record<string, unknown>>>, keys: readonly string[]): Expr<string> {
  return keys.length === 0 ? toExpr('') : pickedKeys(map, keys);
}

/** Those keys of a map that a pattern describes whole, as a text: `a, b`. It means the same in Go, and no line break. */
export const keysLike = operation({
  name: 'keysLike',
  kind: 'string',
  evaluate: (map: Readonly<Record<string, unknown>>, pattern: string) =>
    Object.keys(map)
      .filter((key) => new RegExp(`^(?:${pattern})$`, 'u').test(key))
      .sort(compareBytes)
      .join(', '),
  toGoTemplate: ([map, pattern]) =>
    `join ", " (regexFindAll (printf "(?m)^(?:%s)$" ${pattern}) (keys ${map} | sortAlpha | join "\\n") -1)`,
});

/** How many entries a list or map has. */
export const sizeOf = operation({
  name: 'sizeOf',
  kind: 'int',
  least: () => 0,
  evaluate: (value: readonly unknown[] | Readonly<Record<string, unknown>>) => Object.keys(value).length,
  toGoTemplate: ([value]) => `len ${value} | int64`,
});

/** Names that more than one of a map's entries has, as a text: `a, b`. */
export const repeatedNames = operation({
  name: 'repeatedNames',
  kind: 'string',
  evaluate: (map: Readonly<Record<string, unknown>>) => {
    const names = Object.values(map).map((entry) =>
      typeof entry === 'object' && entry !== null && 'name' in entry ? String(entry.name) : '',
    );
    const repeated = names.filter((name, place) => names.indexOf(name) < place);
    return [...new Set(repeated)].sort(compareBytes).join(', ');
  },
  toGoTemplate: ([map], go) => `include "${go.helper('repeatedNames')}" ${map}`,
});

/** Numbers that more than one item of a list has in a field, as a text: `1, 2`. */
export const repeatedNumbers = operation({
  name: 'repeatedNumbers',
  kind: 'string',
  evaluate: (list: readonly unknown[], field: string) => {
    const numbers = list.map((item) => Number(fieldOf(item, field)));
    return [...new Set(numbers.filter((number, place) => numbers.indexOf(number) < place))].join(', ');
  },
  toGoTemplate: ([list, field], go) =>
    `include "${go.helper('repeatedNumbers')}" (dict "list" ${list} "field" ${field})`,
});

/** The largest number of a list; 0 for an empty one, and at the least. */
export const largest = operation({
  name: 'largest',
  kind: 'int',
  least: () => 0,
  evaluate: (numbers: readonly unknown[]) => Math.max(0, ...numbers.map(Number)),
  toGoTemplate: ([numbers], go) => `include "${go.helper('largest')}" ${numbers} | int64`,
});

/** The sum of a field that the entries of a map have. */
export const sumOfField = operation({
  name: 'sumOfField',
  kind: 'int',
  least: () => 0,
  evaluate: (map: Readonly<Record<string, unknown>>, field: string) =>
    Object.values(map).reduce<number>((sum, entry) => sum + Number(fieldOf(entry, field)), 0),
  toGoTemplate: ([map, field], go) =>
    `include "${go.helper('sumOfField')}" (dict "map" ${map} "field" ${field}) | int64`,
});

/** Whether an item of a list has this number in a field. */
export const hasItemWith = operation({
  name: 'hasItemWith',
  kind: 'bool',
  evaluate: (list: readonly unknown[], field: string, value: number) =>
    list.some((item) => fieldOf(item, field) === value),
  toGoTemplate: ([list, field, value], go) =>
    `contains "x" (include "${go.helper('hasItemWith')}" (dict "list" ${list} "field" ${field} "value" ${value}))`,
});

function fieldOf(entry: unknown, field: string): unknown {
  return typeof entry === 'object' && entry !== null ? new Map(Object.entries(entry)).get(field) : undefined;
}
