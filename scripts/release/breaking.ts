/** What has changed since the last release by which somebody who upgrades has something to do. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { valuesOf } from '../../lib/systems/environment';
import type { JsonObject } from '../../lib/values/expression';
import { manualSteps } from '../../test/systems/cluster-ai/immutable-fields';
import type { Reading } from '../../test/systems/reading';
import { brokenApi, brokenEntries } from './api-changes';
import { plannedBump, unannounced } from './announced';
import { packageApi, tierEntries } from './api';
import {
  type EnvironmentRecord,
  type ReleaseRecord,
  type SystemRecord,
  lastingOf,
  readings,
  releasedRecord,
  systemRecordOf,
} from './record';
import { brokenValues } from './values';

/** A sentence for each change, with what was and what is. */
export function breakingChanges(released: ReleaseRecord, systems: readonly Reading[]): readonly string[] {
  const inPackage = [...brokenApi(released.api, packageApi()), ...brokenEntries(released.entries, tierEntries())];
  return [...brokenSystems(released.systems, systems), ...inPackage.map((what) => `cdk8s-tiers: ${what}`)];
}

export function brokenSystems(released: ReleaseRecord['systems'], systems: readonly Reading[]): readonly string[] {
  const byName = new Map(systems.map((reading) => [reading.system.systemName, reading]));
  return Object.entries(released).flatMap(([name, was]) => {
    const reading = byName.get(name);
    if (reading === undefined) return [`${name}: its chart is no more`];
    return brokenSystem(was, systemRecordOf(reading), reading).map((what) => `${name}: ${what}`);
  });
}

/** A chart's values, and its objects for the values files of the last release and for those of now. */
export function brokenSystem(was: SystemRecord, is: SystemRecord, reading: Reading): readonly string[] {
  const objects = Object.entries(was.environments).flatMap(([name, environment]) =>
    brokenEnvironment(environment, is.environments[name], reading).map((what) => `in ${name}, ${what}`),
  );
  return [...brokenValues(was.values, is.values), ...objects];
}

/** By `kubectl apply -k` of what is in dist/, and by `helm upgrade` with the values file that the last release took. */
function brokenEnvironment(
  was: EnvironmentRecord,
  is: EnvironmentRecord | undefined,
  reading: Reading,
): readonly string[] {
  if (is !== undefined && isDeepStrictEqual(was.given, is.given)) return manualSteps(was.objects, is.objects);
  const applied = is ? manualSteps(was.objects, is.objects) : ['its manifests in dist/ are no more'];
  return [...new Set([...applied, ...upgraded(was, reading)])];
}

function upgraded(was: EnvironmentRecord, { system, objectsWith }: Reading): readonly string[] {
  let objects: JsonObject;
  try {
    const file = { file: 'values', source: JSON.stringify(was.given) };
    objects = lastingOf(objectsWith(valuesOf(system.schema, file)));
  } catch (error) {
    return [`the values of the last release are refused: ${error instanceof Error ? error.message : String(error)}`];
  }
  return manualSteps(was.objects, objects);
}

async function main(): Promise<void> {
  const breaking = breakingChanges(releasedRecord(), readings());
  const planned = await plannedBump(join(__dirname, '..', '..'));
  const missing = unannounced(breaking, planned);
  process.stdout.write([...(missing.length > 0 ? missing : breaking), ''].join('\n'));
  if (missing.length > 0) process.exitCode = 1;
}

if (require.main === module) void main();
