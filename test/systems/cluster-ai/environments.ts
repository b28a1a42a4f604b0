/** Cluster AI in the plain reading. */
import { App } from 'cdk8s';
import { ClusterAi } from '../../../lib/systems/cluster-ai/cluster-ai';
import { readingOf } from '../reading';

export const clusterAi = readingOf(new ClusterAi(new App()));
export const { system, release, environments, valuesIn, objectsWith, objectsIn } = clusterAi;
