/** Links within the project lead somewhere, and those out of it are addresses. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, documents, filesBelow, generated, linksOf, read, root } from './documents';

const pages = [...documents, ...generated];

test.each(pages)('%s links to files and headings that exist', (file) => {
  expect(linksOf(file).filter((link) => !leadsSomewhere(file, link))).toEqual([]);
});

test('every page is found from the index of the documents', () => {
  const found = new Set(['docs/README.md']);
  for (const file of found) {
    for (const link of linksOf(file)) {
      const target = targetOf(file, link);
      if (target.endsWith('.md') && target.startsWith('docs/')) found.add(target);
    }
  }
  expect(filesBelow('docs', '.md').filter((file) => !found.has(file))).toEqual([]);
  expect(linksOf('README.md')).toContain('docs/README.md');
});

test.each(filesBelow('docs', '.svg').filter((file) => file !== 'docs/icon.svg'))(
  '%s says what it shows, and can be read on a dark page',
  (file) => {
    expect(read(file)).toMatch(/<title id="title">.+<\/title>\n {2}<desc id="description">.+<\/desc>/);
    expect(read(file)).toContain('@media (prefers-color-scheme: dark)');
  },
);

test('what comments say of files of the project, and of addresses, exists', () => {
  const sources = ['lib', 'scripts', 'test', 'bench'].flatMap((folder) => filesBelow(folder, '.ts'));
  const mentions = sources.flatMap((file) => {
    const comments = [...read(file).matchAll(/^ *(?:\/\*\*|\*|\/\/).*$/gm)].map(([line]) => line).join('\n');
    const paths = [...comments.matchAll(/(?<![\w/.])(?:docs|test|scripts|lib)\/[\w/-]+\.(?:md|svg|ts|yaml|py)\b/g)];
    const urls = [...comments.matchAll(/(?<![`'\"$])https?:\/\/[^\s`)>,;]*[\w/]/g)];
    return [...paths, ...urls].map(([mention]) => ({ file, mention }));
  });
  expect(mentions.length).toBeGreaterThan(100);
  const missing = mentions.filter(({ file, mention }) =>
    mention.startsWith('http') ? !leadsSomewhere(file, mention) : !existsSync(join(root, mention)),
  );
  expect(missing).toEqual([]);
});

function leadsSomewhere(file: string, link: string): boolean {
  if (/^[a-z]+:/.test(link))
    return /^https?:\/\/[a-z0-9.-]+\.[a-z]+(?::\d+)?(?:[/?#]|$)|^http:\/\/localhost:/.test(link) && URL.canParse(link);
  const [, anchor] = link.split('#');
  const target = targetOf(file, link);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || (target.endsWith('.md') && anchorsOf(target).includes(anchor));
}

function targetOf(file: string, link: string): string {
  const [path = ''] = link.split('#');
  return path === '' ? file : normalize(join(dirname(file), path));
}
