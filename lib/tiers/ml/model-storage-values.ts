import type { Widen } from '../../values/widen';
import { objectStorageValues } from '../operations/object-storage-values';
import type { modelStorageDefaults } from './model-storage';

/** What an operator may set of a ModelStorage. */
export const modelStorageValues = (defaults: Widen<typeof modelStorageDefaults>) =>
  objectStorageValues(defaults, { prefix: 'all of it', existingSecret: '<release>-model-storage' });
