/** The first release, with its data, upgraded to what is here by one helm upgrade while writes go on. */
import { kubectl, loadImages, measured } from './support/cluster';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { identities, installFrom, makeMissingSecrets, misrecorded, recordedCommit, withTree } from './support/releases';
import { run } from './support/run';
import { step } from './support/steps';
import { expandableClassOf } from './support/storage';
import { type System, chart, helmSettings, systemNames, upgrade } from './support/system';
import { writing } from './support/writer';

const commit = recordedCommit('first');
const release = `${systemNames().release}-first`;
const given: System = { release, ingress: `${release}-ingress`, stranger: `${release}-stranger` };

beforeAll(() => claim(release, given.ingress));

afterAll(async () => {
  await discard();
  await kubectl(['delete', 'storageclass', expandableClassOf(release), '--ignore-not-found']);
});

step('what is on record of its immutable fields is what it shipped', async () => {
  expect(await misrecorded(commit)).toEqual({ development: [], production: [], staging: [] });
});

step('the first release, from its own tree and by its own README, becomes Ready', () =>
  withTree(commit, (folder) => installFrom(folder, given)),
);

step('helm upgrade brings it here: writes are kept, and no object, volume or Secret is replaced', async () => {
  await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given)])).stdout);
  await writing(given, async (writer) => {
    const before = await identities(release);
    const from = Date.now();
    // The one step by hand.
    await makeMissingSecrets(release);
    await upgrade(given);
    await everythingReady(release);
    await writer.goesOn();
    measured(`from ${commit.slice(0, 7)}: everything Ready after ${((Date.now() - from) / 1000).toFixed(0)} s`);
    expect(await identities(release)).toMatchObject(before);
  });
});
