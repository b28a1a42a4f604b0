import { z } from 'zod';
import { httpUrl, objectName, webUrl } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { kibanaDefaults } from './kibana';

/** What an operator may set of a Kibana. */
export const kibanaValues = (defaults: Widen<typeof kibanaDefaults>) => ({
  image: imageValues(defaults.image),
  replicas: z.int().min(1).max(10).default(defaults.replicas).describe('Pods, which share all state.'),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe('Secret with security-encryption-key and saved-objects-encryption-key; null for <release>-kibana.'),
  publicBaseUrl: httpUrl()
    .nullable()
    .default(defaults.publicBaseUrl)
    .describe('Where browsers find it; null to make links relative.'),
  jaegerUrl: webUrl().default(defaults.jaegerUrl).describe('Where browsers find Jaeger, to which trace IDs are links.'),
  resources: resourcesValues(defaults.resources),
  import: z
    .strictObject({
      image: imageValues(defaults.import.image),
      resources: resourcesValues(defaults.import.resources),
    })
    .describe('The Job that imports the data view and the dashboard of logs.'),
  ...podValues,
});
