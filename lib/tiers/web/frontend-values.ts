import { z } from 'zod';
import { byteSize, requestSize, seconds } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { autoscalingValues, imageValues, podValues, resourcesValues } from '../../workload/values';
import { type frontendDefaults, frontendPatterns } from './frontend';

interface PinnedImages {
  readonly image: { readonly registry: string; readonly repository: string; readonly tag: string };
  readonly exporterImage: { readonly registry: string; readonly repository: string; readonly tag: string };
}

const header = (value: string, what: string) =>
  z
    .string()
    .regex(frontendPatterns.header)
    .meta({ form: 'one line without double quotes, dollar signs and backslashes' })
    .default(value)
    .describe(`${what}; empty to leave the header out.`);

const rateLimit = ({ requestsPerSecond, burst }: Widen<typeof frontendDefaults.rateLimit.site>, what: string) => ({
  requestsPerSecond: z
    .int()
    .min(1)
    .max(100_000)
    .default(requestsPerSecond)
    .describe(`Requests per second that one client address may send to one pod, ${what}.`),
  burst: z
    .int()
    .min(0)
    .max(100_000)
    .default(burst)
    .describe('Requests above the rate that are let through before the next is answered with 429.'),
});

/** What an operator may set of a Frontend. */
export const frontendValues = (defaults: Widen<typeof frontendDefaults> & PinnedImages) => ({
  image: imageValues(defaults.image),
  exporterImage: imageValues(defaults.exporterImage),
  replicas: z.int().min(1).max(50).default(defaults.replicas).describe('Replicas where no autoscaler decides.'),
  autoscaling: autoscalingValues(defaults.autoscaling, 50),
  resources: resourcesValues(defaults.resources),
  brotli: z
    .boolean()
    .default(defaults.brotli)
    .describe('Compress with Brotli too, for which the image has the modules of nginx-module-brotli.'),
  clientMaxBodySize: requestSize().default(defaults.clientMaxBodySize).describe('The largest request body.'),
  temporarySize: byteSize()
    .default(defaults.temporarySize)
    .describe('What /tmp holds: the bodies of requests in flight.'),
  trustedProxies: z
    .array(z.string().regex(frontendPatterns.network).meta({ form: 'a network, such as 10.0.0.0/8 or fc00::/7' }))
    .default([...defaults.trustedProxies])
    .describe('Networks whose X-Forwarded-For and X-Forwarded-Proto are believed: those of the proxies in front.'),
  httpsRedirect: z
    .boolean()
    .default(defaults.httpsRedirect)
    .describe('Answer 308 to a client that came to a trusted proxy without TLS.'),
  immutablePaths: z
    .array(z.string().regex(frontendPatterns.path).meta({ form: 'a path with a slash at both ends, such as /assets/' }))
    .default([...defaults.immutablePaths])
    .describe('Folders of files whose names hold a hash of their content: cached for a year.'),
  securityHeaders: z.strictObject({
    contentSecurityPolicy: header(defaults.securityHeaders.contentSecurityPolicy, 'Content-Security-Policy'),
    permissionsPolicy: header(defaults.securityHeaders.permissionsPolicy, 'Permissions-Policy'),
    referrerPolicy: header(defaults.securityHeaders.referrerPolicy, 'Referrer-Policy'),
    strictTransportSecurity: header(
      defaults.securityHeaders.strictTransportSecurity,
      'Strict-Transport-Security, sent to clients that came by HTTPS',
    ),
  }),
  rateLimit: z.strictObject({
    site: z.strictObject(rateLimit(defaults.rateLimit.site, 'for files')),
    api: z.strictObject({
      ...rateLimit(defaults.rateLimit.api, 'for what is handed to other tiers'),
      inFlight: z
        .int()
        .min(1)
        .max(10_000)
        .default(defaults.rateLimit.api.inFlight)
        .describe('Requests of one client address that one pod has open; further ones are answered with 429.'),
    }),
  }),
  proxyTimeoutSeconds: seconds(3600)
    .min(1)
    .default(defaults.proxyTimeoutSeconds)
    .describe('Seconds between two reads from, or writes to, another tier.'),
  cdn: z.strictObject({
    enabled: z
      .boolean()
      .default(defaults.cdn.enabled)
      .describe('A content delivery network is in front; it tells builds apart by the tag of the image.'),
    sharedMaxAgeSeconds: seconds()
      .default(defaults.cdn.sharedMaxAgeSeconds)
      .describe('Seconds for which the network may keep the document.'),
  }),
  ...podValues,
});
