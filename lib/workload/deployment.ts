import type { Construct } from 'constructs';
import type { Deployment } from 'kubernetes-types/apps/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { not } from '../values/logic';
import { when } from '../values/tree';
import {
  type Autoscaling,
  MIN_READY_SECONDS,
  addAutoscaler,
  addDisruptionBudget,
  holdsReplicas,
  maxReplicas,
  minReplicas,
} from './scaling';
import { type PodCount, Workload, type WorkloadProps, isReplicated } from './workload';

/** Props of `DeploymentWorkload`. */
export interface DeploymentProps extends WorkloadProps {
  /** Replicas where no autoscaler decides. */
  readonly replicas: Input<number>;
  /**
   * Replicas by CPU and memory in place of `replicas`.
   * @default - a fixed number of replicas, without a HorizontalPodAutoscaler
   */
  readonly autoscaling?: Autoscaling;
  /** Pods that a rolling update may add; with 0 an old pod ends before a new one begins. @default 1 */
  readonly maxSurge?: number;
}

/** Pods that are all alike and keep nothing: a Deployment, its autoscaler and its disruption budget. */
export class DeploymentWorkload extends Workload {
  /** The object. */
  readonly deployment: KubeObject<Deployment>;
  /** How many pods it has at a time. */
  readonly podCount: PodCount;

  constructor(scope: Construct, id: string, props: DeploymentProps) {
    super(scope, id, props);
    const { autoscaling, replicas, maxSurge = 1 } = props;
    const fewest = minReplicas(replicas, autoscaling);
    const most = autoscaling ? autoscaling.maxReplicas : replicas;
    this.podCount = { fewest, most: maxReplicas(replicas, autoscaling) };
    this.deployment = new KubeObject<Deployment>(this, 'deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: this.metadata(),
      spec: {
        replicas: autoscaling ? when(not(holdsReplicas(replicas, autoscaling)), replicas) : replicas,
        minReadySeconds: MIN_READY_SECONDS,
        revisionHistoryLimit: 10,
        selector: { matchLabels: this.selectorLabels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable: maxSurge === 0 ? 1 : 0 } },
        template: this.template(isReplicated(most) || isReplicated(replicas)),
      },
    });
    if (autoscaling) addAutoscaler(this, 'Deployment', replicas, autoscaling);
    if (isReplicated(fewest)) addDisruptionBudget(this, fewest);
  }
}
