import type { Construct } from 'constructs';
import type { Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { images } from '../../images';
import { type Endpoint, allow, connect } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf } from '../../objects/conditions';
import type { KubeObject } from '../../objects/kube-object';
import { type Input, isExpr } from '../../values/expression';
import { atLeast } from '../../values/logic';
import { add, bytes, divide, multiply } from '../../values/numbers';
import { str } from '../../values/texts';
import { checksum } from '../../values/text';
import { type ListInput, type MapInput, each } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, existingSecret, secretFiles } from '../../workload/secrets';
import { type ServiceType, addService } from '../../workload/service';
import { StatefulSetWorkload } from '../../workload/stateful-set';
import type { Workload } from '../../workload/workload';
import { Tier, type TierProps } from '../tier';
import { frontendDefaults, frontendPatterns } from './frontend';
import { DRAIN_SECONDS, GRACE_PERIOD_SECONDS, type HttpServer, httpProbes, stopGracefully } from './http';
import { limitsScript } from './load-balancer-limits';
import { type LoadBalancerSettings, loadBalancerConf } from './load-balancer-nginx';
import type { ObjectsRoute } from './load-balancer-objects';
import { loadBalancerStart } from './load-balancer-start';
import { NGINX_EXPORTER_PORT, demandForm, demandRoomForBodies, nginxExporter } from './nginx';

/** A server of HTTP whose pods are balanced one by one. */
export interface Instances extends HttpServer {
  /** The workload of its pods. */
  readonly workload: Workload;
}

/** Props of `LoadBalancer`. */
export interface LoadBalancerProps extends TierProps, PodSettings, Partial<LoadBalancerSettings> {
  /** nginx 1.27.3 or newer with its module for JavaScript. @default - the pinned one */
  readonly image?: Image;
  /** The image of the exporter beside it. @default - the pinned nginx-prometheus-exporter */
  readonly exporterImage?: Image;
  /** What requests go to, such as an Api. */
  readonly backend: Instances;
  /** Objects of a bucket behind a path, for GET and HEAD. @default - none */
  readonly objects?: ObjectsRoute;
  /** Pods; each counts the requests of its share of the clients. @default 2 */
  readonly replicas?: Input<number>;
  /**
   * The Secret with `tls.crt` and `tls.key`. A renewed certificate is served without a restart.
   * @default - `<name>-tls`
   */
  readonly tls?: { readonly existingSecret: ExistingSecret };
  /** Names by which clients reach the balancer, which its certificate needs. @default [] */
  readonly hosts?: readonly Input<string>[];
  /** Networks from which clients may connect. @default - all, of IPv4 and IPv6 */
  readonly clientAddresses?: ListInput<string>;
  /** The Service. @default - of type ClusterIP, without annotations */
  readonly service?: { readonly type: Input<ServiceType>; readonly annotations: MapInput<string> };
  /** CPU, memory and disk of its container. @default - 250m to 1 CPU, 128Mi to 256Mi; see loadBalancerDefaults */
  readonly resources?: Resources;
}

/** Defaults of `LoadBalancerProps`. */
export const loadBalancerDefaults = {
  replicas: 2,
  resources: {
    requests: { cpu: '250m', memory: '128Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '512Mi' },
  },
  tls: { existingSecret: null },
  hosts: [],
  clientAddresses: ['0.0.0.0/0', '::/0'],
  service: { type: 'ClusterIP', annotations: {} },
  clientMaxBodySize: '10Mi',
  temporarySize: '256Mi',
  clientConnections: 4000,
  trustedProxies: [],
  securityHeaders: {
    ...frontendDefaults.securityHeaders,
    documentationContentSecurityPolicy:
      "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data: https://fastapi.tiangolo.com; frame-ancestors 'none'; object-src 'none'",
    frameOptions: 'DENY',
  },
  documentationPaths: ['/docs'],
  rateLimit: {
    all: { requests: 150, windowSeconds: 60 },
    authentication: { requests: 5, windowSeconds: 300, paths: ['/api/v1/auth/'] },
    stepSeconds: 5,
    inFlight: 20,
  },
  maxFails: 3,
  failTimeoutSeconds: 10,
  proxyTimeoutSeconds: 60,
} as const satisfies Partial<LoadBalancerProps>;

const PORTS = { https: 8443, http: 8081, status: 8080, peers: 8082, metrics: 9114 } as const;
const USER = 10_001;
const CONFIG_FOLDER = '/etc/load-balancer';
const CERTIFICATES = '/run/secrets/load-balancer-tls';
/** Of nginx itself, and its zones when they are full. */
const BASE_MEMORY_MIB = 96;
/** Of the zone in which requests for objects are counted. */
const OBJECTS_MEMORY_MIB = 16;
/** Of one connection with TLS, its buffers among it. */
const CONNECTION_KIB = 32;

/**
 * nginx before the instances of an Api: the least busy one gets the request, and clients are held to their rates over
 * all balancers together.
 *
 * @example
 * const api = new Api(chart, 'api', { image: images.backend });
 * new LoadBalancer(chart, 'load-balancer', { backend: api });
 */
export class LoadBalancer extends Tier implements HttpServer {
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  /** The Service that clients ask. */
  readonly service: KubeObject<Service>;
  readonly servicePort = 443;
  readonly readinessPath = '/-/ready';
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings = [];
  /** The Secret with the certificate. */
  readonly tlsSecret: Input<string>;
  /** The names that the certificate needs. */
  readonly certificateHosts: readonly Input<string>[];
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id, props);
    const settings = { ...loadBalancerDefaults, ...props };
    const { backend, objects, rateLimit, replicas } = settings;
    this.tlsSecret = existingSecret(
      { id, what: 'with the certificate of the load balancer', expected: str`${this.objectName}-tls` },
      settings.tls.existingSecret,
    );
    this.certificateHosts = [...settings.hosts, this.objectName];
    this.checkTexts(settings);
    demandRoomForBodies(this, { name: 'rateLimit.inFlight', count: rateLimit.inFlight }, settings);
    this.demandMemory(settings);

    const route = objects && { ...objects, present: isThere(objects.server.endpoints) };
    const conf = loadBalancerConf({
      ...settings,
      objects: route,
      ports: PORTS,
      drainSeconds: DRAIN_SECONDS,
      certificates: CERTIFICATES,
      instances: { host: str`${backend.workload.objectName}-instances`, port: backend.servicePort },
      metricsPaths: backend.workload.metricsPaths,
    });
    const limits = limitsScript({
      rateLimit,
      objects: route,
      replicas,
      podName: this.objectName,
      peerPort: PORTS.peers,
    });
    const files = { 'nginx.conf': conf, 'limits.js': limits, 'start.sh': loadBalancerStart };

    this.workload = new StatefulSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'balancer',
      user: USER,
      podManagementPolicy: 'Parallel',
      containers: [
        nginx({ ...settings, image: props.image ?? images.nginx }),
        nginxExporter(`${PORTS.status}/nginx_status`, props.exporterImage),
      ],
      volumes: [
        { name: 'config', configMap: { name: this.objectName } },
        { name: 'certificate', secret: secretFiles(this.tlsSecret, ['tls.crt', 'tls.key']) },
      ],
      checksums: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, checksum(content)])),
      scrape: { port: NGINX_EXPORTER_PORT, path: '/metrics' },
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
    });
    this.workload.addMetrics(`${id}-answers`, { port: PORTS.metrics, path: '/metrics' });
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: PORTS.https, name: 'https' }];
    addConfigMap(this.workload, 'config', files);
    this.service = addService(this.workload, 'service', {
      ports: [
        { name: 'https', port: this.servicePort, targetPort: 'https' },
        { name: 'http', port: 80, targetPort: 'http' },
      ],
      exposed: settings.service,
    });
    addService(this.workload, 'headless', {
      suffix: 'headless',
      ports: [{ name: 'peers', port: PORTS.peers, targetPort: 'peers' }],
      headless: true,
    });
    addService(backend.workload, 'instances', {
      suffix: 'instances',
      ports: [{ name: 'http', port: backend.servicePort, targetPort: 'http' }],
      headless: 'ready',
    });
    this.allowFlows(settings);
  }

  private allowFlows({ backend, clientAddresses, objects }: Given): void {
    this.workload.policy.allowFrom(
      {
        from: each<string, NetworkPolicyPeer>(clientAddresses, (cidr) => ({ ipBlock: { cidr } })),
        ports: [PORTS.https, PORTS.http].map((port) => ({ port, protocol: 'TCP' })),
      },
      { neighbour: 'clients' },
    );
    allow(this.workload, { workload: this.workload, port: PORTS.peers, name: 'rates' });
    for (const endpoint of backend.endpoints) allow(this.workload, endpoint);
    if (objects !== undefined) connect(this.workload, { ...objects.server, clientSettings: [] });
  }

  private demandMemory({ clientConnections, objects, resources }: Given): void {
    const base = BASE_MEMORY_MIB + (objects === undefined ? 0 : OBJECTS_MEMORY_MIB);
    const needed = add(base, divide(multiply(clientConnections, CONNECTION_KIB), 1024));
    demand(
      this,
      atLeast(divide(bytes(resources.limits.memory), 2 ** 20), needed),
      str`clientConnections ${clientConnections} need ${needed}Mi, ${CONNECTION_KIB}Ki each beside ${base}Mi, more than resources.limits.memory ${resources.limits.memory}; raise it, or lower clientConnections.`,
    );
  }

  /** Texts go into nginx.conf and limits.js as they are. */
  private checkTexts(given: Given): void {
    for (const [name, value] of Object.entries<Input<string>>({ ...given.securityHeaders })) {
      demandForm(this, `securityHeaders.${name}`, value, frontendPatterns.header);
    }
    const { paths } = given.rateLimit.authentication;
    const lists: readonly [string, ListInput<string>, RegExp][] = [
      ['trustedProxies', given.trustedProxies, frontendPatterns.network],
      ['clientAddresses', given.clientAddresses, frontendPatterns.network],
      ['documentationPaths', given.documentationPaths, loadBalancerPatterns.path],
      ['rateLimit.authentication.paths', paths, loadBalancerPatterns.path],
    ];
    for (const [name, list, pattern] of lists) {
      if (isExpr(list)) continue;
      for (const value of list) demandForm(this, name, value, pattern);
    }
    if (given.objects !== undefined) demandForm(this, 'objects.path', given.objects.path, frontendPatterns.path);
  }
}

/** In the common part of JavaScript's and Go's expressions. */
export const loadBalancerPatterns = { path: /^(\/[A-Za-z0-9._-]+)+\/?$/ } as const;

type Given = Pick<LoadBalancerProps, 'backend' | 'objects'> &
  Required<Pick<LoadBalancerProps, 'clientAddresses' | 'resources'>> &
  LoadBalancerSettings;

function isThere([endpoint]: readonly Endpoint[]): Input<boolean> {
  return endpoint === undefined ? true : conditionOf(endpoint.workload);
}

function nginx({
  image,
  resources,
  temporarySize,
}: Required<Pick<LoadBalancerProps, 'image' | 'resources' | 'temporarySize'>>): ContainerProps {
  const { startup, liveness } = httpProbes({ liveness: '/healthz', readiness: '/healthz' });
  return {
    name: 'nginx',
    image,
    command: ['sh', `${CONFIG_FOLDER}/start.sh`],
    ports: [
      { name: 'https', containerPort: PORTS.https },
      { name: 'http', containerPort: PORTS.http },
      { name: 'peers', containerPort: PORTS.peers },
      { name: 'answers', containerPort: PORTS.metrics },
    ],
    resources,
    probes: {
      startup,
      liveness,
      // By TLS: a pod whose certificate cannot be used serves nobody.
      readiness: {
        httpGet: { path: '/-/ready', port: 'https', scheme: 'HTTPS' },
        periodSeconds: 5,
        timeoutSeconds: 5,
        failureThreshold: 2,
      },
    },
    lifecycle: stopGracefully,
    mounts: [
      { name: 'config', mountPath: CONFIG_FOLDER, readOnly: true },
      { name: 'certificate', mountPath: CERTIFICATES, readOnly: true },
    ],
    writable: { '/tmp': temporarySize },
  };
}
