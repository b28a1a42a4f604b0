/** Any pod of any workload deleted while writes go on, by its own leave or at once: it comes back, and nothing is lost. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady, podsByWorkload } from './support/readiness';
import { thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

const gracefully: readonly string[] = [];
/** Kubernetes forgets the pod at once, and its processes may go on for a while beside those of its successor. */
const atOnce = ['--force', '--grace-period=0'];

thorough('a pod of every workload, all in the same moment, at once', async () => {
  const workloads = await workloadsOf(given.release);
  const before = await podsByWorkload(given.release);
  await writing(given, async (writer) => {
    await recovery('everything Ready', async () => {
      await Promise.all(workloads.map((name) => replaced(name, before[name]?.[0] ?? '', atOnce)));
    });
    await writer.goesOn();
  });
});

for (const [how, options] of [
  ['gracefully', gracefully],
  ['at once', atOnce],
] as const) {
  thorough(`every pod of every workload, one after the other, ${how}`, async () => {
    const workloads = await workloadsOf(given.release);
    await writing(given, async (writer) => {
      for (const name of workloads) {
        const times: number[] = [];
        for (const pod of (await podsByWorkload(given.release))[name] ?? []) {
          times.push(await replaced(name, pod, options));
          await writer.goesOn();
        }
        measured(`${name}: everything Ready after ${times.map((seconds) => seconds.toFixed(0)).join(', ')} s`);
      }
    });
  });
}

/** Names of whatever the release runs. */
async function workloadsOf(namespace: string): Promise<readonly string[]> {
  const selector = `--selector=app.kubernetes.io/instance=${namespace}`;
  const found = await get('deployments,statefulsets,daemonsets', `--namespace=${namespace}`, selector);
  const workloads = found.map(({ metadata }) => metadata.name);
  const running = Object.keys(await podsByWorkload(namespace));
  expect(workloads.toSorted()).toEqual(running.filter((name) => name.startsWith(namespace)).sort());
  return workloads;
}

/** Deletes a pod, and waits until another has its place and everything is Ready. @returns the seconds it took */
async function replaced(workload: string, uid: string, options: readonly string[]): Promise<number> {
  const { release } = given;
  const before = (await podsByWorkload(release))[workload] ?? [];
  const pods = await get<Pod>('pods', `--namespace=${release}`);
  const name = pods.find(({ metadata }) => metadata?.uid === uid)?.metadata?.name ?? '';
  const from = Date.now();
  await kubectl(['delete', 'pod', name, `--namespace=${release}`, '--wait=false', ...options]);
  await eventually(`another pod for ${name}`, { namespace: release, seconds: 180 }, async () => {
    const after = (await podsByWorkload(release))[workload] ?? [];
    expect([after.length, after.includes(uid)]).toEqual([before.length, false]);
  });
  await everythingReady(release, 180);
  return (Date.now() - from) / 1000;
}
