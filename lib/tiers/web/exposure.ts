import { Construct } from 'constructs';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import type { Certificate } from '../../objects/cert-manager';
import { demand } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { isNotEmpty } from '../../values/collections';
import { and, equals, isSet, not, or, valueOf } from '../../values/logic';
import { str } from '../../values/texts';
import type { Tree } from '../../values/parts';
import { type ListInput, type MapInput, each, keep, when } from '../../values/tree';
import { Platform } from '../../workload/platform';
import { type GatewayApiSettings, addGatewayApi } from './exposure-gateway';
import {
  type AlbSettings,
  type AzureSettings,
  type GceSettings,
  type NginxControllerSettings,
  type TraefikSettings,
  addIngress,
} from './exposure-ingress';
import type { HttpServer } from './http';

/**
 * Who reads the objects: Traefik, the F5 NGINX Ingress Controller, the AWS Load Balancer Controller, GKE, the
 * Application Gateway Ingress Controller of Azure, or an implementation of the Gateway API.
 */
export type Dialect = 'traefik' | 'nginx' | 'alb' | 'gce' | 'azure' | 'gateway';

export const dialects = ['traefik', 'nginx', 'alb', 'gce', 'azure', 'gateway'] as const satisfies readonly Dialect[];

export interface ExposureSettings {
  /** Who reads the objects. */
  readonly dialect: Input<Dialect>;
  /** The IngressClass; null for the cluster's default. GKE reads an annotation instead. */
  readonly className: Input<string | null>;
  /** Further annotations of the Ingress. */
  readonly annotations: MapInput<string>;
  /** The Secret of type kubernetes.io/tls; null for `<name>-tls`. An ALB takes its certificate from ACM. */
  readonly tlsSecretName: Input<string | null>;
  /** Has cert-manager fill the Secret. */
  readonly certManager: {
    readonly enabled: Input<boolean>;
    readonly issuerName: Input<string>;
    readonly issuerKind: Input<'ClusterIssuer' | 'Issuer'>;
  };
  /**
   * Networks from which load balancers outside the cluster reach the pods, such as the subnets of an ALB, or
   * 130.211.0.0/22 and 35.191.0.0/16 of Google Cloud. A controller inside is named by its namespace, a network fact.
   */
  readonly loadBalancerAddresses: ListInput<string>;
  /** Of Traefik's dialect alone. */
  readonly traefik: TraefikSettings;
  /** Of the F5 NGINX Ingress Controller's alone. */
  readonly nginx: NginxControllerSettings;
  /** Of the AWS Load Balancer Controller's alone. */
  readonly alb: AlbSettings;
  /** Of GKE's alone. */
  readonly gce: GceSettings;
  /** Of Azure's alone. */
  readonly azure: AzureSettings;
  /** Of the Gateway API alone. */
  readonly gateway: GatewayApiSettings;
}

/** Props of `Exposure`. */
export interface ExposureProps extends Partial<ExposureSettings> {
  /** Whether it is there. @default true */
  readonly enabled?: Input<boolean>;
  /** The public name. Its certificate is mandatory: nothing is served without TLS. */
  readonly host: Input<string>;
  /** What answers all paths. */
  readonly to: HttpServer;
}

/** Defaults of `ExposureProps`. */
export const exposureDefaults = {
  dialect: 'traefik',
  className: null,
  annotations: {},
  tlsSecretName: null,
  certManager: { enabled: false, issuerName: 'letsencrypt', issuerKind: 'ClusterIssuer' },
  loadBalancerAddresses: [],
  traefik: { entryPoints: 'websecure', middlewares: null },
  nginx: { rateLimit: { requestsPerSecond: 100, burst: 200 } },
  alb: {
    scheme: 'internet-facing',
    certificateArn: null,
    sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    wafAclArn: null,
  },
  gce: { staticIpName: null, sslPolicy: null },
  azure: { wafPolicyId: null },
  gateway: { create: true, className: 'traefik', name: null, namespace: null },
} as const satisfies ExposureSettings;

/**
 * A host on the internet, by TLS alone: an Ingress in the dialect of its controller, or routes of the Gateway API.
 *
 * @example
 * new Exposure(chart, 'web', { host: 'shop.example.com', to: frontend, dialect: 'alb' });
 */
export class Exposure extends Construct {
  /** What it shares with the tiers of its system. */
  readonly platform: Platform;
  /** Name of its objects. */
  readonly objectName: Input<string>;

  constructor(scope: Construct, id: string, props: ExposureProps) {
    super(scope, id);
    if (props.enabled !== undefined) onlyWhen(this, props.enabled);
    this.platform = Platform.of(this);
    this.objectName = str`${this.platform.instance}-${id}`;
    const settings = { ...exposureDefaults, ...props };
    const { certManager, dialect, gateway, host, to } = settings;
    demand(
      this,
      not(and(equals<Dialect>(dialect, 'alb'), certManager.enabled)),
      str`certManager.issuerName ${certManager.issuerName} fills a Secret, which dialect alb does not read; set certManager.enabled to false and import the certificate into ACM.`,
    );
    demand(
      this,
      or(not(equals<Dialect>(dialect, 'gateway')), gateway.create, isSet(gateway.name)),
      str`gateway.create is false and gateway.name is not set, so ${host} has no Gateway; name the Gateway to attach to.`,
    );

    const { tlsSecretName } = settings;
    const secret = when<string>(isSet(tlsSecretName), valueOf(tlsSecretName), str`${this.objectName}-tls`);
    const labels = this.platform.labels({ name: id, component: 'exposure' });
    const target = { name: this.objectName, labels, host, to, tlsSecretName: secret };
    addIngress(this, target, settings);
    addGatewayApi(this, target, settings);

    const certificate = new Construct(this, 'certificate');
    onlyWhen(certificate, certManager.enabled);
    new KubeObject<Certificate>(certificate, 'certificate', {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: this.objectName, labels },
      spec: {
        secretName: secret,
        dnsNames: [host],
        issuerRef: { group: 'cert-manager.io', kind: certManager.issuerKind, name: certManager.issuerName },
      },
    });
    this.openPods(settings);
  }

  /** Lets the controller or load balancer reach the server's pods. */
  private openPods({ dialect, gateway, loadBalancerAddresses, to }: ExposureSettings & ExposureProps): void {
    const { ingressNamespace } = this.platform.network;
    const here = conditionOf(this);
    for (const { workload, port } of to.endpoints) {
      const open = (from: Tree<NetworkPolicyPeer[]>, condition: Input<boolean>): void => {
        workload.policy.allowFrom(
          { from, ports: [{ port, protocol: 'TCP' }] },
          { enabled: and(here, condition), neighbour: 'ingress or gateway' },
        );
      };
      const namespace = { 'kubernetes.io/metadata.name': valueOf(ingressNamespace) };
      open([{ namespaceSelector: { matchLabels: namespace } }], isSet(ingressNamespace));
      open(
        keep<NetworkPolicyPeer[]>(
          each<string, NetworkPolicyPeer>(loadBalancerAddresses, (cidr) => ({ ipBlock: { cidr } })),
        ),
        isNotEmpty(loadBalancerAddresses),
      );
      // Some implementations run a Gateway's proxies beside the Gateway, with this label (GEP-1762).
      const proxies = { 'gateway.networking.k8s.io/gateway-name': this.objectName };
      open([{ podSelector: { matchLabels: proxies } }], and(equals<Dialect>(dialect, 'gateway'), gateway.create));
    }
  }
}
