/** What is made of the code is as the code is, and everything that the package exports says what it is. */
import * as library from '../../lib';
import { Tier } from '../../lib';
import { generatedParts, withParts } from '../../scripts/reference/pages';
import { PublicApi } from '../../scripts/reference/public-api';
import { tierPages } from '../../scripts/reference/tiers';
import { anchorsOf, read } from './documents';

/** Milliseconds, for a busy machine. */
const PATIENCE = 120_000;

let api: PublicApi;
beforeAll(() => {
  api = new PublicApi();
}, PATIENCE);

test(
  'every export, prop and public member is documented, and every optional prop says its default',
  () => {
    expect(api.undocumented()).toEqual([]);
  },
  PATIENCE,
);

test(
  'the parts of pages that are made of the code are current: npm run docs makes them',
  () => {
    for (const [file, parts] of generatedParts(api)) {
      const page = read(file);
      expect({ [file]: withParts(file, page, parts) }).toEqual({ [file]: page });
    }
  },
  PATIENCE,
);

const tiers = Object.entries(library).filter(([, exported]) => isTier(exported));

test('every tier has a page', () => {
  expect(tiers.length).toBeGreaterThan(30);
  const without = tiers.filter(([name]) => !tierPages.some(({ tier }) => tier === name));
  expect(without.map(([name]) => name).filter((name) => name !== 'Tier')).toEqual([]);
});

test.each(tierPages.map(({ page }) => page))(
  '%s says what becomes of it when something fails, and all else',
  (page) => {
    const wanted = ['when-something-fails', 'props', 'values', 'connections', 'sizes'];
    expect(anchorsOf(`docs/tiers/${page}.md`)).toEqual(expect.arrayContaining(wanted));
  },
);

test('a default in a comment is what the tier has', () => {
  const compared = tierPages.flatMap(({ tier, defaults = {} }) =>
    api
      .propsOf(`${tier}Props`)
      .flatMap(({ name, default: said = '-' }) =>
        said.startsWith('-') || !(name in defaults)
          ? []
          : [{ prop: `${tier}.${name}`, said, is: spelt(defaults[name]) }],
      ),
  );
  expect(compared.length).toBeGreaterThan(80);
  expect(compared.filter(({ said, is }) => !beginsWith(said.replaceAll("'", '"').replaceAll(', ', ','), is))).toEqual(
    [],
  );
});

/** As comments have it: a volume by its size, a text without quotes. */
function spelt(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'size' in value) return String(value.size);
  return JSON.stringify(value);
}

/** What follows is not part of the same word. */
function beginsWith(text: string, words: string): boolean {
  return text.startsWith(words) && !/^[\w.]/.test(text.slice(words.length));
}

function isTier(exported: unknown): boolean {
  return typeof exported === 'function' && (exported === Tier || exported.prototype instanceof Tier);
}
