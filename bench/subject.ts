/** What is measured: a fleet of some size, or a system of this project in production. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { ChartSource } from '../lib/output/helm/source';
import { valuesOf } from '../lib/systems/environment';
import { systemsIn } from '../lib/systems/systems';
import type { JsonObject } from '../lib/values/expression';
import { defaultsOf } from '../lib/values/schema';
import { Fleet } from './fleet';

export interface Subject {
  readonly system: ChartSource;
  readonly values: JsonObject;
  /** The values file that says the same to Helm. */
  readonly source: string;
}

/** @param name the number of a fleet's objects, or the name of a system */
export function subjectOf(name: string): Subject {
  if (/^\d+$/.test(name)) {
    const system = new Fleet(new App(), Number(name));
    return { system, values: defaultsOf(system.schema), source: '{}\n' };
  }
  const system = systemsIn(new App()).find(({ systemName }) => systemName === name);
  if (system === undefined) throw new Error(`${name}: no such system`);
  const file = join(system.environments, 'production.yaml');
  const source = readFileSync(file, 'utf8');
  return { system, values: valuesOf(system.schema, { file, source }), source };
}
