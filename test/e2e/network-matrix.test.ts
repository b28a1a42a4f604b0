/** What the connections declare is what the network carries: between all tiers, to and from other namespaces, and beyond. */
import { claim, discard, makeNamespaces } from './support/namespaces';
import { expectConnections } from './support/reachability';
import { everythingReady } from './support/readiness';
import { step } from './support/steps';
import { type System, system, upgrade } from './support/system';

let given: System;
let scraper: string;

beforeAll(async () => {
  given = await system();
  scraper = `${given.release}-scraper`;
  await claim(scraper);
  await makeNamespaces(scraper);
});

afterAll(discard);

step(
  "every pair of tiers and every port is as staging's table says, and so are a foreign namespace and a host outside",
  async () => {
    // The suite's clients also scrape; here each namespace has one part.
    await upgrade(given, `--set=network.scraperNamespace=${scraper}`);
    const { release, ingress, stranger } = given;
    await expectConnections(
      { namespace: release, instance: release, around: { ingress, scraper, stranger } },
      'staging',
    );
    await upgrade(given);
    await everythingReady(release);
  },
);
