/** Deployments of a release, and the pods they replace. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';
import { eventually } from './eventually';
import type { System } from './system';

type Release = Pick<System, 'release'>;

/** UIDs of the tiers' pods, those included that are about to end. */
export async function podsOf({ release }: Release, ...tiers: readonly string[]): Promise<readonly string[]> {
  return (await allPods({ release }, ...tiers)).map(({ metadata }) => metadata?.uid ?? '').sort();
}

export async function allPods({ release }: Release, ...tiers: readonly string[]): Promise<readonly Pod[]> {
  const selector = `app.kubernetes.io/instance=${release},app.kubernetes.io/name in (${tiers.join(',')})`;
  return get<Pod>('pods', `--namespace=${release}`, `--selector=${selector}`);
}

/** Waits until the tiers' Deployments have all their pods of the latest template. */
export async function rolledOut({ release }: Release, ...tiers: readonly string[]): Promise<void> {
  for (const tier of tiers) {
    const args = ['rollout', 'status', `deployment/${release}-${tier}`, `--namespace=${release}`, '--timeout=240s'];
    await kubectl(args, { timeoutSeconds: 260 });
  }
}

/** Waits until these pods have ended. */
export async function gone({ release }: Release, uids: readonly string[]): Promise<void> {
  await eventually('the old pods are gone', { namespace: release, seconds: 120 }, async () => {
    const now = (await get<Pod>('pods', `--namespace=${release}`)).map(({ metadata }) => metadata?.uid ?? '');
    expect(now.filter((uid) => uids.includes(uid))).toEqual([]);
  });
}
