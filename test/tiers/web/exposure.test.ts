import type { Chart } from 'cdk8s';
import {
  type Dialect,
  Exposure,
  type ExposureProps,
  dialects,
  exposureDefaults,
} from '../../../lib/tiers/web/exposure';
import { Frontend } from '../../../lib/tiers/web/frontend';
import { Platform, defaultNetworkFacts } from '../../../lib/workload/platform';
import { find, image, synth } from './plain-app';

const exposure =
  (props: Partial<ExposureProps> = {}, ingressNamespace: string | null = null) =>
  (chart: Chart): void => {
    const network = { ...defaultNetworkFacts, ingressNamespace };
    Platform.provide(chart, new Platform({ instance: 'shop', partOf: 'shop', network }));
    const frontend = new Frontend(chart, 'frontend', { image: image('frontend') });
    new Exposure(chart, 'web', { host: 'shop.example.com', to: frontend, ...props });
  };
const annotations = (props: Partial<ExposureProps>) =>
  find(synth(exposure(props)), 'Ingress', 'shop-web').metadata.annotations;
const kinds = (props: Partial<ExposureProps>): readonly string[] =>
  synth(exposure(props))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .filter((name) => name.includes('shop-web'));

const certManager = { enabled: true, issuerName: 'letsencrypt', issuerKind: 'ClusterIssuer' } as const;

/** Settings other than their defaults, and the dialect that shows them. */
const changes: readonly (readonly [Dialect, Partial<ExposureProps>])[] = [
  ['traefik', { enabled: false }],
  ['traefik', { host: 'other.example.com' }],
  ['traefik', { dialect: 'nginx' }],
  ['traefik', { className: 'internal' }],
  ['traefik', { annotations: { note: 'public' } }],
  ['traefik', { tlsSecretName: 'wildcard' }],
  ['traefik', { certManager }],
  ['traefik', { loadBalancerAddresses: ['192.0.2.0/24'] }],
  ['traefik', { traefik: { entryPoints: 'https', middlewares: null } }],
  ['traefik', { traefik: { entryPoints: 'websecure', middlewares: 'shop-limit@kubernetescrd' } }],
  ['nginx', { nginx: { rateLimit: { requestsPerSecond: 10, burst: 20 } } }],
  ['alb', { alb: { ...exposureDefaults.alb, scheme: 'internal' } }],
  ['alb', { alb: { ...exposureDefaults.alb, certificateArn: 'arn:aws:acm:us-east-1:1:certificate/a' } }],
  ['alb', { alb: { ...exposureDefaults.alb, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' } }],
  ['alb', { alb: { ...exposureDefaults.alb, wafAclArn: 'arn:aws:wafv2:us-east-1:1:regional/webacl/a/b' } }],
  ['gce', { gce: { staticIpName: 'shop', sslPolicy: null } }],
  ['gce', { gce: { staticIpName: null, sslPolicy: 'modern' } }],
  ['azure', { azure: { wafPolicyId: '/subscriptions/a/resourceGroups/b' } }],
  ['gateway', { gateway: { ...exposureDefaults.gateway, className: 'istio' } }],
  ['gateway', { gateway: { create: false, className: 'istio', name: 'shared', namespace: null } }],
  ['gateway', { gateway: { create: false, className: 'istio', name: 'shared', namespace: 'infra' } }],
];

describe('Exposure', () => {
  test.each(dialects.filter((dialect) => dialect !== 'gateway'))('serves by TLS alone in dialect %s', (dialect) => {
    expect(find(synth(exposure({ dialect })), 'Ingress', 'shop-web')).toMatchObject({
      spec: {
        tls: [{ hosts: ['shop.example.com'] }],
        rules: [
          {
            host: 'shop.example.com',
            http: { paths: [{ path: '/', backend: { service: { name: 'shop-frontend', port: { number: 80 } } } }] },
          },
        ],
      },
    });
  });

  test.each<[Dialect, object]>([
    [
      'traefik',
      {
        'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure',
        'traefik.ingress.kubernetes.io/router.tls': 'true',
      },
    ],
    [
      'nginx',
      {
        'nginx.org/client-max-body-size': '0',
        'nginx.org/http-redirect-code': '308',
        'nginx.org/limit-req-burst': '200',
        'nginx.org/limit-req-no-delay': 'true',
        'nginx.org/limit-req-rate': '100r/s',
        'nginx.org/limit-req-reject-code': '429',
        'nginx.org/limit-req-scale': 'true',
        'nginx.org/ssl-redirect': 'true',
      },
    ],
    [
      'alb',
      {
        'alb.ingress.kubernetes.io/healthcheck-path': '/readyz',
        'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]',
        'alb.ingress.kubernetes.io/scheme': 'internet-facing',
        'alb.ingress.kubernetes.io/ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        'alb.ingress.kubernetes.io/ssl-redirect': '443',
        'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=30',
        'alb.ingress.kubernetes.io/target-type': 'ip',
      },
    ],
    [
      'gce',
      {
        'kubernetes.io/ingress.class': 'gce',
        'networking.gke.io/v1beta1.FrontendConfig': 'shop-web',
      },
    ],
    [
      'azure',
      {
        'appgw.ingress.kubernetes.io/connection-draining': 'true',
        'appgw.ingress.kubernetes.io/connection-draining-timeout': '30',
        'appgw.ingress.kubernetes.io/health-probe-path': '/readyz',
        'appgw.ingress.kubernetes.io/ssl-redirect': 'true',
      },
    ],
  ])('speaks to %s', (dialect, expected) => {
    expect(annotations({ dialect })).toEqual(expected);
  });

  test('redirects on Google Cloud by a FrontendConfig', () => {
    expect(kinds({ dialect: 'gce' })).toEqual(['Ingress/shop-web', 'FrontendConfig/shop-web']);
  });

  test('makes a Gateway with its routes, or routes for one that exists', () => {
    expect(kinds({ dialect: 'gateway' })).toEqual([
      'Gateway/shop-web',
      'HTTPRoute/shop-web',
      'HTTPRoute/shop-web-redirect',
    ]);
    const gateway = { create: false, className: 'istio', name: 'shared', namespace: 'infra' };
    const objects = synth(exposure({ dialect: 'gateway', gateway }));
    expect(find(objects, 'HTTPRoute', 'shop-web')).toMatchObject({
      spec: { parentRefs: [{ name: 'shared', namespace: 'infra', sectionName: 'https' }] },
    });
  });

  test('has cert-manager fill the Secret that it refers to', () => {
    expect(find(synth(exposure({ certManager })), 'Certificate', 'shop-web')).toMatchObject({
      spec: {
        secretName: 'shop-web-tls',
        dnsNames: ['shop.example.com'],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' },
      },
    });
  });

  test('lets in the controller and the load balancers that are named, and nobody else', () => {
    const ingress = (build: (chart: Chart) => void): unknown => {
      const { spec } = find(synth(build), 'NetworkPolicy', 'shop-frontend');
      return (spec as { ingress?: unknown }).ingress;
    };
    const ports = [{ port: 8080, protocol: 'TCP' }];
    expect(ingress(exposure())).toBeUndefined();
    expect(ingress(exposure({ loadBalancerAddresses: ['192.0.2.0/24'] }, 'traefik'))).toEqual([
      { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } }], ports },
      { from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports },
    ]);
    expect(ingress(exposure({ dialect: 'gateway' }))).toEqual([
      { from: [{ podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'shop-web' } } }], ports },
    ]);
    expect(ingress(exposure({ enabled: false }, 'traefik'))).toBeUndefined();
  });

  test('gives the default that it states', () => {
    expect(synth(exposure(exposureDefaults))).toEqual(synth(exposure()));
  });

  test.each(changes)('changes in dialect %s with %j', (dialect, props) => {
    expect(synth(exposure({ dialect, ...props }))).not.toEqual(synth(exposure({ dialect })));
  });

  test.each<[Partial<ExposureProps>, string]>([
    [
      { dialect: 'alb', certManager },
      'certManager.issuerName letsencrypt fills a Secret, which dialect alb does not read; set certManager.enabled to false and import the certificate into ACM.',
    ],
    [
      { dialect: 'gateway', gateway: { create: false, className: 'istio', name: null, namespace: null } },
      'gateway.create is false and gateway.name is not set, so shop.example.com has no Gateway; name the Gateway to attach to.',
    ],
  ])('refuses %j', (props, message) => {
    expect(() => synth(exposure(props))).toThrow(
      new Error(`Validation failed with the following errors:\n  [shop/web] ${message}`),
    );
  });

  test('minimal', () => {
    expect(synth(exposure()).slice(-1)).toMatchSnapshot();
  });

  test('full', () => {
    const full = { dialect: 'gateway', certManager, loadBalancerAddresses: ['192.0.2.0/24'] } as const;
    expect(synth(exposure(full, 'traefik')).slice(-4)).toMatchSnapshot();
  });
});
