// One synthesis of all systems, timed: prints the milliseconds of each phase as JSON. Every figure is that of a first call, as in
// a real run; bench/synth.ts repeats it in fresh processes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { chartFiles } from '../lib/output/helm/package';
import { Manifests } from '../lib/output/manifests';
import { replaceFolders } from '../lib/output/write';
import { emitStream } from '../lib/output/yaml';
import { environmentsIn, valuesOf } from '../lib/systems/environment';
import { systemsIn } from '../lib/systems/systems';

let last = 0;
function lap(): number {
  const now = performance.now();
  const elapsed = now - last;
  last = now;
  return elapsed;
}

const loading = lap();

const systems = systemsIn(new App()).map((system) => ({
  system,
  name: system.systemName,
  manifests: new Manifests(system),
  environments: environmentsIn(system.environments),
}));
const constructing = lap();

const evaluated = systems.flatMap(({ system, name, manifests, environments }) =>
  environments.map((environment) => ({
    folder: `${name}/${environment.name}`,
    tiers: manifests.evaluate(valuesOf(system.schema, environment), { name, namespace: name }),
  })),
);
const evaluating = lap();

const dist = new Map<string, string>();
for (const { folder, tiers } of evaluated) {
  for (const [tier, objects] of tiers) dist.set(`${folder}/${tier}.yaml`, emitStream(objects));
}
const emittingManifests = lap();

const charts = new Map<string, string>();
for (const { system, name, environments } of systems) {
  const sources = new Map(environments.map((environment) => [environment.name, environment.source]));
  for (const [path, content] of chartFiles(system, sources)) charts.set(`${name}/${path}`, content);
}
const emittingCharts = lap();

const root = mkdtempSync(join(tmpdir(), 'bench-'));
replaceFolders(root, { dist, charts });
const writing = lap();
rmSync(root, { recursive: true });

console.log(JSON.stringify({ loading, constructing, evaluating, emittingManifests, emittingCharts, writing }));
