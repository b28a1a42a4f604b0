// Draws the topology of every system, from the same tree as its manifests: docs/topology/<system>.svg.
//   node -r ./scripts/register scripts/docs.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'cdk8s';
import { ClusterAi } from '../lib/systems/cluster-ai/cluster-ai';
import { topologyOf } from './topology/topology';

async function main(): Promise<void> {
  const folder = resolve(__dirname, '..', 'docs', 'topology');
  mkdirSync(folder, { recursive: true });
  for (const system of [new ClusterAi(new App())]) {
    const file = join(folder, `${system.systemName}.svg`);
    writeFileSync(file, await topologyOf(system, 'production'));
    console.log(file);
  }
}

void main();
