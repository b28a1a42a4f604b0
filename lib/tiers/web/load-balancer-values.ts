import { z } from 'zod';
import { byteSize, labelKey, line, objectName, requestSize, seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import { frontendPatterns } from './frontend';
import { type loadBalancerDefaults, loadBalancerPatterns } from './load-balancer';
import type { objectsLimitDefaults } from './load-balancer-objects';

interface PinnedImages {
  readonly image: { readonly registry: string; readonly repository: string; readonly tag: string };
  readonly exporterImage: { readonly registry: string; readonly repository: string; readonly tag: string };
}

type Headers = Widen<typeof loadBalancerDefaults.securityHeaders>;

const networks = (defaults: readonly string[], what: string) =>
  z
    .array(z.string().regex(frontendPatterns.network).meta({ form: 'a network, such as 10.0.0.0/8 or fc00::/7' }))
    .default([...defaults])
    .describe(what);

const paths = (defaults: readonly string[], what: string) =>
  z
    .array(z.string().regex(loadBalancerPatterns.path).meta({ form: 'a path, such as /docs or /api/auth/' }))
    .default([...defaults])
    .describe(what);

const header = (headers: Headers, name: keyof Headers, what: string) =>
  z
    .string()
    .regex(frontendPatterns.header)
    .meta({ form: 'one line without double quotes, dollar signs and backslashes' })
    .default(headers[name])
    .describe(`${what}; empty to leave the header out.`);

const limit = ({ requests, windowSeconds }: Widen<typeof loadBalancerDefaults.rateLimit.all>, what: string) => ({
  requests: z.int().min(1).max(1_000_000).default(requests).describe(`Requests of one client, ${what}.`),
  windowSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(windowSeconds)
    .describe('Seconds within which so many are let through.'),
});

const inFlight = (count: number) =>
  z
    .int()
    .min(1)
    .max(10_000)
    .default(count)
    .describe('Requests of one client that one pod has open; further ones are answered with 429.');

/** What an operator may set of a LoadBalancer. */
export const loadBalancerValues = (
  defaults: Omit<Widen<typeof loadBalancerDefaults>, 'service' | 'tls' | 'hosts'> & PinnedImages,
) => ({
  image: imageValues(defaults.image),
  exporterImage: imageValues(defaults.exporterImage),
  replicas: z.int().min(1).max(10).default(defaults.replicas).describe('Pods of the load balancer.'),
  resources: resourcesValues(defaults.resources),
  tls: z.strictObject({
    existingSecret: objectName()
      .nullable()
      .default(null)
      .describe('Secret with the keys tls.crt and tls.key; null for <release>-load-balancer-tls.'),
  }),
  service: z.strictObject({
    type: z
      .enum(['ClusterIP', 'LoadBalancer', 'NodePort'])
      .default('ClusterIP')
      .describe(
        'How clients outside the cluster reach it; their addresses are kept by NodePort, and by LoadBalancer where it opens no connections of its own.',
      ),
    annotations: z
      .record(labelKey(), line())
      .default({})
      .describe("Annotations of the Service, for the cloud's controller."),
  }),
  clientAddresses: networks(defaults.clientAddresses, 'Networks from which clients may connect.'),
  clientMaxBodySize: requestSize().default(defaults.clientMaxBodySize).describe('The largest request body.'),
  temporarySize: byteSize()
    .default(defaults.temporarySize)
    .describe('What /tmp holds: the bodies of requests in flight.'),
  clientConnections: z
    .int()
    .min(100)
    .max(100_000)
    .default(defaults.clientConnections)
    .describe('Connections of clients that one pod holds.'),
  trustedProxies: networks(
    defaults.trustedProxies,
    'Networks of the proxies in front, whose X-Forwarded-For is believed; empty where clients connect themselves.',
  ),
  securityHeaders: z.strictObject({
    contentSecurityPolicy: header(defaults.securityHeaders, 'contentSecurityPolicy', 'Content-Security-Policy'),
    documentationContentSecurityPolicy: header(
      defaults.securityHeaders,
      'documentationContentSecurityPolicy',
      'Content-Security-Policy of documentationPaths',
    ),
    frameOptions: header(defaults.securityHeaders, 'frameOptions', 'X-Frame-Options'),
    permissionsPolicy: header(defaults.securityHeaders, 'permissionsPolicy', 'Permissions-Policy'),
    referrerPolicy: header(defaults.securityHeaders, 'referrerPolicy', 'Referrer-Policy'),
    strictTransportSecurity: header(defaults.securityHeaders, 'strictTransportSecurity', 'Strict-Transport-Security'),
  }),
  documentationPaths: paths(
    defaults.documentationPaths,
    'Pages that load their scripts from elsewhere, as Swagger UI does.',
  ),
  rateLimit: z.strictObject({
    all: z.strictObject(limit(defaults.rateLimit.all, 'to all pods together')),
    authentication: z.strictObject({
      ...limit(defaults.rateLimit.authentication, 'to the paths of authentication'),
      paths: paths(defaults.rateLimit.authentication.paths, 'What the paths of authentication begin with.'),
    }),
    stepSeconds: z
      .int()
      .min(1)
      .max(60)
      .default(defaults.rateLimit.stepSeconds)
      .describe('Seconds that are counted together; who was refused may wait for so many more than the window asks.'),
    inFlight: inFlight(defaults.rateLimit.inFlight),
  }),
  maxFails: z
    .int()
    .min(0)
    .max(100)
    .default(defaults.maxFails)
    .describe('Failures after which an instance gets no requests for failTimeoutSeconds; 0 for never.'),
  failTimeoutSeconds: seconds(600)
    .min(1)
    .default(defaults.failTimeoutSeconds)
    .describe('Seconds within which failures are counted, and for which an instance then gets no requests.'),
  proxyTimeoutSeconds: seconds(3600)
    .min(1)
    .default(defaults.proxyTimeoutSeconds)
    .describe('Seconds between two reads from, or writes to, an instance.'),
  ...podValues,
});

/** What an operator may set of the objects behind a LoadBalancer. */
export const objectsRouteValues = ({
  maxAgeSeconds,
  sharedMaxAgeSeconds,
  rateLimit,
}: Record<'maxAgeSeconds' | 'sharedMaxAgeSeconds', number> & {
  readonly rateLimit: Widen<typeof objectsLimitDefaults>;
}) => ({
  maxAgeSeconds: seconds(31_536_000)
    .default(maxAgeSeconds)
    .describe('Seconds for which browsers keep an object that has no Cache-Control of its own.'),
  sharedMaxAgeSeconds: seconds(31_536_000)
    .default(sharedMaxAgeSeconds)
    .describe('The same for a content delivery network.'),
  rateLimit: z.strictObject({
    ...limit(rateLimit, 'for objects, beside its other requests'),
    inFlight: inFlight(rateLimit.inFlight),
  }),
});
