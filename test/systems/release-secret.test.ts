/** What Helm stores of a release has room in the one Secret that it has: a mebibyte, with everything switched on. */
import { App } from 'cdk8s';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import { systemsIn } from '../../lib/systems/systems';
import { isObject } from '../../lib/values/json';
import type { JsonObject } from '../../lib/values/expression';
import { MOST, releaseSecretBytes } from '../support/release-secret';
import { withoutPromises } from './reading';

/** Of the Secret, what later parts of a system may still take. */
const ROOM = 0.2;
/** Switches of parts that exclude others: those are larger. */
const EXCLUDED = ['objectStore.external', 'prometheus.operator'];
const app = new App();
const systems = systemsIn(app);

describe.each(systems.map((system) => [system.systemName, system] as const))('%s', (_, system) => {
  const production = environmentsIn(system.environments).find((environment) => environment.name === 'production');
  const given = withoutPromises(valuesOf(system.schema, production ?? { file: 'none', source: '' }));
  const values = everythingOn(given);

  it('is a release that fits into its Secret with everything on and every value given', () => {
    const stored = releaseSecretBytes(system, values, values);
    expect(stored).toBeGreaterThan(20_000);
    expect(stored).toBeLessThan(MOST * (1 - ROOM));
  });
});

/** The values with every part switched on. */
function everythingOn(values: JsonObject, path: readonly string[] = []): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (key === 'enabled' && value === false && !EXCLUDED.includes(path.join('.'))) return [key, true];
      return [key, isObject(value) ? everythingOn(value, [...path, key]) : value];
    }),
  );
}
