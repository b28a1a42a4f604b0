/** The one instance of a system that is written. */
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import type { SystemWithEnvironments } from './synthesise';
import { once } from '../values/once';

type SystemClass = new (scope: Construct) => SystemWithEnvironments;

/** It lasts as long as its class: `npm run watch` loads a class anew when something has changed that it is made of. */
export const instanceOf = once((system: SystemClass): SystemWithEnvironments => new system(new App()));
