import { z } from 'zod';
import { objectName, percent, schedule, timeZone } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import { modelCacheDefaults } from './model-cache';

/** What an operator may set of a ModelCache. */
export const modelCacheValues = (defaults: Omit<Widen<typeof modelCacheDefaults>, 'policy'>) => ({
  image: imageValues(defaults.image),
  toolsImage: imageValues(defaults.toolsImage),
  exporter: z.strictObject({
    image: imageValues(defaults.exporter.image),
    resources: resourcesValues(defaults.exporter.resources),
  }),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe('Secret with the key password; null for <release>-model-cache.'),
  policy: z
    .enum(['lfu', 'lru'])
    .default(modelCacheDefaults.policy)
    .describe('Which chunks go when there is no room: those read least often, or longest ago.'),
  keepDays: z
    .int()
    .min(1)
    .max(365)
    .default(defaults.keepDays)
    .describe('Days after which a chunk goes that nobody has asked for.'),
  maxmemoryPercent: z
    .int()
    .min(10)
    .max(90)
    .default(defaults.maxmemoryPercent)
    .describe('Percent of the memory limit for models; the rest is for chunks in the buffers of clients.'),
  resources: resourcesValues(defaults.resources).describe(
    'Of the server; the memory limit decides how much is cached.',
  ),
  preload: z
    .strictObject({
      schedule: schedule().default(defaults.preload.schedule).describe('When it is looked what is missing.'),
      timeZone: timeZone().default(defaults.preload.timeZone).describe('Time zone of the schedule.'),
      maxmemoryPercent: percent()
        .default(defaults.preload.maxmemoryPercent)
        .describe('Percent of the memory for models that may be filled.'),
      activeDeadlineSeconds: z
        .int()
        .min(60)
        .max(86_400)
        .default(defaults.preload.activeDeadlineSeconds)
        .describe('Seconds until a Job has failed for good.'),
      resources: resourcesValues(defaults.preload.resources),
    })
    .describe('Fills the cache with the models of all servers, the most used first.'),
  ...podValues,
});
