// Draws the topology of every system, from the same tree as its manifests: docs/topology/<system>.svg.
//   node -r ./scripts/register scripts/docs.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { App } from 'cdk8s';
import { systemsIn } from '../lib/systems/systems';
import { pictureOf, svgOf } from './topology/topology';

async function main(): Promise<void> {
  const folder = resolve(__dirname, '..', 'docs', 'topology');
  mkdirSync(folder, { recursive: true });
  for (const system of systemsIn(new App())) {
    const file = join(folder, `${system.systemName}.svg`);
    writeFileSync(file, svgOf(system, await pictureOf(system)));
    console.log(relative(process.cwd(), file));
  }
}

void main();
