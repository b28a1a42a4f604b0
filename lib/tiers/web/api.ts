import type { Construct } from 'constructs';
import type { EnvVar, Service } from 'kubernetes-types/core/v1';
import type { Endpoint } from '../../network/connections';
import type { KubeObject } from '../../objects/kube-object';
import { str } from '../../values/texts';
import type { Items } from '../../values/parts';
import { DeploymentWorkload } from '../../workload/deployment';
import { addService } from '../../workload/service';
import { Tier } from '../tier';
import { APPLICATION_USER, type ApplicationProps, applicationContainer, applicationDefaults } from './api-container';
import { DRAIN_SECONDS, GRACE_PERIOD_SECONDS, type HttpServer, httpProbes, stopGracefully } from './http';

export interface ApiProps extends ApplicationProps {
  /** The ASGI application, as `module:attribute`. @default main:app */
  readonly application?: string;
  /**
   * Replaces the server. It listens on port 8000, answers `/health`, `/ready` and `/metrics`, and ends open requests
   * within 30 s of SIGTERM.
   * @default - uvicorn, which starts and watches its processes itself
   */
  readonly command?: readonly string[];
  /** @default - uvicorn's; none for another command */
  readonly args?: readonly string[];
}

export const apiDefaults = { ...applicationDefaults, replicas: 3 } as const satisfies Partial<ApiProps>;

const PORT = 8000;

/**
 * A FastAPI application under uvicorn. It answers `/health` while it lives and `/ready` while it and what it needs can
 * serve. With several processes, `/metrics` adds them up by prometheus_client's `MultiProcessCollector`.
 *
 * @example
 * const backend = new Api(chart, 'backend', { image: images.backend });
 * backend.connectTo(pgbouncer, redis);
 */
export class Api extends Tier implements HttpServer {
  readonly workload: DeploymentWorkload;
  readonly service: KubeObject<Service>;
  readonly servicePort = PORT;
  readonly readinessPath = '/ready';
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id, props);
    const settings = { ...apiDefaults, ...props };
    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'api',
      user: APPLICATION_USER,
      containers: [
        {
          ...applicationContainer('api', this.platform.instance, settings),
          command: props.command ?? ['uvicorn'],
          ...(props.command === undefined ? { args: uvicorn(props.application ?? 'main:app') } : {}),
          ...(props.args === undefined ? {} : { args: props.args }),
          ports: [{ name: 'http', containerPort: PORT }],
          probes: httpProbes({ liveness: '/health', readiness: this.readinessPath }),
          lifecycle: stopGracefully,
        },
      ],
      scrape: { port: PORT, path: '/metrics' },
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
    });
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: PORT, name: 'http' }];
    this.clientSettings = [{ name: 'API_URL', value: str`http://${this.objectName}:${PORT}` }];
    this.service = addService(this.workload, 'service', {
      ports: [{ name: 'http', port: PORT, targetPort: 'http' }],
    });
  }
}

/**
 * Only declared tiers reach the port, and a Frontend overwrites the headers: the client's address and scheme are
 * believed. A connection is kept for longer than nginx reuses it.
 */
function uvicorn(application: string): readonly string[] {
  return [
    application,
    '--host=0.0.0.0',
    `--port=${PORT}`,
    '--proxy-headers',
    '--forwarded-allow-ips=*',
    '--no-access-log',
    '--no-server-header',
    '--timeout-keep-alive=75',
    `--timeout-graceful-shutdown=${DRAIN_SECONDS}`,
  ];
}
