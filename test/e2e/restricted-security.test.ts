/** What each container is held to, asked of the kernel from inside its pod: Pod Security "restricted" and a read-only root. */
import { readFileSync } from 'node:fs';
import type { Container, ContainerStatus, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { get, kubectl, measured } from './support/cluster';
import { eventually } from './support/eventually';
import { removeStandIns, runStandIns } from './support/stand-ins';
import { step, thorough } from './support/steps';
import { type System, pythonImage, system } from './support/system';

interface Inspected {
  readonly processes: readonly unknown[];
  /** Why nothing can be written to the root. */
  readonly root: string | null;
  /** Folders in which a file could be made. */
  readonly writable: readonly string[];
  readonly token: boolean;
}

const program = readFileSync('test/e2e/programs/inspect.py', 'utf8');

/** Containers that are started at a time, as many as a node of two cores does without delay. */
const AT_ONCE = 4;

let given: System;
const inspected = new Set<string>();

beforeAll(async () => {
  given = await system();
});

step(
  'a pod of each tier: user, capabilities, privileges, seccomp, root and token, of every process in every container',
  async () => {
    const pods = await podsOf(given.release);
    const tiers = new Map(pods.map((pod) => [tierOf(pod), pod]));
    measured(await inspectAll([...tiers.values()]));
    for (const { metadata } of tiers.values()) inspected.add(metadata?.uid ?? '');
  },
);

thorough('all other pods', async () => {
  const pods = await podsOf(given.release);
  measured(await inspectAll(pods.filter(({ metadata }) => !inspected.has(metadata?.uid ?? ''))));
});

thorough('the pods of Jobs, init containers among them', async () => {
  try {
    await runStandIns(given.release, given.release);
    const pods = (await podsOf(given.release)).filter(({ metadata }) => metadata?.name?.endsWith('-stand-in'));
    measured(await inspectAll(pods));
  } finally {
    await removeStandIns(given.release);
  }
});

async function podsOf(namespace: string): Promise<readonly Pod[]> {
  const selector = `--selector=app.kubernetes.io/instance=${namespace}`;
  const pods = await get<Pod>('pods', `--namespace=${namespace}`, selector, '--field-selector=status.phase=Running');
  return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

function tierOf({ metadata }: Pod): string {
  const { 'app.kubernetes.io/name': name = '', 'app.kubernetes.io/component': component = '' } = metadata?.labels ?? {};
  return `${name}/${component}`;
}

/** @returns how many were looked at */
async function inspectAll(pods: readonly Pod[]): Promise<string> {
  const containers = pods.flatMap((pod) => runningContainers(pod.spec).map((container) => ({ pod, container })));
  expect(containers.length).toBeGreaterThan(0);
  const found: Awaited<ReturnType<typeof inspect>>[] = [];
  for (let first = 0; first < containers.length; first += AT_ONCE) {
    const some = containers.slice(first, first + AT_ONCE);
    found.push(...(await Promise.all(some.map(({ pod, container }) => inspect(pod, container)))));
  }
  expect(Object.fromEntries(found.map(({ of, seen }) => [of, seen]))).toEqual(
    Object.fromEntries(containers.map(({ pod, container }) => [titleOf(pod, container), declared(pod, container)])),
  );
  return `${containers.length} containers in ${pods.length} pods are as declared`;
}

const titleOf = ({ metadata }: Pod, { name }: Container): string => `${metadata?.name ?? ''} ${name}`;

/** Without those that have ended. */
function runningContainers(spec: PodSpec | undefined): readonly Container[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...(spec?.containers ?? [])];
}

/** What the pod's own declaration amounts to. */
function declared({ spec }: Pod, { securityContext, volumeMounts = [] }: Container): Inspected {
  const volumes = new Map(spec?.volumes?.map((volume) => [volume.name, volume]));
  const writable = volumeMounts
    .filter(({ name, readOnly }) => {
      const { emptyDir, ephemeral, persistentVolumeClaim } = volumes.get(name) ?? {};
      return readOnly !== true && (emptyDir ?? ephemeral ?? persistentVolumeClaim) !== undefined;
    })
    .map(({ mountPath }) => mountPath.replace(/^\/var\/run\//, '/run/'));
  const user = securityContext?.runAsUser ?? spec?.securityContext?.runAsUser ?? 0;
  expect(user).toBeGreaterThan(0);
  return {
    processes: [
      {
        user: [user],
        group: [securityContext?.runAsGroup ?? spec?.securityContext?.runAsGroup],
        capabilities: { CapInh: 0, CapPrm: 0, CapEff: 0, CapBnd: 0, CapAmb: 0 },
        noNewPrivileges: 1,
        // 2 is a filter.
        seccomp: 2,
      },
    ],
    root: 'EROFS',
    // The runtime gives every container a /dev/shm of its own.
    writable: [...new Set(['/dev/shm', ...writable])].sort(),
    token: spec?.automountServiceAccountToken ?? true,
  };
}

/** By a container of its own beside it, which sees its processes: not every image has a shell. */
async function inspect(pod: Pod, container: Container): Promise<{ readonly of: string; readonly seen: Inspected }> {
  const [name, namespace] = [pod.metadata?.name ?? '', pod.metadata?.namespace ?? ''];
  const own = `inspect-${container.name}-${Date.now().toString(36)}`;
  const where = [`--namespace=${namespace}`, `--container=${own}`];
  const image = [`--image=${pythonImage}`, '--image-pull-policy=IfNotPresent', '--profile=restricted'];
  const command = ['python3', '-c', program];
  await kubectl(['debug', name, ...where, `--target=${container.name}`, ...image, '--', ...command]);
  const ended = await eventually(`${own} has looked at ${name}`, { namespace, seconds: 60 }, async () => {
    const [now] = await get<Pod>('pod', name, `--namespace=${namespace}`);
    const status = now?.status?.ephemeralContainerStatuses?.find((each: ContainerStatus) => each.name === own);
    if (status?.state?.terminated === undefined) throw new Error(JSON.stringify(status?.state ?? 'not started'));
    return status.state.terminated;
  });
  const said = await kubectl(['logs', name, ...where]);
  if (ended.exitCode !== 0) throw new Error(`${titleOf(pod, container)}: exit code ${ended.exitCode}\n${said}`);
  const seen = JSON.parse(said) as Inspected;
  // Processes that are alike count once.
  const processes = [...new Set(seen.processes.map((each) => JSON.stringify(each)))];
  return {
    of: titleOf(pod, container),
    seen: { ...seen, processes: processes.map((each) => JSON.parse(each) as unknown) },
  };
}
