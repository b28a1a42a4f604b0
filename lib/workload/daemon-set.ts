import type { Construct } from 'constructs';
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import { KubeObject } from '../objects/kube-object';
import { MIN_READY_SECONDS } from './scaling';
import { Workload, type WorkloadProps } from './workload';

/** Pods that a rolling update takes down at a time: a tenth of the nodes. */
const MAX_UNAVAILABLE = '10%';

/** A pod on every node, whatever its taints: a DaemonSet. */
export class DaemonSetWorkload extends Workload {
  /** The object. */
  readonly daemonSet: KubeObject<DaemonSet>;
  /** How many pods it has at a time. */
  readonly podCount = { fewest: 1, most: 1, onEachNode: true } as const;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id, { toleratesAll: true, ...props });
    this.daemonSet = new KubeObject<DaemonSet>(this, 'daemon-set', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: this.metadata(),
      spec: {
        minReadySeconds: MIN_READY_SECONDS,
        revisionHistoryLimit: 10,
        selector: { matchLabels: this.selectorLabels },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: MAX_UNAVAILABLE } },
        template: this.template(false),
      },
    });
  }
}
