import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../lib/values/expression';
import { parseValues } from '../../../lib/values/load';
import { immutableFieldsOf, manualSteps, unrecorded } from '../cluster-ai/immutable-fields';
import { conectaPlus } from './environments';

/** What version 0.1.0 ships. Only added to: whoever changes a line owes its users a way to come over. */
const golden = join(__dirname, 'immutable-fields.yaml');

describe('what no upgrade can change', () => {
  const { environments, objectsIn } = conectaPlus;
  const kept = parseValues(readFileSync(golden, 'utf8'), golden);
  const released = (environment: string): JsonObject => kept[environment] as JsonObject;

  it.each(environments)('is as it was in %s', (environment) => {
    expect(manualSteps(released(environment), immutableFieldsOf(objectsIn(environment)))).toEqual([]);
  });

  it.each(environments)('is on record for every object of %s', (environment) => {
    expect(unrecorded(released(environment), immutableFieldsOf(objectsIn(environment)))).toEqual([]);
  });

  it('covers every environment', () => {
    expect(Object.keys(kept).sort()).toEqual([...environments].sort());
  });
});
