/** The rules that are tested: of whole systems, and of tiers that exclude each other in turn. */
import { App } from 'cdk8s';
import { z } from 'zod';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { ConectaPlus } from '../../lib/systems/conecta-plus/conecta-plus';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { type Reading, readingOf } from '../systems/reading';

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
  const clusterAi = readingOf(new ClusterAi(new App()));
  const conectaPlus = readingOf(new ConectaPlus(new App()));
  const large = rulesOf(conectaPlus, 'large');
  return [
    rulesOf(clusterAi, 'production'),
    rulesOf(clusterAi, 'production', { redisCluster: { enabled: false }, objectives: { availability: 99 } }),
    rulesOf(conectaPlus, 'production', AS_MANY_AS_CLUSTER_AI),
    { ...large, files: { 'redis-cluster.yaml': large.files['redis-cluster.yaml'] ?? '' } },
  ];
}

/** Servers, by whose numbers the series of tests are made. */
const AS_MANY_AS_CLUSTER_AI = {
  postgres: { replicas: 2 },
  alertmanager: { replicas: 3 },
  certificates: { source: 'generate' },
  objectives: { users: 1001, budget: { memory: '24Gi', cpu: '24' } },
};

function rulesOf(reading: Reading, environment: string, changes: JsonObject = {}): TestedRules {
  const { objectsWith, release, valuesIn } = reading;
  const objects = objectsWith(coalesce(valuesIn(environment), changes));
  return { release: release.name, files: ruleFilesIn(objects, release.name) };
}
