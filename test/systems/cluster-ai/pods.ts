/** The pods that objects make, and what their containers ask for. */
import type { Container, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { Json } from '../../../lib/values/expression';
import { bytesOf, millicoresOf } from '../../../lib/values/quantity';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  /** Of a binding. */
  readonly roleRef?: Json;
}

export interface Pod {
  /** `Deployment/cluster-ai-backend` */
  readonly owner: string;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

interface Controller {
  readonly replicas?: number;
  readonly template?: PodTemplateSpec;
  readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
}

/** A pod for each workload; under an autoscaler, with the fewest replicas it may choose; of a DaemonSet, the one of one node. */
export function podsIn(objects: readonly KubernetesObject[]): readonly Pod[] {
  return objects.flatMap((object): readonly Pod[] => {
    const owner = titleOf(object);
    if (object.kind === 'Pod') {
      return [{ owner, replicas: 1, labels: object.metadata.labels ?? {}, spec: object.spec as PodSpec }];
    }
    const { jobTemplate, template = jobTemplate?.spec?.template, replicas } = (object.spec ?? {}) as Controller;
    if (!template?.spec) return [];
    return [
      {
        owner,
        replicas: replicas ?? fewestReplicas(objects, object),
        labels: template.metadata?.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

function fewestReplicas(objects: readonly KubernetesObject[], { kind, metadata }: KubernetesObject): number {
  if (kind === 'DaemonSet') return 1;
  const scaler = objects.find(
    (other) =>
      ['HorizontalPodAutoscaler', 'ScaledObject'].includes(other.kind) && other.metadata.name === metadata.name,
  );
  if (!scaler && !kind.endsWith('Job')) throw new Error(`${kind}/${metadata.name} has no replicas and no autoscaler`);
  const { minReplicas, minReplicaCount } = (scaler?.spec ?? {}) as {
    readonly minReplicas?: number;
    readonly minReplicaCount?: number;
  };
  return minReplicas ?? minReplicaCount ?? 1;
}

export function titleOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

/** @throws where there is none. */
export function find(objects: readonly KubernetesObject[], title: string): KubernetesObject {
  const found = objects.find((object) => titleOf(object) === title);
  if (!found) throw new Error(`no ${title}`);
  return found;
}

/** A key of a Secret. */
export interface SecretKey {
  readonly secret: string;
  /** None where all of them are mounted. */
  readonly key: string | undefined;
}

/** Keys without which the pod does not start. */
export function secretKeysOf(pod: Pod): readonly SecretKey[] {
  const mounted = (pod.spec.volumes ?? []).flatMap(({ secret, projected }) => [
    { name: secret?.secretName, ...secret },
    ...(projected?.sources ?? []).map((source) => source.secret ?? {}),
  ]);
  const read = containersOf(pod)
    .flatMap(({ env = [] }) => env)
    .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  return [
    ...mounted.flatMap(({ name, optional, items = [{ key: undefined }] }) =>
      name === undefined || optional === true ? [] : items.map(({ key }) => ({ secret: name, key })),
    ),
    ...read.flatMap(({ name, key, optional }) =>
      name === undefined || optional === true ? [] : [{ secret: name, key }],
    ),
  ];
}

/** Init containers, sidecars among them, and the containers proper. */
export function containersOf({ spec }: Pod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** What all pods ask for together, in thousandths of a core and in bytes. Jobs are gone once they are done. */
export function requestsOf(pods: readonly Pod[]): { readonly millicores: number; readonly bytes: number } {
  let [millicores, bytes] = [0, 0];
  for (const pod of pods.filter(({ owner }) => !/^((Cron)?Job|Pod)\//.test(owner))) {
    for (const { resources } of runningContainers(pod)) {
      millicores += pod.replicas * millicoresOf(resources?.requests?.cpu ?? '');
      bytes += pod.replicas * bytesOf(resources?.requests?.memory ?? '');
    }
  }
  return { millicores, bytes };
}

/** Without init containers that end. */
export function runningContainers({ spec }: Pod): readonly Container[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...spec.containers];
}
