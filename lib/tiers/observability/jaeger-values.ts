import { z } from 'zod';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import { jaegerDefaults } from './jaeger';

/** What an operator may set of a Jaeger. */
export const jaegerValues = (defaults: Omit<Widen<typeof jaegerDefaults>, 'storage'>) => ({
  image: imageValues(defaults.image),
  storage: z
    .enum(['memory', 'elasticsearch'])
    .default(jaegerDefaults.storage)
    .describe('Where traces are kept: in memory, until the pod ends, or in the Elasticsearch of the release.'),
  maxTraces: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(defaults.maxTraces)
    .describe('Traces that memory holds; the oldest go first.'),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(defaults.retentionDays)
    .describe('Days for which Elasticsearch keeps traces.'),
  replicas: z
    .int()
    .min(1)
    .max(20)
    .default(defaults.replicas)
    .describe('Pods; more than one where Elasticsearch keeps what they take.'),
  resources: resourcesValues(defaults.resources),
  cleaner: z
    .strictObject({
      image: imageValues(defaults.cleaner.image),
      resources: resourcesValues(defaults.cleaner.resources),
    })
    .describe('What deletes old traces from Elasticsearch, once a day.'),
  ...podValues,
});
