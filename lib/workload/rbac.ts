/** What a workload may ask of the API server. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import type { Items } from '../values/parts';
import { str } from '../values/texts';
import type { Workload } from './workload';

const API = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const;

/** Rights in the workload's own namespace. */
export function addRole(workload: Workload, rules: Items<PolicyRule>): void {
  new KubeObject<Role>(workload, 'role', { ...API, kind: 'Role', metadata: workload.metadata(), rules });
  new KubeObject<RoleBinding>(workload, 'role-binding', {
    ...API,
    kind: 'RoleBinding',
    metadata: workload.metadata(),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: workload.objectName },
    subjects: subjects(workload),
  });
}

/** Rights in the whole cluster. Their names begin with the namespace: one release's name may be in two. */
export function addClusterRole(workload: Workload, rules: Items<PolicyRule>): void {
  const { namespace } = workload.platform;
  const name: Input<string> = namespace === undefined ? workload.objectName : str`${namespace}:${workload.objectName}`;
  const metadata = { name, labels: workload.labels };
  new KubeObject<ClusterRole>(workload, 'cluster-role', { ...API, kind: 'ClusterRole', metadata, rules });
  new KubeObject<ClusterRoleBinding>(workload, 'cluster-role-binding', {
    ...API,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: subjects(workload),
  });
}

function subjects({ serviceAccountName, platform }: Workload) {
  return [{ kind: 'ServiceAccount', name: serviceAccountName, namespace: platform.namespace }];
}
