import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseValues } from '../../../lib/values/load';
import { environments, objectsIn, objectsWith, release, valuesIn } from './environments';
import type { JsonObject } from '../../../lib/values/expression';
import { immutableFieldsOf, manualSteps, unrecorded } from './immutable-fields';

/**
 * What the releases of test/releases.yaml and all commits since have shipped. Written by hand, never by the test, and only
 * added to: whoever changes a line owes users of those releases a way to come over. The cluster test asks git whether the
 * record is true.
 */
const golden = join(__dirname, 'immutable-fields.yaml');

describe('what no upgrade can change', () => {
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

  it('is explained where it has changed', () => {
    const before = immutableFieldsOf(objectsIn('development'));
    const renamed = JSON.parse(JSON.stringify(before)) as Record<string, Record<string, unknown>>;
    Object.assign(renamed['StatefulSet/cluster-ai-redis'] ?? {}, { serviceName: 'cluster-ai-cache' });
    Object.assign(renamed['Service/cluster-ai-redis-headless'] ?? {}, { clusterIP: undefined });
    Object.assign(renamed['Service/cluster-ai-frontend'] ?? {}, { type: 'LoadBalancer' });
    delete renamed['Deployment/cluster-ai-frontend'];
    renamed['Deployment/cluster-ai-web'] = {};
    const after = renamed as JsonObject;
    expect(manualSteps(before, after)).toEqual([
      'Deployment/cluster-ai-frontend is no more: helm upgrade deletes it; those who use kubectl apply delete it by hand.',
      'Service/cluster-ai-frontend: type was "ClusterIP" and is "LoadBalancer". Kubernetes takes it, and what reaches the Service by its old type no longer does.',
      'Service/cluster-ai-redis-headless: clusterIP was "None" and is not there. Kubernetes refuses it: delete the Service (kubectl delete service cluster-ai-redis-headless), whose clients fail until the upgrade has made it anew.',
      'StatefulSet/cluster-ai-redis: serviceName was "cluster-ai-redis-headless" and is "cluster-ai-cache". Kubernetes refuses it: delete the StatefulSet alone (kubectl delete statefulset cluster-ai-redis --cascade=orphan) and upgrade then.',
    ]);
    expect(unrecorded(before, after)).toEqual([
      'Deployment/cluster-ai-web is new: record its fields, which the next upgrade must keep.',
    ]);
  });

  it('names the release in every selector, so that two releases share a namespace', () => {
    const other = objectsWith(valuesIn('production'), { ...release, name: 'blue' });
    const selectors = JSON.stringify(immutableFieldsOf(other)).match(/"app.kubernetes.io\/instance":"[^"]*"/g);
    expect(new Set(selectors)).toEqual(new Set(['"app.kubernetes.io/instance":"blue"']));
    expect(other.filter(({ metadata }) => !metadata.name.startsWith('blue-'))).toEqual([]);
  });
});
