import { z } from 'zod';
import { seconds } from '../../values/leaves';
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
export const apiValues = (defaults: Omit<Widen<typeof apiDefaults>, 'processes'> & PinnedImage, most: number) => ({
  image: imageValues(defaults.image),
  processes: z
    .int()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
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
