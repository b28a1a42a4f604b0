/** Pods in place of those that Jobs have run or will run: the same in all but what they do, which is nothing. */
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { Container, Pod, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';

/** A first process without a handler would not end on SIGTERM, and keep the pod for its whole grace period. */
export const UNTIL_TERMINATED = 'trap "exit 0" TERM; sleep infinity & wait';

const STAND_IN = 'e2e-stand-in';

/** Runs a pod for each Job and CronJob of a release, and waits until they are Ready. Their containers need a shell. */
export async function runStandIns(namespace: string, instance: string): Promise<readonly Pod[]> {
  await removeStandIns(namespace);
  const inNamespace = [`--namespace=${namespace}`, `--selector=app.kubernetes.io/instance=${instance}`];
  const jobs = await get<Job>('jobs', ...inNamespace);
  const cronJobs = await get<CronJob>('cronjobs', ...inNamespace);
  const pods = [
    // A Job of a CronJob is there once more as its CronJob.
    ...jobs
      .filter(({ metadata }) => metadata?.ownerReferences === undefined)
      .map(({ metadata, spec }) => standIn(metadata?.name, spec?.template)),
    ...cronJobs.map(({ metadata, spec }) => standIn(metadata?.name, spec?.jobTemplate.spec?.template)),
  ];
  if (pods.length === 0) return [];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods });
  await kubectl(['create', `--namespace=${namespace}`, '--filename=-'], { input });
  const names = pods.map(({ metadata }) => `pod/${metadata?.name ?? ''}`);
  await kubectl(['wait', '--for=condition=Ready', ...names, `--namespace=${namespace}`, '--timeout=90s']);
  return get<Pod>('pods', `--namespace=${namespace}`, `--selector=${STAND_IN}`);
}

export async function removeStandIns(namespace: string): Promise<void> {
  await kubectl(['delete', 'pods', `--namespace=${namespace}`, `--selector=${STAND_IN}`, '--grace-period=1']);
}

function standIn(name = '', { metadata, spec }: PodTemplateSpec = {}): Pod {
  if (spec === undefined) throw new Error(`${name} has no template`);
  // Not the labels by which a Job finds pods of its own.
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => key.startsWith('app.kubernetes.io/'));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-stand-in`, labels: { ...Object.fromEntries(labels), [STAND_IN]: '' } },
    spec: {
      ...spec,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      initContainers: [],
      containers: [...(spec.initContainers ?? []), ...spec.containers].map(idle),
      volumes: (spec.volumes ?? []).map(withoutClaim),
    },
  };
}

/** Without probes, and with no port of its own, since it does not listen. */
function idle({ name, image, imagePullPolicy, env, resources, securityContext, volumeMounts }: Container): Container {
  return {
    name,
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(env !== undefined && { env }),
    ...(resources !== undefined && { resources }),
    ...(securityContext !== undefined && { securityContext }),
    ...(volumeMounts !== undefined && { volumeMounts }),
    command: ['sh', '-c', UNTIL_TERMINATED],
  };
}

/** A volume that one pod alone may have stays with it. */
function withoutClaim(volume: Volume): Volume {
  return volume.persistentVolumeClaim ? { name: volume.name, emptyDir: {} } : volume;
}
