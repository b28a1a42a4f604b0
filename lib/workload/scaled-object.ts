/** What KEDA reads: the scaling of a workload by a metric of Prometheus. */
import { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { ScaledObjectSpec, ScaledObjectSpecTriggers } from '../../imports/scaled-object-keda.sh';
import { onlyWhen } from '../objects/conditions';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { isSet, valueOf } from '../values/logic';
import { str } from '../values/texts';
import { when } from '../values/tree';
import type { Autoscaling } from './scaling';
import type { Workload } from './workload';

/** A metric of Prometheus by which a workload is scaled. */
export interface ScalingMetric {
  /** Whether it counts beside CPU and memory. */
  readonly enabled: Input<boolean>;
  /** Where KEDA's operator, which is in a namespace of its own, finds Prometheus. */
  readonly serverAddress: Input<string>;
  /** PromQL that gives one number for all replicas together, which more of them bring down. */
  readonly query: Input<string>;
  /** What the number is to be. */
  readonly target: Input<number>;
}

/** What is scaled, and how. */
export interface ScaledWorkload {
  readonly workload: Workload;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly autoscaling: Autoscaling;
  readonly metric: ScalingMetric;
}

interface ScaledObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ScaledObjectSpec;
}

/**
 * Takes the place of the workload's HorizontalPodAutoscaler: KEDA makes one of the same name, and takes over that which
 * is there. While Prometheus does not answer, nothing is scaled in; a query without a series counts as 0.
 *
 * @see https://keda.sh/docs/2.20/concepts/scaling-deployments/#transfer-ownership-of-an-existing-hpa
 */
export function addScaledObject(isUsed: Input<boolean>, scaled: ScaledWorkload): void {
  const scope = new Construct(scaled.workload, 'keda');
  onlyWhen(scope, isUsed);
  const { workload, kind, autoscaling } = scaled;
  const { serverAddress, query, target } = scaled.metric;
  const { targetCpuUtilization: cpu, targetMemoryUtilization: memory } = autoscaling;
  new KubeObject<ScaledObject>(scope, 'scaled-object', {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: {
      name: workload.objectName,
      labels: workload.labels,
      annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' },
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name: workload.objectName },
      minReplicaCount: autoscaling.minReplicas,
      maxReplicaCount: autoscaling.maxReplicas,
      advanced: {
        horizontalPodAutoscalerConfig: {
          name: workload.objectName,
          behavior: {
            scaleUp: { stabilizationWindowSeconds: autoscaling.scaleUpStabilizationSeconds },
            scaleDown: { stabilizationWindowSeconds: autoscaling.scaleDownStabilizationSeconds },
          },
        },
      },
      triggers: [
        {
          type: 'prometheus',
          // The number as it is: a mean over all replicas is not to be divided by how many they are.
          metricType: 'Value',
          metadata: { serverAddress, query, threshold: str`${target}` },
        },
        { type: 'cpu', metricType: 'Utilization', metadata: { value: str`${cpu}` } },
        when<ScaledObjectSpecTriggers>(isSet(memory), {
          type: 'memory',
          metricType: 'Utilization',
          metadata: { value: str`${valueOf(memory)}` },
        }),
      ],
    },
  });
}
