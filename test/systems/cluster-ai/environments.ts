/** Cluster AI in the plain reading: the objects of each environment, and of any values. */
import { App } from 'cdk8s';
import { ClusterAi } from '../../../lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from '../../../lib/systems/environment';
import { Manifests, type Release } from '../../../lib/output/manifests';
import type { JsonObject } from '../../../lib/values/expression';
import type { KubernetesObject } from './pods';

export const system = new ClusterAi(new App());
export const release: Release = { name: 'cluster-ai', namespace: 'cluster-ai' };

const manifests = new Manifests(system);
const valuesByName = new Map(
  environmentsIn(system.environments).map((environment) => [environment.name, valuesOf(system.schema, environment)]),
);

export const environments: readonly string[] = [...valuesByName.keys()];

/** The values of an environment, defaults included. */
export function valuesIn(environment: string): JsonObject {
  const values = valuesByName.get(environment);
  if (!values) throw new Error(`no environment "${environment}"`);
  return values;
}

/** @throws with every check that fails. */
export function objectsWith(values: JsonObject, as: Release = release): readonly KubernetesObject[] {
  return [...manifests.evaluate(values, as).values()].flat() as unknown as readonly KubernetesObject[];
}

export function objectsIn(environment: string): readonly KubernetesObject[] {
  return objectsWith(valuesIn(environment));
}
