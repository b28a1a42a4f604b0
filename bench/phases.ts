// One synthesis, timed: prints the milliseconds of each phase as JSON. Every figure is that of a first call, as in
// a real run; bench/synth.ts repeats it in fresh processes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { chartFiles } from '../lib/output/helm/package';
import { Manifests } from '../lib/output/manifests';
import { replaceFolders } from '../lib/output/write';
import { emitDocument, joinDocuments } from '../lib/output/yaml';
import { ClusterAi } from '../lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from '../lib/systems/environment';

let last = 0;
function lap(): number {
  const now = performance.now();
  const elapsed = now - last;
  last = now;
  return elapsed;
}

const loading = lap();

const system = new ClusterAi(new App());
const manifests = new Manifests(system);
const constructing = lap();

const name = system.systemName;
const environments = environmentsIn(system.environments);
const evaluated = environments.map((environment) => ({
  environment,
  tiers: manifests.evaluate(valuesOf(system.schema, environment), { name, namespace: name }),
}));
const evaluating = lap();

const dist = new Map<string, string>();
for (const { environment, tiers } of evaluated) {
  for (const [tier, objects] of tiers)
    dist.set(`${name}/${environment.name}/${tier}.yaml`, joinDocuments(objects.map(emitDocument)));
}
const emittingManifests = lap();

const charts = chartFiles(system, new Map(environments.map((environment) => [environment.name, environment.source])));
const emittingChart = lap();

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
replaceFolders(folder, { dist, charts });
const writing = lap();
rmSync(folder, { recursive: true });

console.log(JSON.stringify({ loading, constructing, evaluating, emittingManifests, emittingChart, writing }));
