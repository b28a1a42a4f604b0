/** A system of a few values around a construct, read plainly. */
import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import { Manifests } from '../../lib/output/manifests';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { type Values, references, release } from '../../lib/values/reference';
import { defaultsOf } from '../../lib/values/schema';
import { Platform } from '../../lib/workload/platform';
import type { KubernetesObject } from './plain-app';

/** Reads a system under any values: the release and its namespace are called `shop`. */
export function systemOf<S extends z.ZodObject>(
  schema: S,
  build: (scope: Construct, values: Values<S>) => void,
): (values?: JsonObject) => readonly KubernetesObject[] {
  const system = new Chart(new App(), 'shop');
  Platform.provide(system, new Platform({ instance: release.name, namespace: release.namespace, partOf: 'shop' }));
  build(system, references(schema));
  const manifests = new Manifests(system);
  return (values = {}) => {
    const all = coalesce(defaultsOf(schema), values);
    return [
      ...manifests.evaluate(all, { name: 'shop', namespace: 'shop' }).values(),
    ].flat() as unknown as readonly KubernetesObject[];
  };
}
