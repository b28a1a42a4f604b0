/** What the README says of versions is what is pinned and checked. */
import { images } from '../../lib/images';
import { versions } from '../../scripts/schemas';
import { read } from './documents';

test('pinned versions are those of the images', () => {
  const [, table = ''] = /^\| component \| pinned \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(read('README.md')) ?? [];
  const pinned = [...table.matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)].map(([, version = '']) => version);
  const tags = Object.values(images).map(({ tag }) => tag);
  expect(pinned.length).toBeGreaterThan(15);
  expect(pinned.filter((version) => !tags.some((tag) => tag.split('-').includes(version) || tag === version))).toEqual(
    [],
  );
});

test('schemas are of the versions of Kubernetes that it names', () => {
  const named = versions.map((version) => version.replace(/\.\d+$/, '')).join(' and ');
  expect(read('README.md')).toContain(`the schemas of Kubernetes ${named}`);
});
