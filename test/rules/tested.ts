/** The rules that are tested: of whole systems, and of tiers that exclude each other in turn. */
import { App } from 'cdk8s';
import { z } from 'zod';
import { Manifests } from '../../lib/output/manifests';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import { objectsOf, webPlatform } from './web-platform';

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

export function testedRules(): readonly TestedRules[] {
  return [...clusterAi(), { release: 'conecta-plus', files: ruleFilesIn(objectsOf(webPlatform()), 'conecta-plus') }];
}

/** With all tiers on: the cluster of Redis, and the single one. */
function clusterAi(): readonly TestedRules[] {
  const system = new ClusterAi(new App());
  const manifests = new Manifests(system);
  const release = system.systemName;
  const production = environmentsIn(system.environments).find(({ name }) => name === 'production');
  if (production === undefined) throw new Error('there is no environment production');
  return [
    production.source,
    production.source.replace('redisCluster:\n  enabled: true', 'redisCluster:\n  enabled: false'),
  ].map((source) => {
    const values = valuesOf(system.schema, { file: 'production.yaml', source });
    const objects = [...manifests.evaluate(values, { name: release, namespace: release }).values()].flat();
    return { release, files: ruleFilesIn(objects, release) };
  });
}
