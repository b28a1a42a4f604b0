/** The bounds of a value: as a JSON schema has them, and in words. */
import { z } from 'zod';
import type { Shape } from './shape';

/** The bounds that Helm and zod check alike. */
export interface Form {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const forms = new WeakMap<z.ZodType, Form>();

/** @throws naming the path, for a bound that Helm would not check, or not in the same way. */
export function formOf(schema: z.ZodType, path: string): Form {
  const found = forms.get(schema) ?? readForm(schema, path);
  forms.set(schema, found);
  return found;
}

function readForm(schema: z.ZodType, path: string): Form {
  if ('coerce' in schema.def && schema.def.coerce === true)
    throw new TypeError(`values.${path}: Helm does not coerce values`);
  const bounds = (schema.def.checks ?? []).map((check) => boundsOf(schema, check, path));
  return bounds.reduce((form, more) => narrowed(form, more, path), typeOf(schema));
}

/** The stricter of two bounds. */
function narrowed(form: Form, more: Form, path: string): Form {
  const known = new Map<string, unknown>(Object.entries(form));
  const entries = Object.entries(more).map(([name, bound]: [string, unknown]): readonly [string, unknown] => {
    const earlier = known.get(name);
    if (earlier === undefined) return [name, bound];
    if (typeof earlier !== 'number' || typeof bound !== 'number' || name === 'multipleOf')
      throw new TypeError(`values.${path}: write one ${name}`);
    return [name, /^min|Minimum$/.test(name) ? Math.max(earlier, bound) : Math.min(earlier, bound)];
  });
  return { ...form, ...Object.fromEntries(entries) };
}

function typeOf(schema: z.ZodType): Form {
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
  if (schema instanceof z.ZodEnum) return { type: 'string', enum: schema.options.map(String) };
  if (schema instanceof z.ZodArray) return { type: 'array' };
  if (!(schema instanceof z.ZodNumber)) return { type: 'string' };
  if (schema.format !== 'safeint') return { type: 'number' };
  return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
}

function boundsOf(schema: z.ZodType, check: z.core.$ZodCheck, path: string): Form {
  const isList = schema instanceof z.ZodArray;
  if (check instanceof z.core.$ZodCheckGreaterThan) {
    const { value, inclusive } = check._zod.def;
    return inclusive ? { minimum: Number(value) } : { exclusiveMinimum: Number(value) };
  }
  if (check instanceof z.core.$ZodCheckLessThan) {
    const { value, inclusive } = check._zod.def;
    return inclusive ? { maximum: Number(value) } : { exclusiveMaximum: Number(value) };
  }
  if (check instanceof z.core.$ZodCheckMultipleOf) return { multipleOf: Number(check._zod.def.value) };
  if (check instanceof z.core.$ZodCheckMinLength) {
    const { minimum } = check._zod.def;
    return isList ? { minItems: minimum } : { minLength: minimum };
  }
  if (check instanceof z.core.$ZodCheckMaxLength) {
    const { maximum } = check._zod.def;
    return isList ? { maxItems: maximum } : { maxLength: maximum };
  }
  if (check instanceof z.core.$ZodCheckLengthEquals) {
    const { length } = check._zod.def;
    return isList ? { minItems: length, maxItems: length } : { minLength: length, maxLength: length };
  }
  if (check instanceof z.core.$ZodCheckRegex) return { pattern: portable(check._zod.def.pattern, path) };
  if (check instanceof z.core.$ZodCheckNumberFormat && check._zod.def.format === 'safeint') return {};
  throw new TypeError(
    `values.${path}: Helm cannot check "${check._zod.def.check}"; write a pattern or bounds, or a check across values`,
  );
}

/** What JavaScript has and RE2, Helm's regular expressions, has not or reads otherwise. */
const UNPORTABLE: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'a look-around'],
  [/\\[1-9k]/, 'a backreference'],
  [/\\[0ucpP]/, 'an escape of JavaScript alone; write the character, or \\x and two digits'],
  [/\\[sS]/, '\\s, which is another set of characters there; write [ \\t]'],
  [/\[\^?\]|\[\[:/, 'a class that is read otherwise there'],
  [/\{(?:\d+,)?(?!1000[,}])\d{4,}/, 'a repetition above 1000'],
];

/** @throws naming the path. A pattern is matched by code points, as by RE2. */
function portable({ source: pattern, flags }: RegExp, path: string): string {
  if (flags !== '' && flags !== 'u')
    throw new TypeError(`values.${path}: the pattern ${pattern} has flags, which Helm does not know`);
  const without = pattern.replaceAll('\\\\', 'x');
  const outsideClasses = without.replace(/\[(?:\\.|[^\]\\])*\]|\\./g, 'x');
  const [, found] = UNPORTABLE.find(([unportable]) => unportable.test(without)) ?? [];
  const fault =
    found ?? (outsideClasses.includes('.') ? '".", which leaves out other characters there; write [^\\n]' : undefined);
  if (fault !== undefined) throw new TypeError(`values.${path}: the pattern ${pattern} has ${fault}`);
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch (error) {
    throw new TypeError(`values.${path}: ${String(error)}`, { cause: error });
  }
}

/** The pattern for the keys of a map, or undefined where every key will do. */
export function keyPatternOf(map: z.ZodType, path: string): string | undefined {
  const form = formOf(keysOf(map, path), `${path}.*`);
  if (Object.keys(form).every((bound) => bound === 'type' || bound === 'pattern')) return form.pattern;
  throw new TypeError(`values.${path}: write the bounds of the keys as one pattern`);
}

function keysOf(map: z.ZodType, path: string): z.ZodString {
  const keys = map instanceof z.ZodRecord ? map.keyType : undefined;
  if (keys instanceof z.ZodString) return keys;
  throw new TypeError(`values.${path}: the keys of a map are z.string(), with one pattern at most`);
}

// ---- In words ------------------------------------------------------------------------------------------------------

/** What a value may be, such as `a whole number from 1 to 50`. */
export function allowedOf(shape: Shape, path: string): string {
  if (shape.type === 'object') return `a map with ${Object.keys(shape.fields).join(', ')}`;
  if (shape.type === 'list') {
    const { minItems, maxItems } = formOf(shape.schema, path);
    return `a list${counted(minItems, maxItems, 'item')}${eachOf('item', shape.element, path)}`;
  }
  if (shape.type === 'map') {
    const pattern = keyPatternOf(shape.schema, path);
    const each = pattern === undefined ? '' : `, each key ${textWords(keysOf(shape.schema, path), { pattern })}`;
    return `a map${each}${eachOf('value', shape.element, path)}`;
  }
  return listed([...allowedLeaf(shape, path), ...(shape.leaf.nullable ? ['null'] : [])]);
}

/** `a, b or c` */
function listed(words: readonly string[]): string {
  const [others, last = ''] = [words.slice(0, -1).join(', '), words.at(-1)];
  if (others === '') return last;
  return words.length === 2 && others.includes(',') ? `${others}, or ${last}` : `${others} or ${last}`;
}

function eachOf(noun: string, element: Shape, path: string): string {
  return element.type === 'leaf' && !element.leaf.free ? `, each ${noun} ${allowedOf(element, path)}` : '';
}

/** The alternatives of a leaf. */
function allowedLeaf(shape: Extract<Shape, { type: 'leaf' }>, path: string): readonly string[] {
  if (shape.leaf.free) return ['anything but null'];
  const form = formOf(shape.schema, path);
  if (shape.leaf.kind === 'bool') return ['true', 'false'];
  if (shape.leaf.kind === 'int') return [`a whole number${ranged(form)}`];
  if (shape.leaf.kind === 'float') return [`a number${ranged(form)}`];
  if (form.enum !== undefined) return form.enum.map((option) => JSON.stringify(option));
  return [textWords(shape.schema, form)];
}

/** A schema may say of its form what its pattern cannot: `.meta({ form: 'a host name' })`. */
function textWords(schema: z.ZodType, { minLength, maxLength, pattern }: Form): string {
  const words = schema.meta()?.form;
  if (typeof words === 'string') return words;
  return `a text${counted(minLength, maxLength, 'character')}${pattern === undefined ? '' : ` that matches \`${pattern}\``}`;
}

function counted(least: number | undefined, most: number | undefined, noun: string): string {
  const plural = (count: number): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  if (most === undefined) return least === undefined || least === 0 ? '' : ` of at least ${plural(least)}`;
  if (least === undefined || least === 0) return ` of at most ${plural(most)}`;
  return least === most ? ` of ${plural(most)}` : ` of ${least} to ${plural(most)}`;
}

function ranged(form: Form): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = form;
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const steps = multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}${steps}`;
  const bounds = [
    ...(above === undefined ? (least === undefined ? [] : [`of at least ${least}`]) : [`above ${above}`]),
    ...(below === undefined ? (most === undefined ? [] : [`of at most ${most}`]) : [`below ${below}`]),
  ];
  return `${bounds.map((bound) => ` ${bound}`).join(' and')}${steps}`;
}
