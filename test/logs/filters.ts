/** Runs the filters of a pipeline: of each plugin the settings that the pipelines use, and no others. */
import { type Condition, type Operand, type Plugin, type Statement, type Value } from './conf';
import type { Event, Field } from './event';
import { grok } from './grok';
import { regexOf, replacementOf } from './regex';

/** @returns the plugins at the end, of which there is one in an output */
export async function run(
  statements: readonly Statement[],
  event: Event,
  each: (plugin: Plugin, event: Event) => Promise<void> | void = filter,
): Promise<void> {
  for (const statement of statements) {
    if ('plugin' in statement) await each(statement, event);
    else {
      const taken = statement.branches.find(({ condition }) => condition === undefined || holds(condition, event));
      if (taken) await run(taken.body, event, each);
    }
  }
}

// ---- Conditions ----------------------------------------------------------------------------------------------------

function holds(condition: Condition, event: Event): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, event));
  if ('any' in condition) return condition.any.some((part) => holds(part, event));
  if ('not' in condition) return !holds(condition.not, event);
  if ('operand' in condition) {
    const value = read(condition.operand, event);
    return value !== undefined && value !== null && value !== false;
  }
  const { left, operator, right } = condition;
  const value = read(left, event);
  if ('regex' in right) {
    const matches = typeof value === 'string' && regexOf(right.regex).test(value);
    return operator === '=~' ? matches : !matches;
  }
  const other = read(right, event);
  if (operator === '==') return value === other;
  if (operator === '!=') return value !== other;
  throw new Error(`these pipelines have no ${operator}`);
}

function read(operand: Operand, event: Event): unknown {
  if ('field' in operand) return event.get(operand.field);
  if ('value' in operand) return operand.value;
  if ('group' in operand) return holds(operand.group, event);
  throw new Error('a regular expression stands at the right');
}

// ---- Plugins -------------------------------------------------------------------------------------------------------

type Settings = Plugin['settings'];
/** @returns whether it succeeded: then what all filters can do is done */
type Filter = (settings: Settings, event: Event) => Promise<boolean> | boolean;

const COMMON = ['id', 'add_field', 'add_tag', 'remove_field'];

const FILTERS: Readonly<Record<string, { readonly settings: readonly string[]; readonly run: Filter }>> = {
  grok: { settings: ['match', 'pattern_definitions', 'tag_on_failure'], run: grokFilter },
  json: { settings: ['source', 'target', 'tag_on_failure'], run: jsonFilter },
  date: { settings: ['match', 'timezone', 'tag_on_failure'], run: dateFilter },
  mutate: { settings: ['rename', 'replace', 'gsub', 'lowercase', 'copy'], run: mutateFilter },
  prune: { settings: ['whitelist_names'], run: pruneFilter },
};

async function filter({ plugin, settings }: Plugin, event: Event): Promise<void> {
  const known = FILTERS[plugin];
  if (!known) throw new Error(`no filter ${plugin}`);
  const unknown = [...settings.keys()].filter((name) => ![...COMMON, ...known.settings].includes(name));
  if (unknown.length > 0) throw new Error(`${plugin}: nothing here knows of ${unknown.join(', ')}`);
  if (!(await known.run(settings, event))) {
    event.tag(...texts(settings.get('tag_on_failure') ?? []));
    return;
  }
  for (const [field, value] of pairs(settings.get('add_field'))) event.set(field, event.interpolate(value));
  const tags = texts(settings.get('add_tag') ?? []);
  if (tags.length > 0) event.tag(...tags);
  for (const field of texts(settings.get('remove_field') ?? [])) event.remove(field);
}

async function grokFilter(settings: Settings, event: Event): Promise<boolean> {
  const [[field, pattern] = ['', '']] = pairs(settings.get('match'));
  const text = event.get(field);
  if (typeof text !== 'string') return false;
  const found = await grok({
    definitions: Object.fromEntries(pairs(settings.get('pattern_definitions'))),
    pattern,
    text,
  });
  for (const [name, value] of Object.entries(found ?? {})) event.set(name, value);
  return found !== null;
}

function jsonFilter(settings: Settings, event: Event): boolean {
  const source = event.get(text(settings, 'source'));
  try {
    event.set(text(settings, 'target'), JSON.parse(typeof source === 'string' ? source : '') as Field);
    return true;
  } catch {
    return false;
  }
}

/** Joda's patterns that the pipelines have. */
const TIMES: Readonly<Record<string, RegExp>> = {
  ISO8601: /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/,
  'yyyy/MM/dd HH:mm:ss': /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)()()$/,
  'yyyy-MM-dd HH:mm:ss.SSS': /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})()$/,
};

function dateFilter(settings: Settings, event: Event): boolean {
  const [field = '', format = ''] = texts(settings.get('match') ?? []);
  const value = event.get(field);
  // Without the field it does nothing, and does not fail.
  if (value === undefined) return true;
  const zone = settings.get('timezone');
  if (zone !== undefined && zone !== 'UTC') throw new Error('these pipelines have no zone but UTC');
  const pattern = TIMES[format];
  if (!pattern) throw new Error(`no format ${format}`);
  const parts = pattern.exec(typeof value === 'string' ? value : '');
  if (!parts) return false;
  const [, year, month, day, hour, minute, second, fraction = '', offset = ''] = parts;
  const time = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}`;
  const parsed = new Date(`${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset === '' ? 'Z' : offset}`);
  if (Number.isNaN(parsed.getTime())) return false;
  event.set('@timestamp', parsed.toISOString());
  return true;
}

/** In the order in which Logstash does it, whatever the order in which it is written. */
function mutateFilter(settings: Settings, event: Event): boolean {
  for (const [from, to] of pairs(settings.get('rename'))) {
    const value = event.get(from);
    if (value === undefined) continue;
    event.remove(from);
    event.set(to, value);
  }
  for (const [field, value] of pairs(settings.get('replace'))) event.set(field, event.interpolate(value));
  const substitutions = texts(settings.get('gsub') ?? []);
  for (let i = 0; i < substitutions.length; i += 3) {
    const [field = '', pattern = '', replacement = ''] = substitutions.slice(i, i + 3);
    const value = event.get(field);
    if (typeof value === 'string') event.set(field, value.replace(regexOf(pattern), replacementOf(replacement)));
  }
  for (const field of texts(settings.get('lowercase') ?? [])) {
    const value = event.get(field);
    if (typeof value === 'string') event.set(field, value.toLowerCase());
  }
  for (const [from, to] of pairs(settings.get('copy'))) {
    const value = event.get(from);
    if (value !== undefined) event.set(to, value);
  }
  return true;
}

function pruneFilter(settings: Settings, event: Event): boolean {
  const kept = texts(settings.get('whitelist_names') ?? []).map((name) => new RegExp(name));
  for (const key of event.keys()) {
    if (key !== '@metadata' && !kept.some((name) => name.test(key))) event.remove(key);
  }
  return true;
}

// ---- Settings ------------------------------------------------------------------------------------------------------

function text(settings: Settings, name: string): string {
  const value = settings.get(name);
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}

function texts(value: Value): readonly string[] {
  const items = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return items.map((item) => {
    if (typeof item !== 'string') throw new Error(`${JSON.stringify(item)} is no text`);
    return item;
  });
}

function pairs(value: Value | undefined): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (!(value instanceof Map)) throw new Error('no map');
  return [...(value as ReadonlyMap<string, Value>)].map(([key, item]) => {
    if (typeof item !== 'string') throw new Error(`${key} is no text`);
    return [key, item];
  });
}
