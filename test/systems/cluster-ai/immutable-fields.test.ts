import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseValues } from '../../../lib/values/load';
import { environments, objectsIn, objectsWith, release, valuesIn } from './environments';
import { immutableFieldsOf } from './immutable-fields';

/**
 * Written by hand, never by the test: whoever changes a line of it owes users of the last release a way to come over,
 * as Kubernetes refuses the change (selectors, claim templates, a Service's clusterIP) or leaves pods without a Service.
 */
const golden = join(__dirname, 'immutable-fields.yaml');

describe('what no upgrade can change', () => {
  const kept = parseValues(readFileSync(golden, 'utf8'), golden);

  it.each(environments)('is as it was in %s', (environment) => {
    expect(immutableFieldsOf(objectsIn(environment))).toEqual(kept[environment]);
  });

  it('covers every environment', () => {
    expect(Object.keys(kept).sort()).toEqual([...environments].sort());
  });

  it.each(environments)('depends on no version and on nothing an operator adds to pods in %s', (environment) => {
    const values = structuredClone(valuesIn(environment)) as Record<string, Record<string, unknown>>;
    for (const tier of ['frontend', 'backend', 'postgres', 'pgbouncer', 'redisCluster', 'redis']) {
      Object.assign(values[tier] ?? {}, {
        podLabels: { team: 'shop' },
        podAnnotations: { note: 'ours' },
        extraEnv: { TZ: 'UTC' },
      });
    }
    expect(immutableFieldsOf(objectsWith(values as ReturnType<typeof valuesIn>))).toEqual(kept[environment]);
  });

  it('names the release in every selector, so that two releases share a namespace', () => {
    const other = objectsWith(valuesIn('production'), { ...release, name: 'blue' });
    const selectors = JSON.stringify(immutableFieldsOf(other)).match(/"app.kubernetes.io\/instance":"[^"]*"/g);
    expect(new Set(selectors)).toEqual(new Set(['"app.kubernetes.io/instance":"blue"']));
    expect(other.filter(({ metadata }) => !metadata.name.startsWith('blue-'))).toEqual([]);
  });
});
