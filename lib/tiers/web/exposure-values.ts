import { z } from 'zod';
import { cidr, labelKey, line, objectName, word } from '../../values/leaves';
import { dialects, exposureDefaults as defaults } from './exposure';

/** What an operator may set of an Exposure. */
export const exposureValues = () => ({
  dialect: z
    .enum(dialects)
    .default(defaults.dialect)
    .describe('Who reads the objects: an ingress controller, or gateway for an implementation of the Gateway API.'),
  className: objectName().nullable().default(null).describe("IngressClass; null for the cluster's default."),
  annotations: z.record(labelKey(), line()).default({}).describe('Annotations to add to the Ingress.'),
  tlsSecretName: objectName()
    .nullable()
    .default(null)
    .describe('Secret of type kubernetes.io/tls; null for <release>-ingress-tls.'),
  certManager: z.strictObject({
    enabled: z.boolean().default(defaults.certManager.enabled).describe('Have cert-manager fill the Secret.'),
    issuerName: objectName().default(defaults.certManager.issuerName).describe('Name of the issuer.'),
    issuerKind: z
      .enum(['ClusterIssuer', 'Issuer'])
      .default(defaults.certManager.issuerKind)
      .describe('Kind of the issuer.'),
  }),
  loadBalancerAddresses: z
    .array(cidr())
    .default([])
    .describe('Networks from which load balancers outside the cluster reach the pods, such as the subnets of an ALB.'),
  traefik: z.strictObject({
    entryPoints: word().default(defaults.traefik.entryPoints).describe('Entry points with TLS.'),
    middlewares: word()
      .nullable()
      .default(null)
      .describe('Middlewares that exist already, such as shop-limit@kubernetescrd.'),
  }),
  nginx: z.strictObject({
    rateLimit: z.strictObject({
      requestsPerSecond: z
        .int()
        .min(1)
        .max(100_000)
        .default(defaults.nginx.rateLimit.requestsPerSecond)
        .describe("Requests per second of one client address, all of the controller's pods together."),
      burst: z
        .int()
        .min(0)
        .max(100_000)
        .default(defaults.nginx.rateLimit.burst)
        .describe('Requests above the rate that are let through.'),
    }),
  }),
  alb: z.strictObject({
    scheme: z
      .enum(['internet-facing', 'internal'])
      .default(defaults.alb.scheme)
      .describe('Where the load balancer is reached from.'),
    certificateArn: word()
      .nullable()
      .default(null)
      .describe('Certificate of ACM; null to have the controller find it by the host.'),
    sslPolicy: word().default(defaults.alb.sslPolicy).describe('TLS policy.'),
    wafAclArn: word().nullable().default(null).describe('AWS WAF web ACL that limits rates; null for none.'),
  }),
  gce: z.strictObject({
    staticIpName: objectName()
      .nullable()
      .default(null)
      .describe('Reserved global address; null for one of the Ingress alone.'),
    sslPolicy: objectName().nullable().default(null).describe('SSL policy of Google Cloud; null for its default.'),
  }),
  azure: z.strictObject({
    wafPolicyId: word()
      .nullable()
      .default(null)
      .describe('Resource ID of the WAF policy that limits rates; null for none.'),
  }),
  gateway: z.strictObject({
    create: z
      .boolean()
      .default(defaults.gateway.create)
      .describe('Make a Gateway, rather than attach to one that exists.'),
    className: objectName().default(defaults.gateway.className).describe('GatewayClass of the Gateway that is made.'),
    name: objectName()
      .nullable()
      .default(null)
      .describe('Gateway to attach to where none is made; with listeners named http and https.'),
    namespace: objectName().nullable().default(null).describe("Its namespace; null for the release's own."),
  }),
});
