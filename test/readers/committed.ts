/** The YAML in dist/ and charts/, by path; templates are no YAML before Helm has read them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '../..');

export const committed: ReadonlyMap<string, string> = new Map(
  ['dist', 'charts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.endsWith('.yaml') && !file.parentPath.includes('/templates'))
      .map((file): [string, string] => {
        const path = join(file.parentPath, file.name);
        return [relative(root, path), readFileSync(path, 'utf8')];
      }),
  ),
);
