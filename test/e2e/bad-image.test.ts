/** An image that is not there stops the rollout, and nobody but the operator notices. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, report } from './support/cluster';
import { eventually } from './support/eventually';
import { beside, manifests } from './support/frontend-and-api';
import { replicatedKinds, underLoad } from './support/k6';
import { everythingReady } from './support/readiness';
import { gone, podsOf, rolledOut } from './support/rollouts';
import { run } from './support/run';
import { step, thorough } from './support/steps';
import { type System, system, upgrade } from './support/system';

const TIERS = ['frontend', 'backend'] as const;
const BAD = TIERS.map((tier) => `--set=${tier}.image.tag=of-no-registry`);

let given: System;
beforeAll(async () => {
  given = await system();
});

step('helm upgrade to it changes no pod that serves, and helm rollback ends the matter', async () => {
  const { release } = given;
  await underLoad(given, { requests: replicatedKinds }, async () => {
    const serving = await podsOf(given, ...TIERS);
    await upgrade(given, ...BAD);
    const waiting = await stopped(given, serving);
    await run('helm', ['rollback', release, `--namespace=${release}`]);
    await rolledOut(given, ...TIERS);
    await gone(given, waiting);
    expect(await podsOf(given, ...TIERS)).toEqual(serving);
  });
  await everythingReady(release);
});

thorough('kubectl apply of it changes no pod that serves, and kubectl rollout undo ends the matter', () =>
  beside(given, 'manifests', async (other) => {
    const apply = ['apply', `--namespace=${other.release}`, '--filename=-'];
    await kubectl(apply, { input: await manifests(other) });
    await everythingReady(other.release);
    await underLoad(other, { requests: replicatedKinds }, async () => {
      const serving = await podsOf(other, ...TIERS);
      await kubectl(apply, { input: await manifests(other, ...BAD) });
      const waiting = await stopped(other, serving);
      for (const tier of TIERS) {
        const undo = ['rollout', 'undo', `deployment/${other.release}-${tier}`, `--namespace=${other.release}`];
        await kubectl(undo);
      }
      await rolledOut(other, ...TIERS);
      await gone(other, waiting);
      expect(await podsOf(other, ...TIERS)).toEqual(serving);
    });
    await everythingReady(other.release);
  }),
);

/** Waits until each tier has one pod more, which has no image, and says which those are; all the others serve. */
async function stopped({ release }: System, serving: readonly string[]): Promise<readonly string[]> {
  const found = await eventually('new pods wait for their image', { namespace: release }, async () => {
    const pods = await get<Pod>('pods', `--namespace=${release}`);
    const fresh = pods.flatMap(({ metadata, status }) => {
      const [reason] = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? []);
      return reason === undefined ? [] : [{ uid: metadata?.uid ?? '', reason }];
    });
    expect(fresh.filter(({ reason }) => !/^(ErrImage|ImagePull)/.test(reason))).toEqual([]);
    expect(fresh.length).toBe(TIERS.length);
    const ready = pods.filter(
      ({ metadata, status }) =>
        serving.includes(metadata?.uid ?? '') &&
        status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    );
    expect(ready.length).toBe(serving.length);
    return fresh;
  });
  report(`new pods wait: ${found.map(({ reason }) => reason).join(', ')}; ${serving.length} go on serving`);
  for (const tier of TIERS) {
    const status = ['rollout', 'status', `deployment/${release}-${tier}`, `--namespace=${release}`, '--timeout=5s'];
    await expect(kubectl(status)).rejects.toThrow('timed out waiting for the condition');
  }
  return found.map(({ uid }) => uid);
}
