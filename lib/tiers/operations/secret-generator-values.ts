import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { secretGeneratorDefaults } from './secret-generator';

/** What an operator may set of a SecretGenerator. */
export const secretGeneratorValues = (defaults: Widen<typeof secretGeneratorDefaults>) => ({
  image: imageValues(defaults.image),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
