/**
 * What a release promises, so that the next can be compared with it: the values of each chart, what of its objects no
 * upgrade can change, and the names that the package exports. `test/released/` holds it as of the last release.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { z } from 'zod';
import { version } from '../../package.json';
import { jsonText } from '../../lib/output/helm/json';
import { environmentsIn } from '../../lib/systems/environment';
import type { SystemWithEnvironments } from '../../lib/systems/synthesise';
import { systemsIn } from '../../lib/systems/systems';
import type { JsonObject } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';
import { jsonSchemaOf } from '../../lib/values/schema';
import { immutableFieldsOf } from '../../test/systems/cluster-ai/immutable-fields';
import { type KubernetesObject, titleOf } from '../../test/systems/cluster-ai/pods';
import { type Reading, readingOf } from '../../test/systems/reading';
import { Api, Entries, JsonMap, packageApi, tierEntries } from './api';
import { type ValueFacts, valueFacts } from './values';

export interface EnvironmentRecord {
  /** What the environment's file sets. */
  readonly given: JsonObject;
  /** By kind and name, what no upgrade can change. */
  readonly objects: JsonObject;
}

export interface SystemRecord {
  readonly values: ValueFacts;
  readonly environments: Readonly<Record<string, EnvironmentRecord>>;
}

export interface ReleaseRecord {
  readonly version: string;
  readonly api: Api;
  readonly entries: Entries;
  readonly systems: Readonly<Record<string, SystemRecord>>;
}

export const readings = (): readonly Reading[] =>
  systemsIn(new App()).map((system: SystemWithEnvironments) => readingOf(system));

function recordOf(systems: readonly Reading[]): ReleaseRecord {
  const records = systems.map((reading) => [reading.system.systemName, systemRecordOf(reading)] as const);
  return { version, api: packageApi(), entries: tierEntries(), systems: Object.fromEntries(records) };
}

export function systemRecordOf({ system, objectsIn }: Reading): SystemRecord {
  const environments = environmentsIn(system.environments).map(
    ({ name, file, source }): [string, EnvironmentRecord] => [
      name,
      { given: parseValues(source, file), objects: lastingOf(objectsIn(name)) },
    ],
  );
  return { values: valueFacts(jsonSchemaOf(system.schema)), environments: Object.fromEntries(environments) };
}

/** Objects that the next release must still have, with the fields that must be the same. A Job's name is of its content. */
export function lastingOf(objects: readonly KubernetesObject[]): JsonObject {
  const names = objects
    .filter(({ kind }) => kind !== 'Job')
    .map((object): [string, JsonObject] => [titleOf(object), {}]);
  const all = { ...Object.fromEntries(names), ...immutableFieldsOf(objects) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// ---- Files ---------------------------------------------------------------------------------------------------------

const folder = join(__dirname, '..', '..', 'test', 'released');

const OfPackage = z.object({
  version: z.string(),
  systems: z.array(z.string()),
  entries: Entries,
  exports: Api,
});
const OfSystem = z.object({
  values: z.record(z.string(), JsonMap),
  environments: z.record(z.string(), z.object({ given: JsonMap, objects: JsonMap })),
});

export function releasedRecord(): ReleaseRecord {
  const { version: of, systems, entries, exports: api } = OfPackage.parse(read('package'));
  const records = systems.map((name) => [name, OfSystem.parse(read(name))] as const);
  return { version: of, api, entries, systems: Object.fromEntries(records) };
}

function writeRecord({ version: of, api, entries, systems }: ReleaseRecord): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  write('package', { version: of, systems: Object.keys(systems), entries, exports: api });
  for (const [name, record] of Object.entries(systems)) write(name, record);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

function write(name: string, content: object): void {
  const plain = z.json().parse(JSON.parse(JSON.stringify(content)));
  writeFileSync(join(folder, `${name}.json`), `${jsonText(plain)}\n`);
}

if (require.main === module) {
  const tag = `v${version}`;
  if (execFileSync('git', ['tag', '--list', tag], { encoding: 'utf8' }).trim() === tag) {
    process.stderr.write(
      `${version} is released, and test/released/ says what it was; npm run bump records the next.\n`,
    );
    process.exitCode = 1;
  } else {
    writeRecord(recordOf(readings()));
  }
}
