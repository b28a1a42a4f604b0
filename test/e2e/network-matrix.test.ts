/** What the connections declare is what the network carries: between all tiers, to and from other namespaces, and beyond. */
import { kubectl, loadImages } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { expectConnections } from './support/reachability';
import { everythingReady } from './support/readiness';
import { makeMissingSecrets } from './support/releases';
import { run } from './support/run';
import { thorough } from './support/steps';
import { type System, chart, helmSettings, system, upgrade } from './support/system';

let given: System;
let scraper: string;

beforeAll(async () => {
  given = await system();
  scraper = `${given.release}-scraper`;
  await claim(scraper);
  await makeNamespaces(scraper);
});

afterAll(discard);

thorough(
  "every pair of tiers and every port is as the suite's table says, and so are a foreign namespace and a host outside",
  async () => {
    const { release, ingress, stranger } = given;
    // What scrapes is not where clients are, as in staging.
    const settings = ['--values=test/e2e/values/watched.yaml', `--set=network.scraperNamespace=${scraper}`];
    await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given), ...settings])).stdout);
    await makeMissingSecrets(release);
    // As NOTES.txt asks for it: staging tells Slack of its alerts.
    const slack = '--from-literal=slack-url=https://hooks.example.com/services/test';
    const create = [
      'create',
      'secret',
      'generic',
      `${release}-alertmanager`,
      slack,
      '--dry-run=client',
      '--output=yaml',
    ];
    await kubectl(['apply', `--namespace=${release}`, '--filename=-'], { input: await kubectl(create) });
    await upgrade(given, ...settings);
    await everythingReady(release);
    await expectConnections({ namespace: release, instance: release, around: { ingress, scraper, stranger } }, 'suite');
    await upgrade(given);
    await everythingReady(release);
  },
);
