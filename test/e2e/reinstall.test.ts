/** A release that is uninstalled leaves its volumes and Secrets, and the one that is installed next finds the data. */
import { get, measured } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { step } from './support/steps';
import { type System, chart, helmSettings, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

step('helm uninstall leaves Secrets and volumes, and helm install finds all that was written', async () => {
  const { release } = given;
  await writing(given, async (writer) => {
    const before = await remains(release);
    expect(before.filter((name) => name.startsWith('Secret/')).length).toBeGreaterThan(1);
    await run('helm', ['uninstall', release, `--namespace=${release}`]);
    await eventually('the workloads are gone', { namespace: release, seconds: 120 }, async () => {
      const ours = `--selector=app.kubernetes.io/instance=${release}`;
      const kinds = 'deployments,statefulsets,jobs,cronjobs,services,configmaps,networkpolicies,pods';
      expect(await get(kinds, `--namespace=${release}`, ours)).toEqual([]);
    });
    expect(await remains(release)).toEqual(before);

    const from = Date.now();
    await run('helm', ['install', release, chart, ...helmSettings(given)], { timeoutSeconds: 300 });
    await everythingReady(release);
    await writer.goesOn();
    measured(`installed again: everything Ready after ${((Date.now() - from) / 1000).toFixed(0)} s`);
    expect(await remains(release)).toEqual(before);
  });
});

/** What nobody deletes, with UIDs: the release's Secrets, and the claims on volumes. */
async function remains(namespace: string): Promise<readonly string[]> {
  const found = await get('secrets,persistentvolumeclaims', `--namespace=${namespace}`);
  return found
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined && !metadata.name.startsWith('sh.helm.'))
    .map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.uid ?? ''}`);
}
