/** How many replicas a workload has, and how many of them may be missing. */
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec } from 'kubernetes-types/autoscaling/v2';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { Construct } from 'constructs';
import { demand } from '../objects/checks';
import { onlyWhen } from '../objects/conditions';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { choose } from '../values/choice';
import { and, atLeast, atMost, isSet, not, or, valueOf } from '../values/logic';
import type { Tree } from '../values/parts';
import { str } from '../values/texts';
import { when } from '../values/tree';
import { type ScaledWorkload, type ScalingMetric, addScaledObject } from './scaled-object';
import type { Workload } from './workload';

/** A HorizontalPodAutoscaler: between which numbers, and by what. */
export interface Autoscaling {
  /** While it is off, the HorizontalPodAutoscaler holds `replicas`. */
  readonly enabled: Input<boolean>;
  /** Fewest replicas while it is on. */
  readonly minReplicas: Input<number>;
  /** Most replicas while it is on. */
  readonly maxReplicas: Input<number>;
  /** Percent of the CPU request. */
  readonly targetCpuUtilization: Input<number>;
  /** Percent of the memory request; null to scale on CPU alone. */
  readonly targetMemoryUtilization: Input<number | null>;
  /** Seconds for which the lowest recent recommendation holds before scaling out. */
  readonly scaleUpStabilizationSeconds: Input<number>;
  /** Seconds for which the highest recent recommendation holds before scaling in. */
  readonly scaleDownStabilizationSeconds: Input<number>;
  /** Scales by a metric of Prometheus beside CPU and memory, by way of KEDA, which must be there. @default - none */
  readonly metric?: ScalingMetric;
}

/** Seconds that a new pod must stay ready before a rollout goes on: a pod that starts and fails stops it. */
export const MIN_READY_SECONDS = 5;

/** The most replicas that may run at a time, a rolling update's surge aside. */
export function maxReplicas(replicas: Input<number>, autoscaling: Autoscaling | undefined): Input<number> {
  return autoscaling === undefined ? replicas : choose(autoscaling.enabled, autoscaling.maxReplicas, replicas);
}

/** The fewest replicas that are asked for. */
export function minReplicas(replicas: Input<number>, autoscaling: Autoscaling | undefined): Input<number> {
  return autoscaling === undefined ? replicas : choose(autoscaling.enabled, autoscaling.minReplicas, replicas);
}

/**
 * Whether the autoscaler alone says how many replicas there are: it may choose, or holds two or more. A `replicas` that
 * came and went with autoscaling would fall to its default, one, in between: every tool removes the field that its new
 * manifest does not have. So a workload says only that it wants one, which is what it gets without saying so.
 */
export function holdsReplicas(replicas: Input<number>, { enabled }: Autoscaling): Input<boolean> {
  return or(enabled, atLeast(replicas, 2));
}

/**
 * While autoscaling is off, its bounds are both `replicas`, to which it brings the workload without asking for metrics.
 * While it is on and scales by a metric too, KEDA makes the HorizontalPodAutoscaler, under the same name.
 */
export function addAutoscaler(
  workload: Workload,
  kind: 'Deployment' | 'StatefulSet',
  replicas: Input<number>,
  autoscaling: Autoscaling,
): void {
  const scope = new Construct(workload, 'autoscaling');
  const { enabled, minReplicas: fewest, maxReplicas: most, metric } = autoscaling;
  onlyWhen(scope, holdsReplicas(replicas, autoscaling));
  demand(
    scope,
    or(not(enabled), atMost(fewest, most)),
    str`minReplicas ${fewest} is above maxReplicas ${most}; lower it to ${most} or less.`,
  );
  const own = metric === undefined ? scope : withoutKeda(scope, { workload, kind, autoscaling, metric });
  const spec: Tree<HorizontalPodAutoscalerSpec> = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name: workload.objectName },
    minReplicas: minReplicas(replicas, autoscaling),
    maxReplicas: maxReplicas(replicas, autoscaling),
    metrics: [
      {
        type: 'Resource',
        resource: {
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: autoscaling.targetCpuUtilization },
        },
      },
      memoryMetric(autoscaling.targetMemoryUtilization),
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: autoscaling.scaleUpStabilizationSeconds },
      scaleDown: { stabilizationWindowSeconds: autoscaling.scaleDownStabilizationSeconds },
    },
  };
  new KubeObject<HorizontalPodAutoscaler>(own, 'horizontal-pod-autoscaler', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: workload.metadata(),
    spec,
  });
}

/** Leaves the scaling by a metric to KEDA, and gives a scope for where it is not used. */
function withoutKeda(scope: Construct, scaled: ScaledWorkload): Construct {
  const isUsed = and(scaled.autoscaling.enabled, scaled.metric.enabled);
  addScaledObject(isUsed, scaled);
  const own = new Construct(scope, 'own');
  onlyWhen(own, not(isUsed));
  return own;
}

function memoryMetric(target: Input<number | null>): Tree<MetricSpec> | undefined {
  return when<MetricSpec>(isSet(target), {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: valueOf(target) } },
  });
}

/** A budget that lets one pod go at a time, where there are two or more; broken pods never block a drain. */
export function addDisruptionBudget(workload: Workload, replicas: Input<number>): void {
  const scope = new Construct(workload, 'disruption-budget');
  onlyWhen(scope, atLeast(replicas, 2));
  new KubeObject<PodDisruptionBudget>(scope, 'pod-disruption-budget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: workload.metadata(),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: workload.selectorLabels },
    },
  });
}
