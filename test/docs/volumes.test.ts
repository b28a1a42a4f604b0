/** The table of "Growing a volume" has all volumes, with values that there are. */
import { App } from 'cdk8s';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import { parseAllDocuments } from 'yaml';
import { systemsIn } from '../../lib/systems/systems';
import { leavesOf, pathText } from '../../lib/values/schema';
import { filesBelow, read } from './documents';

const section =
  read('docs/operations.md')
    .split(/^## /m)
    .find((part) => part.startsWith('Growing a volume\n')) ?? '';
const rows = [...section.matchAll(/^\| [^|]+ \| (`.*`) \| (`.*`) \|$/gm)].map(([, names = '', values = '']) => ({
  names: codeIn(names),
  values: codeIn(values),
}));

test('every kind of volume is in it', () => {
  const objects = filesBelow('dist', '.yaml').flatMap((file) =>
    parseAllDocuments(read(file)).map((document) => document.toJS() as StatefulSet | null),
  );
  const claims = objects
    .filter((object) => (object?.spec?.volumeClaimTemplates ?? []).length > 0)
    .map((object) => object?.metadata?.labels?.['app.kubernetes.io/name']);
  expect([...new Set(rows.flatMap(({ names }) => names))].sort()).toEqual([...new Set(claims)].sort());
});

test('its values are there', () => {
  const leaves = systemsIn(new App()).flatMap(({ schema }) => leavesOf(schema).map(({ path }) => pathText(path)));
  expect(leaves).toEqual(expect.arrayContaining(rows.flatMap(({ values }) => values)));
});

function codeIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
