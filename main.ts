/** Writes every system: plain manifests under dist/, a chart under charts/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { chartFiles } from './lib/output/helm/package';
import { Manifests } from './lib/output/manifests';
import { replaceFolders } from './lib/output/write';
import { ClusterAi } from './lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from './lib/systems/environment';
import { lostTokens } from './lib/values/token';

const app = new App();
const systems = [new ClusterAi(app)];

const dist = new Map<string, string>();
const charts = new Map<string, string>();
const problems: string[] = [];
const written: string[] = [];

for (const system of systems) {
  const name = system.systemName;
  const manifests = new Manifests(system);
  const environments = environmentsIn(system.environments);
  for (const environment of environments) {
    try {
      const files = manifests.files(valuesOf(system.schema, environment), { name, namespace: name });
      for (const [path, content] of files) dist.set(`${name}/${environment.name}/${path}`, content);
      written.push(`dist/${name}/${environment.name}: ${String(files.size)} files`);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  const chart = chartFiles(system, new Map(environments.map((environment) => [environment.name, environment.source])));
  for (const [path, content] of chart) charts.set(`${name}/${path}`, content);
  written.push(`charts/${name}: ${String(chart.size)} files`);
}

for (const expression of lostTokens()) problems.push(`${expression} was handed out as a string and reached no object`);

if (problems.length > 0) {
  process.stderr.write(`Nothing is written:\n${problems.join('\n')}\n`);
  process.exitCode = 1;
} else {
  replaceFolders(process.cwd(), { dist, charts });
  // The CLI asks for a file in the folder that it names; what this app writes is beside it.
  const scratch = process.env.CDK8S_OUTDIR;
  if (scratch !== undefined) {
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, 'written.yaml'), written.map((line) => `- ${line}\n`).join(''));
  }
  process.stderr.write(`${written.join('\n')}\n`);
}
