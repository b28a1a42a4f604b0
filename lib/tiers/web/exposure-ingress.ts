/** The Ingress of an Exposure, in the dialect of the controller that reads it. */
import { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { Ingress } from 'kubernetes-types/networking/v1';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { equals, not } from '../../values/logic';
import { str } from '../../values/texts';
import type { Fragment, When } from '../../values/parts';
import { eachEntry, merge, when, whenSet } from '../../values/tree';
import type { Dialect, Exposure, ExposureSettings } from './exposure';
import type { RateLimit } from './frontend-nginx';
import type { HttpServer } from './http';

/** https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/ */
export interface TraefikSettings {
  /** Entry points with TLS. The redirect from HTTP belongs to the entry point `web`, in Traefik's own configuration. */
  readonly entryPoints: Input<string>;
  /** Middlewares that exist already, such as `shop-rate-limit@kubernetescrd`; null for none. */
  readonly middlewares: Input<string | null>;
}

/** https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/ */
export interface NginxControllerSettings {
  /** For one client address, all of the controller's pods together. */
  readonly rateLimit: RateLimit;
}

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/ */
export interface AlbSettings {
  readonly scheme: Input<'internet-facing' | 'internal'>;
  /** Of ACM; null to have the controller find it by the host. */
  readonly certificateArn: Input<string | null>;
  readonly sslPolicy: Input<string>;
  /** The AWS WAF web ACL that limits rates; null for none. */
  readonly wafAclArn: Input<string | null>;
}

/** https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration */
export interface GceSettings {
  /** A reserved global address; null for one that lasts as long as the Ingress. */
  readonly staticIpName: Input<string | null>;
  /** An SSL policy of Google Cloud; null for its default. */
  readonly sslPolicy: Input<string | null>;
}

/** https://learn.microsoft.com/azure/application-gateway/ingress-controller-annotations */
export interface AzureSettings {
  /** The resource ID of the WAF policy that limits rates; null for none. */
  readonly wafPolicyId: Input<string | null>;
}

/** What an Exposure leads to. */
export interface ExposureTarget {
  readonly name: Input<string>;
  readonly labels: Fragment<Readonly<Record<string, string>>>;
  readonly host: Input<string>;
  readonly to: HttpServer;
  readonly tlsSecretName: When<string>;
}

type Annotations = ObjectMeta['annotations'] & object;

export function addIngress(exposure: Exposure, target: ExposureTarget, settings: ExposureSettings): void {
  const { dialect } = settings;
  const scope = new Construct(exposure, 'ingress');
  onlyWhen(scope, not(equals<Dialect>(dialect, 'gateway')));
  const { host, to } = target;
  new KubeObject<Ingress>(scope, 'ingress', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: target.name,
      labels: target.labels,
      annotations: merge<Annotations>(
        when<Annotations>(equals<Dialect>(dialect, 'traefik'), traefik(settings)),
        when<Annotations>(equals<Dialect>(dialect, 'nginx'), nginx(settings)),
        when<Annotations>(equals<Dialect>(dialect, 'alb'), alb(settings, to)),
        when<Annotations>(equals<Dialect>(dialect, 'gce'), gce(settings, target)),
        when<Annotations>(equals<Dialect>(dialect, 'azure'), azure(settings, to)),
        eachEntry(settings.annotations, (key, value) => [key, value]),
      ),
    },
    spec: {
      ingressClassName: whenSet(settings.className),
      tls: [{ hosts: [host], secretName: when(not(equals<Dialect>(dialect, 'alb')), target.tlsSecretName) }],
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: to.objectName, port: { number: to.servicePort } } },
              },
            ],
          },
        },
      ],
    },
  });
  addFrontendConfig(scope, target, settings);
}

function traefik({ traefik: { entryPoints, middlewares } }: ExposureSettings) {
  return {
    'traefik.ingress.kubernetes.io/router.entrypoints': entryPoints,
    'traefik.ingress.kubernetes.io/router.middlewares': whenSet(middlewares),
    'traefik.ingress.kubernetes.io/router.tls': 'true',
  };
}

function nginx({ nginx: { rateLimit } }: ExposureSettings) {
  return {
    // The limit is the frontend's.
    'nginx.org/client-max-body-size': '0',
    'nginx.org/http-redirect-code': '308',
    'nginx.org/limit-req-burst': str`${rateLimit.burst}`,
    'nginx.org/limit-req-no-delay': 'true',
    'nginx.org/limit-req-rate': str`${rateLimit.requestsPerSecond}r/s`,
    'nginx.org/limit-req-reject-code': '429',
    'nginx.org/limit-req-scale': 'true',
    'nginx.org/ssl-redirect': 'true',
  };
}

function alb({ alb: { certificateArn, scheme, sslPolicy, wafAclArn } }: ExposureSettings, to: HttpServer) {
  return {
    'alb.ingress.kubernetes.io/certificate-arn': whenSet(certificateArn),
    'alb.ingress.kubernetes.io/healthcheck-path': to.readinessPath,
    'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]',
    'alb.ingress.kubernetes.io/scheme': scheme,
    'alb.ingress.kubernetes.io/ssl-policy': sslPolicy,
    'alb.ingress.kubernetes.io/ssl-redirect': '443',
    'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=30',
    'alb.ingress.kubernetes.io/target-type': 'ip',
    'alb.ingress.kubernetes.io/wafv2-acl-arn': whenSet(wafAclArn),
  };
}

/** GKE takes the health check from the readiness probe, and the class from the annotation alone. */
function gce({ gce: { staticIpName } }: ExposureSettings, { name }: ExposureTarget) {
  return {
    'kubernetes.io/ingress.class': 'gce',
    'kubernetes.io/ingress.global-static-ip-name': whenSet(staticIpName),
    'networking.gke.io/v1beta1.FrontendConfig': name,
  };
}

function azure({ azure: { wafPolicyId } }: ExposureSettings, to: HttpServer) {
  return {
    'appgw.ingress.kubernetes.io/connection-draining': 'true',
    'appgw.ingress.kubernetes.io/connection-draining-timeout': '30',
    'appgw.ingress.kubernetes.io/health-probe-path': to.readinessPath,
    'appgw.ingress.kubernetes.io/ssl-redirect': 'true',
    'appgw.ingress.kubernetes.io/waf-policy-for-path': whenSet(wafPolicyId),
  };
}

interface FrontendConfig {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly sslPolicy?: string;
    readonly redirectToHttps: { readonly enabled: boolean; readonly responseCodeName: string };
  };
}

/** Every GKE cluster has this kind. Nothing else redirects there, nor sets the SSL policy. */
function addFrontendConfig(ingress: Construct, { name, labels }: ExposureTarget, settings: ExposureSettings): void {
  const scope = new Construct(ingress, 'gce');
  onlyWhen(scope, equals<Dialect>(settings.dialect, 'gce'));
  new KubeObject<FrontendConfig>(scope, 'frontend-config', {
    apiVersion: 'networking.gke.io/v1beta1',
    kind: 'FrontendConfig',
    metadata: { name, labels },
    spec: {
      sslPolicy: whenSet(settings.gce.sslPolicy),
      redirectToHttps: { enabled: true, responseCodeName: 'PERMANENT_REDIRECT' },
    },
  });
}
