import type { Construct } from 'constructs';
import { ClusterAi } from './cluster-ai/cluster-ai';
import { ConectaPlus } from './conecta-plus/conecta-plus';
import { instanceOf } from './instance';
import { NodeAgents } from './node-agents/node-agents';

/** Every system of this project, in the order in which it is written. */
export const systemsIn = (scope: Construct) =>
  [new ClusterAi(scope), new ConectaPlus(scope), new NodeAgents(scope)] as const;

/** The same, each in an app of its own. */
export const systems = () => [ClusterAi, ConectaPlus, NodeAgents].map(instanceOf);
