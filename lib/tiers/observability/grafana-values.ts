import { objectName, port } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { grafanaDefaults } from './grafana';

/** What an operator may set of a Grafana. */
export const grafanaValues = (defaults: Widen<typeof grafanaDefaults>) => ({
  image: imageValues(defaults.image),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe('Secret with the keys admin-password and secret-key; null for <release>-grafana.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

/** What an operator may set beside that, where its ports are for them to choose. */
export const grafanaPortValues = (defaults: Widen<Pick<typeof grafanaDefaults, 'port' | 'servicePort'>>) => ({
  port: port().min(1024).default(defaults.port).describe('The port on which Grafana listens.'),
  servicePort: port().default(defaults.servicePort).describe('The port of its Service.'),
});
