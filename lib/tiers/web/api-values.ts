import { z } from 'zod';
import { seconds, urlPath } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { autoscalingValues, imageValues, podValues, resourcesValues } from '../../workload/values';
import type { apiDefaults } from './api';

interface PinnedImage {
  readonly image: { readonly registry: string; readonly repository: string; readonly tag: string };
}

const cache = ({ enabled, ttlSeconds }: Widen<typeof apiDefaults.caches.query>, of: string) =>
  z.strictObject({
    enabled: z.boolean().default(enabled).describe(`Keep ${of} in Redis.`),
    ttlSeconds: seconds(31_536_000).min(1).default(ttlSeconds).describe('Seconds an entry lives.'),
  });

/**
 * What an operator may set of an Api.
 * @param most bound of the numbers of replicas
 */
export const apiValues = (
  defaults: Omit<Widen<typeof apiDefaults>, 'processes'> & PinnedImage & { readonly processes: number | null },
  most: number,
) => ({
  image: imageValues(defaults.image),
  processes: z
    .int()
    .min(1)
    .max(64)
    .nullable()
    .default(defaults.processes)
    .describe('Processes in one pod; null for one per core of the CPU limit, rounded up.'),
  caches: z.strictObject({
    response: cache(defaults.caches.response, 'whole responses'),
    session: cache(defaults.caches.session, 'sessions'),
    query: cache(defaults.caches.query, 'results of database queries'),
  }),
  replicas: z.int().min(1).max(most).default(defaults.replicas).describe('Replicas where no autoscaler decides.'),
  autoscaling: autoscalingValues(defaults.autoscaling, most),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

/** What an operator may set, beside `apiValues`, where the system does not fix it. */
export const apiServerValues = ({
  port,
  livenessPath,
  readinessPath,
  connectionsPerProcess,
}: Pick<Widen<typeof apiDefaults>, 'port' | 'livenessPath' | 'readinessPath'> & {
  readonly connectionsPerProcess: number | null;
}) => ({
  port: z.int().min(1024).max(65_535).default(port).describe('The port of the pods and of the Service.'),
  livenessPath: urlPath().default(livenessPath).describe('Answers while the application lives, asking nobody.'),
  readinessPath: urlPath().default(readinessPath).describe('Answers 200 while the application can serve.'),
  connectionsPerProcess: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(connectionsPerProcess)
    .describe('Connections of one process; uvicorn answers further ones with 503. Null for no limit.'),
});
