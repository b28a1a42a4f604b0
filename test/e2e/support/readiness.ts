/** Whether all that a namespace holds is at work. */
import type { DaemonSet, Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { get, report } from './cluster';
import { eventually } from './eventually';

/** Waits until each workload runs its latest template alone, all Ready, and every Job is complete. */
export async function everythingReady(namespace: string, seconds = 300): Promise<void> {
  await eventually(`everything in ${namespace} Ready`, { seconds, namespace }, async () => {
    const problems = await unready(namespace);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
  const pods = await runningPods(namespace);
  const restarts = pods.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? [])
      .filter(({ restartCount }) => restartCount > 0)
      .map(({ name, restartCount }) => `${metadata?.name ?? ''} ${name} ${restartCount}`),
  );
  report(`${pods.length} pods Ready; restarts: ${restarts.join(', ') || 'none'}`);
}

/** Waits until every pod that was told to end has ended. */
export async function nothingEnds(namespace: string): Promise<void> {
  await eventually(`pods of ${namespace} have ended`, { seconds: 180, namespace }, async () => {
    const pods = await get<Pod>('pods', `--namespace=${namespace}`);
    const ending = pods.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
    expect(ending.map(({ metadata }) => metadata?.name)).toEqual([]);
  });
}

/** Waits until a release that was uninstalled from its namespace is gone, but for what holds its state. */
export async function nothingRuns(release: string): Promise<void> {
  await eventually('the workloads are gone', { namespace: release, seconds: 120 }, async () => {
    const ours = `--selector=app.kubernetes.io/instance=${release}`;
    const kinds = 'deployments,statefulsets,jobs,cronjobs,services,configmaps,networkpolicies,pods';
    const found = await get(kinds, `--namespace=${release}`, ours);
    // Helm leaves the pod of `helm test`.
    const left = found.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
    expect(left.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
  });
}

/** UIDs of the pods that run, by the Deployment, StatefulSet or Job that made them. */
export async function podsByWorkload(namespace: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, string[]> = {};
  for (const { metadata } of await runningPods(namespace)) {
    const [owner] = metadata?.ownerReferences ?? [];
    const workload = owner?.kind === 'ReplicaSet' ? owner.name.replace(/-[^-]+$/, '') : owner?.name;
    if (workload !== undefined) (found[workload] ??= []).push(metadata?.uid ?? '');
  }
  return Object.fromEntries(Object.entries(found).map(([workload, uids]) => [workload, uids.sort()]));
}

async function runningPods(namespace: string): Promise<readonly Pod[]> {
  const pods = await get<Pod>('pods', `--namespace=${namespace}`, '--field-selector=status.phase=Running');
  return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

type Controller =
  | (Deployment & { kind: 'Deployment' })
  | (StatefulSet & { kind: 'StatefulSet' })
  | (DaemonSet & { kind: 'DaemonSet' })
  | (Job & { kind: 'Job' });

async function unready(namespace: string): Promise<readonly string[]> {
  const controllers = await get<Controller>('deployments,statefulsets,daemonsets,jobs', `--namespace=${namespace}`);
  if (controllers.length === 0) return ['nothing is there yet'];
  const scalers = await get<HorizontalPodAutoscaler>('horizontalpodautoscalers', `--namespace=${namespace}`);
  const fewest = new Map(scalers.map(({ spec }) => [spec?.scaleTargetRef.name, spec?.minReplicas]));
  return controllers.flatMap((controller) => {
    const problem = problemOf(controller, fewest.get(controller.metadata?.name) ?? 1);
    return problem === undefined ? [] : [`${controller.kind}/${controller.metadata?.name ?? ''}: ${problem}`];
  });
}

/** @param fewest replicas that its autoscaler will bring it to */
function problemOf(controller: Controller, fewest: number): string | undefined {
  if (controller.kind === 'Job') {
    const done = controller.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True');
    return done ? undefined : JSON.stringify(controller.status?.conditions ?? 'running');
  }
  if (controller.kind === 'DaemonSet') return problemOfAgents(controller);
  const { metadata, spec, status } = controller;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return 'not seen by its controller yet';
  const wanted = Math.max(spec?.replicas ?? 1, fewest);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  if (replicas === wanted && updatedReplicas === wanted && availableReplicas === wanted) return undefined;
  return `${availableReplicas} of ${wanted} available, ${updatedReplicas} updated, ${replicas} in all`;
}

function problemOfAgents({ metadata, status }: DaemonSet): string | undefined {
  const {
    observedGeneration = 0,
    desiredNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberAvailable = 0,
  } = status ?? {};
  if (observedGeneration < (metadata?.generation ?? 0)) return 'not seen by its controller yet';
  if (updatedNumberScheduled === desiredNumberScheduled && numberAvailable === desiredNumberScheduled) return undefined;
  return `${numberAvailable} of ${desiredNumberScheduled} nodes available, ${updatedNumberScheduled} updated`;
}
