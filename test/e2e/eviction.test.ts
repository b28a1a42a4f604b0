/** Every pod sent away through the Eviction API, as draining a node does, on a node that takes them back. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Eviction } from 'kubernetes-types/policy/v1';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, kubectl, measured, recovery } from './support/cluster';
import { replicatedKinds, underLoad } from './support/k6';
import { everythingReady } from './support/readiness';
import { step } from './support/steps';
import { type System, system } from './support/system';
import { watching } from './support/watch';
import { writing } from './support/writer';

const RETRY_SECONDS = 2;
const PATIENCE_SECONDS = 300;
const COLUMNS = ['.metadata.name', '.spec.replicas', '.status.readyReplicas'];

let given: System;
beforeAll(async () => {
  given = await system();
});

step('every pod evicted: budgets keep all but one of each workload, no request fails, no write is lost', async () => {
  const { release } = given;
  let states: readonly (readonly string[])[] = [];
  await writing(given, () =>
    underLoad(given, { requests: replicatedKinds }, async () => {
      const watch = (kind: string, events: () => Promise<void>) => watching(release, kind, COLUMNS, events);
      let deployments: typeof states = [];
      const sets = await watch('statefulsets', async () => {
        deployments = await watch('deployments', async () => {
          await evictAll();
          await recovery('everything Ready', () => everythingReady(release));
        });
      });
      states = [...deployments, ...sets];
    }),
  );
  const replicated = states.filter(([, wanted]) => Number(wanted) > 1);
  expect(new Set(replicated.map(([name]) => name)).size).toBe(4);
  const bereft = replicated.filter(([, wanted, ready]) => (Number(ready) || 0) < Number(wanted) - 1);
  expect(bereft).toEqual([]);
});

async function evictAll(): Promise<void> {
  const pods = (await get<Pod>('pods', `--namespace=${given.release}`)).filter(
    ({ metadata, status }) => status?.phase === 'Running' && metadata?.deletionTimestamp === undefined,
  );
  const byWorkload = new Map<string, Pod[]>();
  for (const pod of pods) {
    const workload = pod.metadata?.labels?.['app.kubernetes.io/name'] ?? '';
    byWorkload.set(workload, [...(byWorkload.get(workload) ?? []), pod]);
  }
  const from = Date.now();
  const refusals = await Promise.all(
    [...byWorkload.values()].map(async (workload) => {
      let refused = 0;
      for (const pod of workload) refused += await evict(pod);
      return refused;
    }),
  );
  const refused = refusals.reduce((sum, count) => sum + count);
  measured(`${pods.length} pods evicted in ${((Date.now() - from) / 1000).toFixed(1)} s; 429 ${refused} times`);
  expect(refused).toBeGreaterThan(0);
}

/** How often it was refused by a disruption budget before. */
async function evict({ metadata }: Pod): Promise<number> {
  const { release } = given;
  const name = metadata?.name ?? '';
  const eviction: Eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: release } };
  const path = `/api/v1/namespaces/${release}/pods/${name}/eviction`;
  for (let refused = 0; refused * RETRY_SECONDS < PATIENCE_SECONDS; refused += 1) {
    try {
      await kubectl(['create', `--raw=${path}`, '--filename=-'], { input: JSON.stringify(eviction) });
      return refused;
    } catch (error) {
      // kubectl says by these words that the answer was 429.
      if (!String(error).includes("Cannot evict pod as it would violate the pod's disruption budget")) throw error;
      await sleep(RETRY_SECONDS * 1000);
    }
  }
  throw new Error(`${name} was not to be evicted within ${PATIENCE_SECONDS} s`);
}
