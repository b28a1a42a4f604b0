import type { Construct } from 'constructs';
import type { Job } from 'kubernetes-types/batch/v1';
import { KubeObject } from '../objects/kube-object';
import { fingerprint } from '../values/fingerprint';
import { Workload, type WorkloadProps } from './workload';

/** Props of `JobWorkload`. */
export interface JobProps extends WorkloadProps {
  /** Seconds until the Job has failed for good. */
  readonly activeDeadlineSeconds: number;
}

/** Pods that may fail before the Job does: Kubernetes's own default. */
const RETRIES = 6;
/** How long a finished Job stays to be read: a day. */
const SECONDS_KEPT = 86_400;

/**
 * Work that is done once, and can be done again without harm.
 * Its name ends in a hash of all that enters its pods: a changed Job is a new Job, an unchanged one is left alone.
 */
export class JobWorkload extends Workload {
  /** The object. */
  readonly job: KubeObject<Job>;
  /** How many pods it has at a time. */
  readonly podCount = { fewest: 0, most: 1 };

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id, { restartPolicy: 'OnFailure', ...props });
    const template = this.template(false);
    this.job = new KubeObject<Job>(this, 'job', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: this.metadata(fingerprint(() => template.node)),
      spec: {
        activeDeadlineSeconds: props.activeDeadlineSeconds,
        backoffLimit: RETRIES,
        ttlSecondsAfterFinished: SECONDS_KEPT,
        template,
      },
    });
  }
}
