/** The rules that are tested: of whole systems, and of tiers that exclude each other in turn. */
import { App } from 'cdk8s';
import { z } from 'zod';
import { Manifests } from '../../lib/output/manifests';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { ConectaPlus } from '../../lib/systems/conecta-plus/conecta-plus';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import type { SystemWithEnvironments } from '../../lib/systems/synthesise';

export interface TestedRules {
  /** Name of the release and of its namespace. */
  readonly release: string;
  /** Files of rules by their names, `<group>.yaml`. */
  readonly files: Readonly<Record<string, string>>;
}

const ConfigMap = z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()) });

/** The files of rules among a release's objects. */
export function ruleFilesIn(objects: readonly unknown[], release: string): Readonly<Record<string, string>> {
  const maps = objects.flatMap((object) => ConfigMap.safeParse(object).data ?? []);
  return maps.find(({ metadata }) => metadata.name === `${release}-prometheus-rules`)?.data ?? {};
}

/** With all tiers on, and each kind of Redis in turn. */
export function testedRules(): readonly TestedRules[] {
  const clusterAi = new ClusterAi(new App());
  const conectaPlus = new ConectaPlus(new App());
  const production = sourceOf(clusterAi, 'production');
  return [
    ...rulesOf(clusterAi, [
      production,
      production
        .replace('redisCluster:\n  enabled: true', 'redisCluster:\n  enabled: false')
        .replace('availability: 99.99', 'availability: 99'),
    ]),
    ...rulesOf(conectaPlus, [
      sourceOf(conectaPlus, 'production').replace('source: certManager', 'source: generate'),
      sourceOf(conectaPlus, 'large'),
    ]),
  ];
}

function rulesOf(system: SystemWithEnvironments, sources: readonly string[]): readonly TestedRules[] {
  const manifests = new Manifests(system);
  const release = system.systemName;
  return sources.map((source) => {
    const values = valuesOf(system.schema, { file: 'production.yaml', source });
    const objects = [...manifests.evaluate(values, { name: release, namespace: release }).values()].flat();
    return { release, files: ruleFilesIn(objects, release) };
  });
}

function sourceOf({ environments, systemName }: SystemWithEnvironments, name: string): string {
  const found = environmentsIn(environments).find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`${systemName} has no environment ${name}`);
  return found.source;
}
