import type { Construct } from 'constructs';
import type { CronJob, CronJobSpec } from 'kubernetes-types/batch/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import { type Input, literalOf } from '../values/expression';
import type { Tree } from '../values/parts';
import { type PodCount, Workload, type WorkloadProps } from './workload';

export interface CronJobSettings {
  /** When it starts, as five fields of cron: `0 2 * * *`. */
  readonly schedule: Input<string>;
  /** The schedule's time zone, by its name of the IANA. @default Etc/UTC */
  readonly timeZone?: Input<string>;
  /** Starts nothing by itself: Jobs are made of it by hand. @default false */
  readonly suspend?: boolean;
  /** Seconds until a Job has failed for good. */
  readonly activeDeadlineSeconds: Input<number>;
  /** Pods that may fail before the Job does. @default 0 */
  readonly backoffLimit?: number;
}

/** Props of `CronJobWorkload`. */
export interface CronJobProps extends WorkloadProps, CronJobSettings {}

/** What Kubernetes adds to the name for each Job, an `-` and ten digits among it, must fit into a label. */
const LONGEST_NAME = 52;
/** How late a Job may start, after which this turn is left out: an hour. */
const STARTING_DEADLINE_SECONDS = 3600;
const SUCCESSFUL_JOBS_KEPT = 3;
const FAILED_JOBS_KEPT = 3;
/** How long a finished Job stays to be read: a week. */
const SECONDS_KEPT = 604_800;

/** Work that is done again and again, at times or on demand; never twice at a time by its schedule. */
export class CronJobWorkload extends Workload {
  /** The object. */
  readonly cronJob: KubeObject<CronJob>;
  /** By its schedule: what is started by hand comes on top. */
  readonly podCount: PodCount;

  constructor(scope: Construct, id: string, props: CronJobProps) {
    super(scope, id, { restartPolicy: 'Never', ...props });
    this.podCount = { fewest: 0, most: props.suspend === true ? 0 : 1 };
    const name = literalOf(this.objectName);
    if (name !== undefined && name.length > LONGEST_NAME) {
      throw new RangeError(
        `${this.node.path}: the name ${name} has ${name.length} characters, a CronJob's has ${LONGEST_NAME} at the most; shorten the instance's.`,
      );
    }
    this.cronJob = new KubeObject<CronJob>(this, 'cron-job', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: this.metadata(),
      spec: cronJobSpec(props, this.template(false)),
    });
  }
}

/** Of a CronJob whose pods are as the template says. */
export function cronJobSpec(props: CronJobSettings, template: Tree<PodTemplateSpec>): Tree<CronJobSpec> {
  return {
    schedule: props.schedule,
    timeZone: props.timeZone ?? 'Etc/UTC',
    suspend: props.suspend,
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: STARTING_DEADLINE_SECONDS,
    successfulJobsHistoryLimit: SUCCESSFUL_JOBS_KEPT,
    failedJobsHistoryLimit: FAILED_JOBS_KEPT,
    jobTemplate: {
      spec: {
        activeDeadlineSeconds: props.activeDeadlineSeconds,
        backoffLimit: props.backoffLimit ?? 0,
        ttlSecondsAfterFinished: SECONDS_KEPT,
        template,
      },
    },
  };
}
