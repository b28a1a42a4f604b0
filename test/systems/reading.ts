/** A system in the plain reading: the objects of each environment, and of any values. */
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import type { SystemWithEnvironments } from '../../lib/systems/synthesise';
import { Manifests, type Release } from '../../lib/output/manifests';
import type { JsonObject } from '../../lib/values/expression';
import type { KubernetesObject } from './cluster-ai/pods';

export interface Reading<S extends SystemWithEnvironments = SystemWithEnvironments> {
  readonly system: S;
  /** Of the system's own name. */
  readonly release: Release;
  readonly environments: readonly string[];
  /** The values of an environment, defaults included. */
  readonly valuesIn: (environment: string) => JsonObject;
  /** @throws with every check that fails. */
  readonly objectsWith: (values: JsonObject, as?: Release) => readonly KubernetesObject[];
  readonly objectsIn: (environment: string) => readonly KubernetesObject[];
}

export function readingOf<S extends SystemWithEnvironments>(system: S): Reading<S> {
  const release = { name: system.systemName, namespace: system.systemName };
  const manifests = new Manifests(system);
  const valuesByName = new Map(
    environmentsIn(system.environments).map((environment) => [environment.name, valuesOf(system.schema, environment)]),
  );
  const valuesIn = (environment: string): JsonObject => {
    const values = valuesByName.get(environment);
    if (!values) throw new Error(`no environment "${environment}"`);
    return values;
  };
  const objectsWith = (values: JsonObject, as: Release = release): readonly KubernetesObject[] =>
    [...manifests.evaluate(values, as).values()].flat() as unknown as readonly KubernetesObject[];
  return {
    system,
    release,
    environments: [...valuesByName.keys()],
    valuesIn,
    objectsWith,
    objectsIn: (environment) => objectsWith(valuesIn(environment)),
  };
}

/** The same values with nothing promised: for tests that switch parts off which a promise needs. */
export function withoutPromises(values: JsonObject): JsonObject {
  if (values.objectives === undefined) return values;
  const { budget, acknowledge, latencyMilliseconds, ...promised } = values.objectives as JsonObject;
  const none = (given: JsonObject): JsonObject => Object.fromEntries(Object.keys(given).map((key) => [key, null]));
  const { nodes, ...bounds } = budget as JsonObject;
  return {
    ...values,
    objectives: {
      ...none(promised),
      latencyMilliseconds: latencyMilliseconds ?? 500,
      budget: { ...none(bounds), ...(nodes === undefined ? {} : { nodes }) },
      acknowledge: acknowledge ?? {},
    },
  };
}
