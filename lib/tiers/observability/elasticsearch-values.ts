import { z } from 'zod';
import { bucketName, cidr, folder, httpUrl, objectName, port, word } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { elasticsearchDefaults } from './elasticsearch';

/** What an operator may set of an Elasticsearch. */
export const elasticsearchValues = (defaults: Widen<typeof elasticsearchDefaults>) => ({
  image: imageValues(defaults.image),
  replicas: z
    .int()
    .min(1)
    .max(3)
    .default(defaults.replicas)
    .describe('Nodes: 1, or 3, of which any may be lost. Lowering it later is a procedure: see the documentation.'),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(
      'Secret with elastic-password, kibana-system-password, logstash-writer-password, exporter-password, jaeger-password and grafana-password; null for <release>-elasticsearch.',
    ),
  tlsSecretName: objectName()
    .nullable()
    .default(defaults.tlsSecretName)
    .describe('Secret with tls.crt, tls.key and ca.crt; null for <release>-elasticsearch-tls.'),
  retentionDays: z.int().min(1).max(3650).default(defaults.retentionDays).describe('Days for which logs are kept.'),
  allowMmap: z
    .boolean()
    .default(defaults.allowMmap)
    .describe('Map indices into memory; nodes then need vm.max_map_count of 262144 or more.'),
  snapshots: z
    .strictObject({
      enabled: z.boolean().default(defaults.snapshots.enabled).describe('Make snapshots of all indices.'),
      endpoint: httpUrl().default(defaults.snapshots.endpoint).describe('The S3 API.'),
      region: word().default(defaults.snapshots.region).describe('Its region.'),
      pathStyleAccess: z
        .boolean()
        .default(defaults.snapshots.pathStyleAccess)
        .describe('Whether the bucket is part of the path rather than of the host.'),
      bucket: bucketName().default(defaults.snapshots.bucket).describe('The bucket.'),
      folder: folder().default(defaults.snapshots.folder).describe('Folder in the bucket, of this cluster alone.'),
      existingSecret: objectName()
        .nullable()
        .default(defaults.snapshots.existingSecret)
        .describe('Secret with access-key-id and secret-access-key; null for <release>-elasticsearch-snapshots.'),
      addresses: z
        .array(cidr())
        .min(1)
        .default([...defaults.snapshots.addresses])
        .describe('Networks in which the endpoint is, as pods reach it.'),
      port: port().default(defaults.snapshots.port).describe('Port of the endpoint, as pods reach it.'),
      everyHours: z.int().min(1).max(168).default(defaults.snapshots.everyHours).describe('Hours between two.'),
      keepDays: z
        .int()
        .min(1)
        .max(3650)
        .default(defaults.snapshots.keepDays)
        .describe('Days after which one is deleted; the newest stays.'),
    })
    .describe('Snapshots in object storage outside the cluster, by the S3 API.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  exporter: z
    .strictObject({
      image: imageValues(defaults.exporter.image),
      resources: resourcesValues(defaults.exporter.resources),
    })
    .describe('The Prometheus exporter of all nodes.'),
  setup: z
    .strictObject({
      image: imageValues(defaults.setup.image),
      resources: resourcesValues(defaults.setup.resources),
    })
    .describe('The Job that makes users, roles, the life cycle of logs and their template.'),
  ...podValues,
});
