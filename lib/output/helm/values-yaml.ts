/** values.yaml of a chart: the defaults, each under what its schema says of it. */
import type { z } from 'zod';
import { type ValueLeaf, fieldsOf, leavesOf, pathText } from '../../values/schema';
import type { Shape } from '../../values/shape';
import { emitDocument, isPrintable, scalarText, writtenAt } from '../yaml';
import { boundsOf } from './values-words';

const COLUMNS = 100;

type Leaves = ReadonlyMap<Shape, ValueLeaf>;

/** Reads back as the defaults of the schema. What a file must give stands as a comment. */
export function valuesYaml(schema: z.ZodType): string {
  const leaves = new Map(leavesOf(schema).map((leaf) => [leaf.shape, leaf]));
  const values = fieldsOf(schema);
  const parts = Object.entries(values.fields).map(([key, shape]) => [
    ...(shape.type === 'object' ? banner(key) : []),
    ...entry(key, shape, [], leaves),
  ]);
  const text = parts.map((lines) => `${lines.join('\n')}\n`).join('\n');
  return isEmpty(values) ? `{}\n\n${text}` : text;
}

/** Nothing in it has a default. */
function isEmpty({ fields }: ReturnType<typeof fieldsOf>): boolean {
  return Object.values(fields).every((field) => field.type !== 'object' && field.default === undefined);
}

function banner(title: string): readonly string[] {
  return [`# ---- ${title} `.padEnd(COLUMNS, '-')];
}

/** A value under its comment; an object with its own values below it. */
function entry(key: string, shape: Shape, above: readonly string[], leaves: Leaves): readonly string[] {
  const path = [...above, key];
  const pad = '  '.repeat(above.length);
  if (shape.type === 'object') {
    const fields = Object.entries(shape.fields).map(([name, field]) => entry(name, field, path, leaves));
    return [
      ...comment(shape.description, pad),
      `${pad}${scalarText(key)}:${isEmpty(shape) ? ' {}' : ''}`,
      ...spaced(fields, above.length),
    ];
  }
  const leaf = leaves.get(shape);
  if (leaf === undefined) throw new Error(`${pathText(path)} is not among the leaves of its schema`);
  return writtenAt(`values.${pathText(path)}`, () => leafLines(key, leaf, pad, leaves));
}

function leafLines(key: string, leaf: ValueLeaf, pad: string, leaves: Leaves): readonly string[] {
  const words = [...comment(leaf.description, pad), ...bounds(leaf, pad), ...elements(leaf, leaves, pad)];
  if (leaf.default === undefined) return [...words, `${pad}# ${scalarText(key)}:`];
  const lines = emitDocument({ [key]: leaf.default })
    .trimEnd()
    .split('\n');
  return [...words, ...lines.map((line) => (line === '' ? line : `${pad}${line}`))];
}

/** Blank lines stand between the entries of a section, and around objects further down. */
function spaced(entries: readonly (readonly string[])[], depth: number): readonly string[] {
  return entries.flatMap((lines, i) => (i > 0 && depth === 0 ? ['', ...lines] : lines));
}

function bounds(leaf: ValueLeaf, pad: string): readonly string[] {
  if (leaf.required) return comment(`Required: ${leaf.allowed}`, pad);
  const words = boundsOf(leaf);
  return words === undefined ? [] : comment(`Allowed: ${words}`, pad);
}

/** What the elements of a list or map have. */
function elements(of: ValueLeaf, leaves: Leaves, pad: string): readonly string[] {
  const inside = [...leaves.values()].filter(
    (leaf) => leaf.inElement && leaf.path.length > of.path.length && of.path.every((step, i) => leaf.path[i] === step),
  );
  if (inside.length === 0) return [];
  const lines = inside.flatMap((leaf) => {
    const name = pathText(leaf.path.slice(of.path.length + 1));
    const facts = [leaf.required ? undefined : 'optional', boundsOf(leaf)].filter((fact) => fact !== undefined);
    const described = leaf.description === undefined ? '' : `: ${leaf.description.replace(/\.$/, '')}`;
    return comment(`${name}${described}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`, pad, '  ');
  });
  return [`${pad}# Each ${of.shape.type === 'list' ? 'item' : 'entry'}:`, ...lines];
}

/** Comment lines of at most 100 columns. A word that no comment can hold stands as it would in quotes. */
function comment(text: string | undefined, pad: string, indent = ''): readonly string[] {
  if (text === undefined) return [];
  const start = `${pad}# ${indent}`;
  const lines: string[] = [];
  for (const written of text.trim().split(/\s+/)) {
    const word = isPrintable(written) ? written : scalarText(written);
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${start}${lines.length > 0 && indent !== '' ? '  ' : ''}${word}`);
  }
  return lines;
}
