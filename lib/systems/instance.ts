/** The one instance of a system that is written. */
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import type { SystemWithEnvironments } from './synthesise';

type SystemClass = new (scope: Construct) => SystemWithEnvironments;

const instances = new WeakMap<SystemClass, SystemWithEnvironments>();

/** It lasts as long as its class: `npm run watch` loads a class anew when something has changed that it is made of. */
export function instanceOf(system: SystemClass): SystemWithEnvironments {
  const instance = instances.get(system) ?? new system(new App());
  instances.set(system, instance);
  return instance;
}
