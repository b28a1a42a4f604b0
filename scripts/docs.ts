// Draws the topology of every system, from the same tree as its manifests: docs/topology/<system>.svg.
//   node -r ./scripts/register scripts/docs.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { App } from 'cdk8s';
import { ClusterAi } from '../lib/systems/cluster-ai/cluster-ai';
import { NodeAgents } from '../lib/systems/node-agents/node-agents';
import { pictureOf, svgOf } from './topology/topology';

async function main(): Promise<void> {
  const folder = resolve(__dirname, '..', 'docs', 'topology');
  mkdirSync(folder, { recursive: true });
  for (const system of [new ClusterAi(new App()), new NodeAgents(new App())]) {
    const file = join(folder, `${system.systemName}.svg`);
    writeFileSync(file, svgOf(system, await pictureOf(system)));
    console.log(relative(process.cwd(), file));
  }
}

void main();
