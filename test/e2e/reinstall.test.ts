/** A release that is uninstalled leaves its volumes and Secrets, and the one that is installed next finds the data. */
import { measured } from './support/cluster';
import { remains } from './support/namespaces';
import { everythingReady, nothingRuns } from './support/readiness';
import { run } from './support/run';
import { thorough } from './support/steps';
import { type System, chart, helmSettings, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

thorough('helm uninstall leaves Secrets and volumes, and helm install finds all that was written', async () => {
  const { release } = given;
  await writing(given, async (writer) => {
    const before = await remains(release);
    expect(before.filter((name) => name.startsWith('Secret/')).length).toBeGreaterThan(1);
    await run('helm', ['uninstall', release, `--namespace=${release}`]);
    await nothingRuns(release);
    expect(await remains(release)).toEqual(before);

    const from = Date.now();
    await run('helm', ['install', release, chart, ...helmSettings(given)], { timeoutSeconds: 300 });
    await everythingReady(release);
    await writer.goesOn();
    measured(`installed again: everything Ready after ${((Date.now() - from) / 1000).toFixed(0)} s`);
    expect(await remains(release)).toEqual(before);
  });
});
