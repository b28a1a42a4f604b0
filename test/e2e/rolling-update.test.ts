/** Frontend and API replaced by another release while users are at it: nobody notices. */
import { measured } from './support/cluster';
import { everyKind, underLoad } from './support/k6';
import { gone, podsOf, rolledOut } from './support/rollouts';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { step } from './support/steps';
import { type System, system, upgrade } from './support/system';

const TIERS = ['frontend', 'backend'] as const;

let given: System;
beforeAll(async () => {
  given = await system();
});

step('helm upgrade of frontend and API, and helm rollback: not one request fails', async () => {
  const { release } = given;
  await underLoad(given, { requests: everyKind }, async () => {
    const first = await podsOf(given, ...TIERS);
    await replaced(first, () =>
      upgrade(given, ...TIERS.map((tier) => `--set-string=${tier}.podAnnotations.rolled=yes`)),
    );
    const second = await podsOf(given, ...TIERS);
    await replaced(second, async () => {
      await run('helm', ['rollback', release, `--namespace=${release}`]);
    });
  });
  await everythingReady(release);
});

/** Until all pods are others, and the old ones have ended. */
async function replaced(old: readonly string[], by: () => Promise<unknown>): Promise<void> {
  const from = Date.now();
  await by();
  await rolledOut(given, ...TIERS);
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  await gone(given, old);
  measured(
    `${old.length} pods replaced after ${seconds} s, the old ones ended after ${((Date.now() - from) / 1000).toFixed(1)} s`,
  );
}
