/** Pods of the suite's own, which pass Pod Security "restricted" as the product's do. */
import type { Container, PodSpec } from 'kubernetes-types/core/v1';

const USER = 10_001;

/** A pod with one container and nothing that it does not need; it ends a second after it was asked to. */
export function podSpec(container: Container, rest: Partial<PodSpec> = {}): PodSpec {
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...rest,
    containers: [
      {
        imagePullPolicy: 'IfNotPresent',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        ...container,
      },
    ],
  };
}

/** As a manifest: the pod by itself, which is not started again. */
export function pod(name: string, spec: PodSpec, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { restartPolicy: 'Never', ...spec } };
}
