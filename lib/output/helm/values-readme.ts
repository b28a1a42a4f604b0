/** The values of a chart as the tables of its README. */
import type { z } from 'zod';
import { type ValueLeaf, fieldsOf, leavesOf, pathText } from '../../values/schema';
import { boundsOf, sentence } from './values-words';

/** One table for each section of the values; those of no section come first. */
export function valuesTable(schema: z.ZodType): string {
  const leaves = leavesOf(schema);
  const sections = Object.entries(fieldsOf(schema).fields).filter(([, shape]) => shape.type === 'object');
  const inSection = new Set(sections.map(([name]) => name));
  const general = leaves.filter(({ path: [first] }) => first === undefined || !inSection.has(first));
  const tables = sections.map(([name, { description }]) => {
    const below = leaves.filter(({ path: [first] }) => first === name);
    return [`### ${name}`, ...(description === undefined ? [] : [prose(sentence(description))]), table(below)].join(
      '\n\n',
    );
  });
  return [...(general.length === 0 ? [] : [`### General\n\n${table(general)}`]), ...tables].join('\n\n');
}

function table(leaves: readonly ValueLeaf[]): string {
  return ['| Key | Description | Default |', '| --- | --- | --- |', ...leaves.map((leaf) => valueRow(leaf))].join('\n');
}

/** Its key, what it is and may be, and its default. */
export function valueRow(leaf: ValueLeaf, shownDefault = defaultOf(leaf)): string {
  const bounds = boundsOf(leaf);
  const words = [leaf.description, bounds === undefined ? undefined : `Allowed: ${bounds}`];
  const described = words.filter((text) => text !== undefined).map((text) => prose(sentence(text)));
  return `| ${code(pathText(leaf.path))} | ${described.join(' ')} | ${shownDefault} |`;
}

function defaultOf(leaf: ValueLeaf): string {
  if (leaf.default !== undefined) return code(JSON.stringify(leaf.default));
  return leaf.required ? '*required*' : '*none*';
}

/** A span of code within a cell: fenced by more backticks than it has, its bars escaped as tables want it. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  return `${fence}${room}${text.replaceAll('|', '\\|')}${room}${fence}`;
}

/** Text within a cell. Its own spans of code stay. */
export function prose(text: string): string {
  return text
    .trim()
    .split(/(`[^`]+`)/)
    .map((piece, i) =>
      i % 2 === 1
        ? code(piece.slice(1, -1))
        : piece.replace(/\s+/g, ' ').replace(/[\\*<[\]|]|(?<!\w)_|_(?!\w)/g, '\\$&'),
    )
    .join('');
}
