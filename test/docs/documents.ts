/** What the documentation holds: its headings, links and code, with the line on which each begins. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

export interface Block {
  /** From the project's folder. */
  readonly file: string;
  /** Of the first line of the code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The heading above it. */
  readonly section: string;
}

const all = filesBelow('docs', '.md');

/** What people wrote. Those of charts and the reference are made of the code. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'test/e2e/README.md',
  ...all.filter((file) => !file.startsWith('docs/api/')),
];

export const generated: readonly string[] = [
  ...filesBelow('charts', 'README.md'),
  ...all.filter((file) => file.startsWith('docs/api/')),
];

export function filesBelow(folder: string, suffix: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix))
    .map((file) => join(folder, file))
    .sort();
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The fenced blocks of a Markdown file. */
export function blocksOf(file: string): readonly Block[] {
  return fencesIn(read(file), file, 1);
}

/** The examples in the doc comments of a source file: fenced, or after `@example`. */
export function commentExamplesOf(file: string): readonly Block[] {
  const source = read(file);
  return [...source.matchAll(/^( *)\/\*\*\n(.*?)^ *\*\/$/gms)].flatMap((match) => {
    const line = lineAt(source, match.index) + 1;
    const comment = (match[2] ?? '').replace(/^ *\* ?/gm, '');
    const unfenced = [...comment.matchAll(/^@example\n(?!```)(.*?)(?=^@|$(?![\s\S]))/gms)].map((example) => ({
      file,
      line: line + lineAt(comment, example.index),
      language: 'ts',
      code: example[1] ?? '',
      section: '',
    }));
    return [...fencesIn(comment, file, line), ...unfenced];
  });
}

/** Those inside lists stand further right, with all of their lines. */
export function fencesIn(text: string, file: string, firstLine: number): readonly Block[] {
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map((match) => ({
    file,
    line: firstLine + lineAt(text, match.index),
    language: match[2] ?? '',
    code: (match[3] ?? '').replace(new RegExp(`^${match[1] ?? ''}`, 'gm'), ''),
    section:
      withoutCode(text.slice(0, match.index))
        .match(/^#+ .*$/gm)
        ?.at(-1) ?? '',
  }));
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '');
}

/** The number of lines that begin before or at a place. */
function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Where links lead, code aside. */
export function linksOf(file: string): readonly string[] {
  const prose = withoutCode(read(file)).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)|(?:src|href)="([^"]+)"|<(https?:[^>]*)>|^\[[^\]]+\]: (\S+)/gm)].map(
    ([, inline, html, bare, reference]) => inline ?? html ?? bare ?? reference ?? '',
  );
}

/** The anchors of a Markdown file: of headings, as GitHub makes them, and those that are written. */
export function anchorsOf(file: string): readonly string[] {
  const prose = withoutCode(read(file));
  const seen = new Map<string, number>();
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  return [...headings, ...[...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}
