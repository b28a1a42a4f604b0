// Writes what documents say of the code: the pictures of the systems, docs/topology/<system>.svg, the parts of pages that
// are made of it, and the reference, docs/api/.
//   node -r ./scripts/register scripts/docs.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'cdk8s';
import { systemsIn } from '../lib/systems/systems';
import { generatedParts, withParts } from './reference/pages';
import { PublicApi } from './reference/public-api';
import { writeReference } from './reference/reference';
import { pictureOf, svgOf } from './topology/topology';

const root = resolve(__dirname, '..');

async function main(): Promise<void> {
  mkdirSync(join(root, 'docs', 'topology'), { recursive: true });
  for (const system of systemsIn(new App())) {
    write(`docs/topology/${system.systemName}.svg`, svgOf(system, await pictureOf(system)));
  }
  for (const [file, parts] of generatedParts(new PublicApi())) {
    write(file, withParts(file, readFileSync(join(root, file), 'utf8'), parts));
  }
  await writeReference(join(root, 'docs', 'api'));
  console.log('docs/api');
}

function write(file: string, content: string): void {
  writeFileSync(join(root, file), content);
  console.log(file);
}

void main();
