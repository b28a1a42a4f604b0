import type { Construct } from 'constructs';
import type { EnvVar, Service } from 'kubernetes-types/core/v1';
import type { Endpoint } from '../../network/connections';
import type { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import type { Items } from '../../values/parts';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { DeploymentWorkload } from '../../workload/deployment';
import { addService } from '../../workload/service';
import { Tier } from '../tier';
import { APPLICATION_USER, type ApplicationProps, applicationContainer, applicationDefaults } from './api-container';
import { DRAIN_SECONDS, GRACE_PERIOD_SECONDS, type HttpServer, httpProbes, stopGracefully } from './http';

/** Props of `Api`. */
export interface ApiProps extends ApplicationProps {
  /** The ASGI application, as `module:attribute`. @default main:app */
  readonly application?: string;
  /** The port of the pods and of the Service. @default 8000 */
  readonly port?: Input<number>;
  /** Answers while the application lives, asking nobody. @default /health */
  readonly livenessPath?: Input<string>;
  /** Answers 200 while the application and what it needs can serve. @default /ready */
  readonly readinessPath?: Input<string>;
  /**
   * Connections that each process has open, idle ones too; uvicorn answers further ones with 503, probes among them.
   * @default - no limit
   */
  readonly connectionsPerProcess?: Input<number | null>;
  /**
   * Replaces the server. It listens on `port`, answers `livenessPath`, `readinessPath` and `/metrics`, and ends open
   * requests within 30 s of SIGTERM.
   * @default - uvicorn, which starts and watches its processes itself
   */
  readonly command?: readonly string[];
  /** Arguments of `command`. @default - uvicorn's; none for another command */
  readonly args?: readonly string[];
}

/** Defaults of `ApiProps`. */
export const apiDefaults = {
  ...applicationDefaults,
  replicas: 3,
  port: 8000,
  livenessPath: '/health',
  readinessPath: '/ready',
  connectionsPerProcess: null,
} as const satisfies Partial<ApiProps>;

/**
 * A FastAPI application under uvicorn. It answers `/health` while it lives and `/ready` while it and what it needs can
 * serve, or other paths. With several processes, `/metrics` adds them up by prometheus_client's `MultiProcessCollector`.
 *
 * @example
 * const backend = new Api(chart, 'backend', { image: images.backend });
 * backend.connectTo(pgbouncer, redis);
 */
export class Api extends Tier implements HttpServer {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** The Service that clients ask. */
  readonly service: KubeObject<Service>;
  readonly servicePort: Input<number>;
  readonly readinessPath: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id, props);
    const settings = { ...apiDefaults, ...props };
    const { port, livenessPath, readinessPath } = settings;
    this.servicePort = port;
    this.readinessPath = readinessPath;
    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'api',
      user: APPLICATION_USER,
      containers: [
        {
          ...applicationContainer('api', this.platform.instance, settings),
          command: props.command ?? ['uvicorn'],
          ...(props.command === undefined ? { args: uvicorn(props.application ?? 'main:app', settings) } : {}),
          ...(props.args === undefined ? {} : { args: props.args }),
          ports: [{ name: 'http', containerPort: port }],
          probes: httpProbes({ liveness: livenessPath, readiness: readinessPath }),
          lifecycle: stopGracefully,
        },
      ],
      scrape: { port, path: '/metrics' },
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
    });
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port, name: 'http' }];
    this.clientSettings = [{ name: 'API_URL', value: str`http://${this.objectName}:${port}` }];
    this.service = addService(this.workload, 'service', {
      ports: [{ name: 'http', port, targetPort: 'http' }],
    });
  }
}

/**
 * Only declared tiers reach the port, and a Frontend overwrites the headers: the client's address and scheme are
 * believed. A connection is kept for longer than nginx reuses it.
 */
function uvicorn(
  application: string,
  { port, connectionsPerProcess }: Required<Pick<ApiProps, 'port' | 'connectionsPerProcess'>>,
): Items<string> {
  return [
    application,
    '--host=0.0.0.0',
    str`--port=${port}`,
    '--proxy-headers',
    '--forwarded-allow-ips=*',
    '--no-access-log',
    '--no-server-header',
    '--timeout-keep-alive=75',
    `--timeout-graceful-shutdown=${DRAIN_SECONDS}`,
    when<string>(isSet(connectionsPerProcess), str`--limit-concurrency=${valueOf(connectionsPerProcess)}`),
  ];
}
