/** The parts of pages that are made of the code: each stands between `<!-- name -->` and `<!-- end of name -->`. */
import * as lib from '../../lib';
import { globalValues, networkValues, podValues } from '../../lib/workload/values';
import { TierObjects } from './objects';
import type { PublicApi } from './public-api';
import { OF_PODS, propsTable, tierValuesTable } from './tables';
import { type TierPage, tierPages } from './tiers';

type Parts = Readonly<Record<string, string>>;

/** The parts of every page that has some, by its path. */
export function generatedParts(api: PublicApi): ReadonlyMap<string, Parts> {
  const shared: Parts = {
    'props of every tier': propsTable(api, 'TierProps'),
    'settings of pods': propsTable(api, 'PodSettings'),
    'values of pods': tierValuesTable(podValues, []),
    'values of all': tierValuesTable({ global: globalValues(), network: networkValues() }, []),
  };
  return new Map([
    ['docs/tiers/README.md', shared],
    ...tierPages.map((page) => [`docs/tiers/${page.page}.md`, partsOf(api, page)] as const),
  ]);
}

function partsOf(api: PublicApi, { tier, defaults, values, make, sharedValues = [] }: TierPage): Parts {
  const objects = make && new TierObjects(make);
  return {
    props: propsTable(api, `${tier}Props`, defaults && { name: nameOf(defaults), values: defaults }),
    values:
      values === undefined
        ? 'None: a system says what it is for.'
        : tierValuesTable(values, [...sharedValues, OF_PODS]),
    ...(objects && {
      connections: [objects.ports(), objects.settings()].filter((part) => part !== '').join('\n\n'),
      sizes: objects.sizes(),
    }),
  };
}

/** The name by which the package exports it. */
function nameOf(value: unknown): string {
  return Object.entries(lib).find(([, exported]) => exported === value)?.[0] ?? '';
}

/**
 * A page with its parts made anew.
 * @throws where it has no place for one.
 */
export function withParts(file: string, page: string, parts: Parts): string {
  return Object.entries(parts).reduce((text, [name, content]) => {
    const place = new RegExp(`(<!-- ${name} -->\n).*?(\n<!-- end of ${name} -->)`, 's');
    if (!place.test(text)) throw new Error(`${file} has no <!-- ${name} --> with an <!-- end of ${name} -->`);
    return text.replace(place, (_, begin: string, end: string) => `${begin}\n${content}\n${end}`);
  }, page);
}
