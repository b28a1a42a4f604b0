/** Names of settings that a program has, by the files beside this one: from its own code, or from its documentation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const Inventory = z.strictObject({
  program: z.string(),
  settings: z.array(z.strictObject({ source: z.string().min(1), names: z.array(z.string()).min(1) })),
});

/** Those of the given names that the program does not have. In an inventory `*` is a name of one's own. */
export function unknownSettings(program: string, names: readonly string[]): readonly string[] {
  const file = join(__dirname, `${program}.yaml`);
  const { settings } = Inventory.parse(parse(readFileSync(file, 'utf8')));
  const known = settings.flatMap((source) => source.names.map(patternOf));
  return names.filter((name) => !known.some((pattern) => pattern.test(name)));
}

function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`);
}

/** Names of the leaves of a configuration, with points: `{ logging: { root: { level } } }` has `logging.root.level`. */
export function settingsOf(configuration: unknown, above = ''): readonly string[] {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return [above];
  return Object.entries(configuration).flatMap(([name, value]) =>
    settingsOf(value, above === '' ? name : `${above}.${name}`),
  );
}
