import { z } from 'zod';
import { byteSize, headerName, modelName, percent, seconds, shortName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { autoscalingValues, imageValues, podValues, resourcesValues } from '../../workload/values';
import type { inferenceGatewayDefaults } from './inference-gateway';

/** What an operator may set of an InferenceGateway. */
export const inferenceGatewayValues = (defaults: Omit<Widen<typeof inferenceGatewayDefaults>, 'experiments'>) => ({
  image: imageValues(defaults.image),
  experiments: z
    .record(
      modelName(),
      z.strictObject({
        variants: z
          .record(
            shortName(),
            z.strictObject({
              model: modelName().describe('Model that answers, of a server with the same protocol.'),
              version: z
                .int()
                .min(1)
                .max(1_000_000)
                .nullish()
                .describe('Version of it; null for the one that its server takes for the default.'),
              weight: z.int().min(0).max(100).describe('Percent of the clients; those of all variants make 100.'),
            }),
          )
          .describe('Variants, by name.'),
        promoted: shortName()
          .nullish()
          .describe('Variant that answers all who ask for none by header; null for shares by weight.'),
      }),
    )
    .default({})
    .describe('Variants that share the clients of a model, by the name of the model.'),
  clientHeader: headerName()
    .default(defaults.clientHeader)
    .describe('Request header by whose value a client stays with a variant; without it, by its address.'),
  variantHeader: headerName()
    .default(defaults.variantHeader)
    .describe(
      'Request header that names the variant that is to answer, and response header that names the one that has.',
    ),
  timeoutSeconds: seconds(600)
    .min(1)
    .default(defaults.timeoutSeconds)
    .describe('Seconds that a request may take, all tries together.'),
  tryTimeoutTargets: z
    .int()
    .min(2)
    .max(10_000)
    .default(defaults.tryTimeoutTargets)
    .describe("One try may take the server's latency target this many times."),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(defaults.retries)
    .describe('Tries after the first, each on another server where there is one.'),
  retryBudget: z.strictObject({
    percent: percent()
      .default(defaults.retryBudget.percent)
      .describe('Percent of the requests under way that may be second tries.'),
    minConcurrency: z
      .int()
      .min(0)
      .max(1000)
      .default(defaults.retryBudget.minConcurrency)
      .describe('Second tries at a time that are always allowed.'),
  }),
  circuitBreaker: z.strictObject({
    maxRequests: z
      .int()
      .min(1)
      .max(100_000)
      .default(defaults.circuitBreaker.maxRequests)
      .describe('Requests at a time for each model or variant, in each gateway; more get 503 at once.'),
    maxPendingRequests: z
      .int()
      .min(1)
      .max(100_000)
      .default(defaults.circuitBreaker.maxPendingRequests)
      .describe('Of these, requests that wait for a connection.'),
  }),
  outlierDetection: z.strictObject({
    consecutiveFailures: z
      .int()
      .min(1)
      .max(1000)
      .default(defaults.outlierDetection.consecutiveFailures)
      .describe('Failures one after the other after which a server gets no requests for a while.'),
    ejectionSeconds: seconds(300)
      .min(1)
      .default(defaults.outlierDetection.ejectionSeconds)
      .describe('Seconds of that, times the number of times that it happened.'),
    maxEjectionPercent: percent()
      .default(defaults.outlierDetection.maxEjectionPercent)
      .describe("Percent of a model's servers that may be left out at a time."),
  }),
  bodyCheck: z.strictObject({
    enabled: z
      .boolean()
      .default(defaults.bodyCheck.enabled)
      .describe("Refuse bodies of another protocol than that of the model's server."),
    size: byteSize()
      .default(defaults.bodyCheck.size)
      .describe('Longest body that is held back to be looked at; others go on as they come.'),
  }),
  retryBufferSize: byteSize()
    .default(defaults.retryBufferSize)
    .describe('What is held of a request, to be sent again; one with a longer body is tried once.'),
  maxConnections: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(defaults.maxConnections)
    .describe('Connections of clients that a gateway takes.'),
  replicas: z.int().min(1).max(50).default(defaults.replicas).describe('Gateways.'),
  autoscaling: autoscalingValues(defaults.autoscaling, 50),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
