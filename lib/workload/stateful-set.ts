import type { Construct } from 'constructs';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import type { Tree } from '../values/parts';
import { str } from '../values/texts';
import { whenSet } from '../values/tree';
import { MIN_READY_SECONDS, addDisruptionBudget } from './scaling';
import { Workload, type WorkloadProps, isReplicated } from './workload';

/** A volume of each pod's own, which outlives the pod, the StatefulSet and the release. */
export interface Storage {
  /** Size, such as `10Gi`. Growing it later is a procedure of its own: a claim template cannot change. */
  readonly size: Input<string>;
  /** @default - the cluster's default class */
  readonly storageClassName?: Input<string | null>;
}

export interface StatefulSetProps extends WorkloadProps {
  readonly replicas: Input<number>;
  /** @default - one pod after the other */
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  /** Claims by the name of the volume, which a container mounts. */
  readonly storage?: Readonly<Record<string, Storage>>;
}

/** Pods with names and volumes of their own: a StatefulSet and its disruption budget. */
export class StatefulSetWorkload extends Workload {
  readonly statefulSet: KubeObject<StatefulSet>;

  constructor(scope: Construct, id: string, props: StatefulSetProps) {
    super(scope, id, props);
    this.statefulSet = new KubeObject<StatefulSet>(this, 'stateful-set', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: this.metadata(),
      spec: {
        replicas: props.replicas,
        serviceName: str`${this.objectName}-headless`,
        podManagementPolicy: props.podManagementPolicy ?? 'OrderedReady',
        minReadySeconds: MIN_READY_SECONDS,
        revisionHistoryLimit: 10,
        selector: { matchLabels: this.selectorLabels },
        updateStrategy: { type: 'RollingUpdate' },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        template: this.template(isReplicated(props.replicas)),
        volumeClaimTemplates: Object.entries(props.storage ?? {}).map(([name, storage]) => this.claim(name, storage)),
      },
    });
    if (isReplicated(props.replicas)) addDisruptionBudget(this, props.replicas);
  }

  /** Constant but for size and class: a StatefulSet refuses any change here. */
  private claim(name: string, { size, storageClassName }: Storage): Tree<PersistentVolumeClaim> {
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, labels: this.selectorLabels },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: whenSet(storageClassName),
        resources: { requests: { storage: size } },
      },
    };
  }
}
