import { objectName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { sampleModelsDefaults } from './sample-models';

/** What an operator may set of SampleModels. */
export const sampleModelsValues = (defaults: Widen<typeof sampleModelsDefaults>) => ({
  image: imageValues(defaults.image),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe('Secret with the keys access-key-id and secret-access-key; null for <release>-sample-models.'),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
