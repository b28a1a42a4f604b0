import type { Construct } from 'constructs';
import type { Probe } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import type { Tree } from '../../values/parts';
import { DeploymentWorkload } from '../../workload/deployment';
import { Tier } from '../tier';
import { APPLICATION_USER, type ApplicationProps, applicationContainer, applicationDefaults } from './api-container';

/** Props of `Worker`. */
export interface WorkerProps extends ApplicationProps {
  /** What starts the worker, such as `['celery', '--app=main', 'worker']`. On SIGTERM it takes no new task. */
  readonly command: readonly string[];
  /** Arguments of `command`. @default - none */
  readonly args?: readonly string[];
  /** Exits 0 while the worker lives, whatever it depends on. Runs every 30 s and may take 10 s. */
  readonly livenessCommand: readonly string[];
  /** Exits 0 while the worker can take tasks. Runs every 15 s and may take 10 s. */
  readonly readinessCommand: readonly string[];
  /** The port on which the worker serves `/metrics`. @default - it has no metrics */
  readonly metricsPort?: number;
  /** The longest that a task may take once the worker was told to stop. @default 60 */
  readonly drainSeconds?: Input<number>;
}

/** Defaults of `WorkerProps`. */
export const workerDefaults = {
  ...applicationDefaults,
  autoscaling: { ...applicationDefaults.autoscaling, minReplicas: 1 },
  replicas: 1,
  drainSeconds: 60,
} as const satisfies Partial<WorkerProps>;

/**
 * An Api's application image that works in the background: the same settings, no Service.
 *
 * @example
 * const worker = new Worker(chart, 'worker', {
 *   image: images.backend,
 *   command: ['celery', '--app=main', 'worker'],
 *   livenessCommand: ['test', '-e', '/tmp/alive'],
 *   readinessCommand: ['celery', '--app=main', 'inspect', 'ping'],
 * });
 * worker.connectTo(pgbouncer, redis);
 */
export class Worker extends Tier {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id, props);
    const settings = { ...workerDefaults, ...props };
    const { metricsPort } = props;
    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'worker',
      user: APPLICATION_USER,
      containers: [
        {
          ...applicationContainer('worker', this.platform.instance, settings),
          command: props.command,
          ...(props.args === undefined ? {} : { args: props.args }),
          ...(metricsPort === undefined ? {} : { ports: [{ name: 'metrics', containerPort: metricsPort }] }),
          probes: {
            startup: execProbe(props.livenessCommand, 5, 24),
            liveness: execProbe(props.livenessCommand, 30, 3),
            readiness: execProbe(props.readinessCommand, 15, 2),
          },
        },
      ],
      ...(metricsPort === undefined ? {} : { scrape: { port: metricsPort, path: '/metrics' } }),
      terminationGracePeriodSeconds: settings.drainSeconds,
    });
    this.client = this.workload;
  }
}

function execProbe(command: readonly string[], periodSeconds: number, failureThreshold: number): Tree<Probe> {
  return { exec: { command }, periodSeconds, timeoutSeconds: 10, failureThreshold };
}
