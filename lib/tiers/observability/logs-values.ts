/** What an operator may set of what collects logs. */
import { z } from 'zod';
import { objectName } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { filebeatDefaults } from './filebeat';
import type { jsonExporterDefaults } from './json-exporter';
import type { logstashDefaults } from './logstash';

const exporterValues = (defaults: Widen<typeof jsonExporterDefaults>, program: string) =>
  z
    .strictObject({ image: imageValues(defaults.image), resources: resourcesValues(defaults.resources) })
    .describe(`What makes metrics of ${program}'s statistics.`);

/** The end of a field's name, which goes into patterns as it is. */
const fieldName = () =>
  z
    .string()
    .regex(/^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/)
    .meta({ plain: true, form: 'the end of a field’s name in small letters, digits, _ and -, such as password' });

/** What an operator may set of a Logstash. */
export const logstashValues = (defaults: Widen<typeof logstashDefaults>) => ({
  image: imageValues(defaults.image),
  replicas: z.int().min(1).max(9).default(defaults.replicas).describe('Pods; Filebeats spread over them.'),
  maskedFields: z
    .array(fieldName())
    .default([...defaults.maskedFields])
    .describe('Fields whose values are masked before anything is kept, wherever a name ends in one of these.'),
  filebeat: z
    .strictObject({
      namespace: objectName().default(defaults.filebeat.namespace).describe('Its namespace.'),
      release: objectName().default(defaults.filebeat.release).describe('Its release.'),
    })
    .describe('The system node-agents, whose Filebeat sends the lines.'),
  tlsSecretName: objectName()
    .nullable()
    .default(defaults.tlsSecretName)
    .describe('Secret with the keys tls.crt and tls.key, in PKCS #8; null for <release>-logstash-tls.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  exporter: exporterValues(defaults.exporter, 'Logstash'),
  ...podValues,
});

/** What an operator may set of a Filebeat. */
export const filebeatValues = (defaults: Widen<typeof filebeatDefaults>) => {
  // It runs on every node, whatever its taints.
  const { tolerations: _tolerations, ...pod } = podValues;
  return {
    image: imageValues(defaults.image),
    namespaces: z
      .array(objectName())
      .min(1)
      .default([...defaults.namespaces])
      .describe("Namespaces whose pods' logs are read; those of others are not opened."),
    logstash: z
      .strictObject({
        namespace: objectName().default(defaults.logstash.namespace).describe('Its namespace.'),
        release: objectName().default(defaults.logstash.release).describe('Its release.'),
      })
      .describe('The Logstash that takes the lines, of one release.'),
    existingSecret: objectName()
      .nullable()
      .default(defaults.existingSecret)
      .describe("Secret with the key ca.crt: who has signed Logstash's certificate; null for <release>-filebeat."),
    resources: resourcesValues(defaults.resources),
    exporter: exporterValues(defaults.exporter, 'Filebeat'),
    ...pod,
  };
};
