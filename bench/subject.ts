/** What is measured: a fleet of some size, or a system of this project in production. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ChartSource } from '../lib/output/helm/source';
import { ClusterAi } from '../lib/systems/cluster-ai/cluster-ai';
import { ConectaPlus } from '../lib/systems/conecta-plus/conecta-plus';
import { valuesOf } from '../lib/systems/environment';
import { NodeAgents } from '../lib/systems/node-agents/node-agents';
import type { SystemWithEnvironments } from '../lib/systems/synthesise';
import type { JsonObject } from '../lib/values/expression';
import { defaultsOf } from '../lib/values/schema';
import { Fleet } from './fleet';

const systems: Readonly<Record<string, new (scope: Construct) => SystemWithEnvironments>> = {
  'cluster-ai': ClusterAi,
  'conecta-plus': ConectaPlus,
  'node-agents': NodeAgents,
};

export const systemNames = Object.keys(systems);

/** Constructs that system and no other. */
export function systemOf(name: string): SystemWithEnvironments {
  const system = systems[name];
  if (system === undefined) throw new Error(`${name}: no such system`);
  return new system(new App());
}

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
  const system = systemOf(name);
  const file = join(system.environments, 'production.yaml');
  const source = readFileSync(file, 'utf8');
  return { system, values: valuesOf(system.schema, { file, source }), source };
}
