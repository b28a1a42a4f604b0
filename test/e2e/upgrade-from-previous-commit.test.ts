/** The output before the latest change of it, with data, upgraded to what is here: by kubectl apply -k, and by Helm. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { exec, kubectl, loadImages, measured } from './support/cluster';
import { claim, discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { identities, installFrom, makeMissingSecrets, misrecorded, previousCommit, withTree } from './support/releases';
import { run } from './support/run';
import { thorough } from './support/steps';
import { expandableClassOf } from './support/storage';
import { type System, chart, helmSettings, psql, systemNames, upgrade } from './support/system';
import { writing } from './support/writer';

const names = systemNames().release;
const release = `${names}-previous`;
const given: System = { release, ingress: `${release}-ingress`, stranger: `${release}-stranger` };
/** Plain manifests call everything cluster-ai, in whatever namespace. */
const plain = `${names}-plain`;
const development = 'dist/cluster-ai/development';

let commit: string;

beforeAll(async () => {
  commit = await previousCommit();
  await claim(release, given.ingress, plain);
});

afterAll(async () => {
  await discard();
  await kubectl(['delete', 'storageclass', expandableClassOf(release), '--ignore-not-found']);
});

thorough('what is on record of its immutable fields is what it shipped', async () => {
  expect(await misrecorded(commit)).toEqual({ development: [], production: [], staging: [] });
});

thorough(
  'development by kubectl apply -k: a row and a key are kept, and no object, volume or Secret is replaced',
  async () => {
    await withTree(commit, (folder) => apply(join(folder, development)));
    await inPostgres("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('row')");
    await inRedis('set', 'kept', 'key');
    const before = await identities(plain);
    const from = Date.now();
    await apply(development);
    measured(`from ${commit.slice(0, 7)}: everything Ready after ${((Date.now() - from) / 1000).toFixed(0)} s`);
    expect([await inPostgres('SELECT word FROM kept'), await inRedis('get', 'kept')]).toEqual(['row', 'key']);
    expect(await identities(plain)).toMatchObject(before);
  },
);

thorough("staging's shape by helm upgrade, while writes go on", async () => {
  await withTree(commit, (folder) => installFrom(folder, given));
  await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given)])).stdout);
  await writing(given, async (writer) => {
    const before = await identities(release);
    await makeMissingSecrets(release);
    await upgrade(given);
    await everythingReady(release);
    await writer.goesOn();
    expect(await identities(release)).toMatchObject(before);
  });
});

/** Applies an overlay that moves the manifests to a namespace of the test's. */
async function apply(manifests: string): Promise<void> {
  const overlay = realpathSync(mkdtempSync(join(tmpdir(), 'overlay-')));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: plain,
    resources: [relative(overlay, realpathSync(resolve(manifests)))],
  };
  writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
  await loadImages(await kubectl(['kustomize', overlay]));
  await kubectl(['apply', '-k', overlay]);
  await everythingReady(plain);
}

async function inPostgres(command: string): Promise<string> {
  return psql({ release: plain }, command, 'cluster-ai-postgres-primary-0');
}

async function inRedis(...command: readonly string[]): Promise<string> {
  return (await exec(plain, 'cluster-ai-redis-0', 'redis-cli', ...command)).trim();
}
