import type { Construct } from 'constructs';
import type { Service } from 'kubernetes-types/core/v1';
import { type Endpoint, allow } from '../../network/connections';
import { conditionOf } from '../../objects/conditions';
import type { KubeObject } from '../../objects/kube-object';
import { type Input, isExpr } from '../../values/expression';
import { checksum } from '../../values/text';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Autoscaling } from '../../workload/scaling';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import { type NginxSettings, nginxConf } from './frontend-nginx';
import type { ProxiedPath } from './frontend-nginx-server';
import { DRAIN_SECONDS, GRACE_PERIOD_SECONDS, type HttpServer, httpProbes, stopGracefully } from './http';
import { NGINX_EXPORTER_PORT, demandForm, demandRoomForBodies, nginxExporter } from './nginx';

/** Props of `Frontend`. */
export interface FrontendProps extends TierProps, PodSettings, Partial<NginxSettings> {
  /**
   * nginx with the React build in /usr/share/nginx/html, built on an image such as nginxinc/nginx-unprivileged.
   * It stops gracefully on its stop signal, SIGQUIT in the images of nginx.
   */
  readonly image: Image;
  /** The image of the exporter beside it. @default - the pinned nginx-prometheus-exporter */
  readonly exporterImage?: Image;
  /**
   * Tiers behind paths, such as `{ '/api/': backend }`: nginx hands requests on to them as they came.
   * The frontend is connected to them. A path has a slash at both ends.
   * @default - only files are served
   */
  readonly proxy?: Readonly<Record<string, HttpServer>>;
  /** Pods, where autoscaling is off. @default 2 */
  readonly replicas?: Input<number>;
  /** Replicas by CPU and memory in place of `replicas`. @default - off; see frontendDefaults */
  readonly autoscaling?: Autoscaling;
  /** CPU, memory and disk of its container. @default - 250m to 500m CPU, 128Mi to 256Mi; see frontendDefaults */
  readonly resources?: Resources;
}

/** Defaults of `FrontendProps`. */
export const frontendDefaults = {
  replicas: 2,
  autoscaling: {
    enabled: false,
    minReplicas: 2,
    maxReplicas: 10,
    targetCpuUtilization: 70,
    targetMemoryUtilization: 80,
    scaleUpStabilizationSeconds: 0,
    scaleDownStabilizationSeconds: 300,
  },
  resources: {
    requests: { cpu: '250m', memory: '128Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '500m', memory: '256Mi', ephemeralStorage: '512Mi' },
  },
  brotli: false,
  clientMaxBodySize: '10Mi',
  temporarySize: '256Mi',
  /** Private and shared address space: RFC 1918, RFC 6598, RFC 4193. */
  trustedProxies: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  httpsRedirect: true,
  immutablePaths: ['/assets/', '/static/'],
  securityHeaders: {
    contentSecurityPolicy:
      "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    permissionsPolicy: 'camera=(), geolocation=(), microphone=()',
    referrerPolicy: 'strict-origin-when-cross-origin',
    strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  },
  rateLimit: {
    site: { requestsPerSecond: 50, burst: 100 },
    api: { requestsPerSecond: 20, burst: 40, inFlight: 20 },
  },
  proxyTimeoutSeconds: 60,
  cdn: { enabled: false, sharedMaxAgeSeconds: 60 },
} as const satisfies NginxSettings & Pick<FrontendProps, 'replicas' | 'autoscaling' | 'resources'>;

/** What may stand in nginx.conf where these settings do. In the common part of JavaScript's and Go's expressions. */
export const frontendPatterns = {
  header: /^[^"$\\\x00-\x1f]*$/,
  network: /^[0-9a-f:.]+(\/[0-9]{1,3})?$/,
  path: /^\/([A-Za-z0-9._-]+\/)+$/,
  version: /^[A-Za-z0-9._-]+$/,
} as const;

const PORT = 8080;
const STATUS_PORT = 8081;
/** Any will do: files are for all to read, and nginx writes to /tmp alone. */
const USER = 10_001;
const CONFIG_FOLDER = '/etc/frontend';

/**
 * nginx that serves a React build and hands paths on to other tiers.
 *
 * @example
 * const backend = new Api(chart, 'backend', { image: images.backend });
 * new Frontend(chart, 'frontend', { image: images.frontend, proxy: { '/api/': backend } });
 */
export class Frontend extends Tier implements HttpServer {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** The Service that clients ask. */
  readonly service: KubeObject<Service>;
  readonly servicePort = 80;
  readonly readinessPath = '/readyz';
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings = [];
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: FrontendProps) {
    super(scope, id, props);
    const settings = { ...frontendDefaults, ...props };
    checkTexts(this, settings);
    demandRoomForBodies(this, { name: 'rateLimit.api.inFlight', count: settings.rateLimit.api.inFlight }, settings);

    const conf = nginxConf({
      ...settings,
      version: settings.image.tag,
      port: PORT,
      statusPort: STATUS_PORT,
      drainSeconds: DRAIN_SECONDS,
      proxied: Object.entries(props.proxy ?? {}).map(([path, server]) => proxied(path, server)),
    });

    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'web',
      user: USER,
      containers: [nginx(settings), nginxExporter(`${STATUS_PORT}/stub_status`, props.exporterImage)],
      volumes: [{ name: 'config', configMap: { name: this.objectName } }],
      checksums: { 'nginx.conf': checksum(conf) },
      scrape: { port: NGINX_EXPORTER_PORT, path: '/metrics' },
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
    });
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: PORT, name: 'http' }];
    addConfigMap(this.workload, 'config', { 'nginx.conf': conf });
    this.service = addService(this.workload, 'service', {
      ports: [{ name: 'http', port: this.servicePort, targetPort: 'http' }],
    });

    for (const server of Object.values(props.proxy ?? {})) {
      for (const endpoint of server.endpoints) allow(this.workload, endpoint);
    }
  }
}

function proxied(path: string, server: HttpServer): ProxiedPath {
  const [endpoint] = server.endpoints;
  return {
    path,
    name: path.slice(1, -1).replaceAll('/', '-'),
    host: server.objectName,
    port: server.servicePort,
    present: endpoint === undefined ? true : conditionOf(endpoint.workload),
  };
}

type NginxContainer = Required<Pick<FrontendProps, 'image' | 'resources' | 'temporarySize'>>;

function nginx({ image, resources, temporarySize }: NginxContainer): ContainerProps {
  return {
    name: 'nginx',
    image,
    command: ['nginx'],
    args: ['-e', 'stderr', '-c', `${CONFIG_FOLDER}/nginx.conf`],
    ports: [{ name: 'http', containerPort: PORT }],
    resources,
    probes: httpProbes({ liveness: '/healthz', readiness: '/readyz' }),
    lifecycle: stopGracefully,
    mounts: [{ name: 'config', mountPath: CONFIG_FOLDER, readOnly: true }],
    writable: { '/tmp': temporarySize },
  };
}

/** Texts go into nginx.conf as they are. Those of a system are checked by its schema, with the same patterns. */
function checkTexts(frontend: Frontend, settings: NginxSettings & Pick<FrontendProps, 'image' | 'proxy'>): void {
  const check = (name: string, value: Input<string>, pattern: RegExp): void => {
    demandForm(frontend, name, value, pattern);
  };
  check('image.tag', settings.image.tag, frontendPatterns.version);
  for (const [name, value] of Object.entries<Input<string>>({ ...settings.securityHeaders })) {
    check(`securityHeaders.${name}`, value, frontendPatterns.header);
  }
  if (!isExpr(settings.trustedProxies)) {
    for (const network of settings.trustedProxies) check('trustedProxies', network, frontendPatterns.network);
  }
  if (!isExpr(settings.immutablePaths)) {
    for (const path of settings.immutablePaths) check('immutablePaths', path, frontendPatterns.path);
  }
  for (const path of Object.keys(settings.proxy ?? {})) check('proxy', path, frontendPatterns.path);
}
