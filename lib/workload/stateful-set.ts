import type { Construct } from 'constructs';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { not } from '../values/logic';
import type { Tree } from '../values/parts';
import { str } from '../values/texts';
import { when, whenSet } from '../values/tree';
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

/** A volume of each pod's own, which outlives the pod, the StatefulSet and the release. */
export interface Storage {
  /** Size, such as `10Gi`. Growing it later is a procedure of its own: a claim template cannot change. */
  readonly size: Input<string>;
  /** StorageClass; null for the cluster's default. @default - the cluster's default class */
  readonly storageClassName?: Input<string | null>;
  /** Who may mount it at a time. @default ReadWriteOnce */
  readonly accessMode?: Input<string>;
  /** Whether there is one. A StatefulSet refuses a change of it. @default true */
  readonly enabled?: Input<boolean>;
}

/** Props of `StatefulSetWorkload`. */
export interface StatefulSetProps extends WorkloadProps {
  /** Replicas where no autoscaler decides. */
  readonly replicas: Input<number>;
  /**
   * Replicas by CPU and memory in place of `replicas`.
   * @default - a fixed number of replicas, without a HorizontalPodAutoscaler
   */
  readonly autoscaling?: Autoscaling;
  /** Whether pods wait for the one before them. @default - one pod after the other */
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  /** Claims by the name of the volume, which a container mounts. @default - none */
  readonly storage?: Readonly<Record<string, Storage>>;
}

/** Pods with names and volumes of their own: a StatefulSet and its disruption budget. */
export class StatefulSetWorkload extends Workload {
  /** The object. */
  readonly statefulSet: KubeObject<StatefulSet>;
  /** How many pods it has at a time. */
  readonly podCount: PodCount;

  constructor(scope: Construct, id: string, props: StatefulSetProps) {
    super(scope, id, props);
    const { autoscaling, replicas } = props;
    const fewest = minReplicas(replicas, autoscaling);
    const most = autoscaling ? autoscaling.maxReplicas : replicas;
    this.podCount = { fewest, most: maxReplicas(replicas, autoscaling) };
    this.statefulSet = new KubeObject<StatefulSet>(this, 'stateful-set', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: this.metadata(),
      spec: {
        replicas: autoscaling ? when(not(holdsReplicas(replicas, autoscaling)), replicas) : replicas,
        serviceName: str`${this.objectName}-headless`,
        podManagementPolicy: props.podManagementPolicy ?? 'OrderedReady',
        minReadySeconds: MIN_READY_SECONDS,
        revisionHistoryLimit: 10,
        selector: { matchLabels: this.selectorLabels },
        updateStrategy: { type: 'RollingUpdate' },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        template: this.template(isReplicated(most) || isReplicated(replicas)),
        volumeClaimTemplates: Object.entries(props.storage ?? {}).map(([name, storage]) =>
          when<PersistentVolumeClaim>(storage.enabled ?? true, this.claim(name, storage)),
        ),
      },
    });
    if (autoscaling) addAutoscaler(this, 'StatefulSet', replicas, autoscaling);
    if (isReplicated(fewest)) addDisruptionBudget(this, fewest);
  }

  /** Constant but for size and class: a StatefulSet refuses any change here. */
  private claim(
    name: string,
    { size, storageClassName, accessMode = 'ReadWriteOnce' }: Storage,
  ): Tree<PersistentVolumeClaim> {
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, labels: this.selectorLabels },
      spec: {
        accessModes: [accessMode],
        storageClassName: whenSet(storageClassName),
        resources: { requests: { storage: size } },
      },
    };
  }
}
