/**
 * What tiers make, as cdk8s-plus-28 knows it: for one's own constructs beside them.
 *
 * In a system a name is known only at output. A marker then stands for it, which the outputs turn back.
 */
import { ConfigMap, type IConfigMap, type ISecret, type IServiceAccount, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Input } from './values/expression';
import { asString } from './values/token';
import type { Workload } from './workload/workload';

/** A Secret that a tier refers to, such as `redis.secret`. */
export function asSecret(scope: Construct, id: string, name: Input<string>): ISecret {
  return Secret.fromSecretName(scope, id, asString(name));
}

/** A ConfigMap of a tier's, such as `redis.objectName`. */
export function asConfigMap(scope: Construct, id: string, name: Input<string>): IConfigMap {
  return ConfigMap.fromConfigMapName(scope, id, asString(name));
}

/**
 * The identity of a workload's pods, for a RoleBinding of one's own. It is in the namespace of the workload's chart;
 * where that has none, cdk8s-plus takes `default`.
 */
export function asServiceAccount(scope: Construct, id: string, workload: Workload): IServiceAccount {
  const { namespace } = Chart.of(workload);
  const options = namespace === undefined ? {} : { namespaceName: namespace };
  return ServiceAccount.fromServiceAccountName(scope, id, asString(workload.serviceAccountName), options);
}
