import { z } from 'zod';
import { bucketName, cidr, httpUrl, objectName, port, seconds, storageSize, word } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { objectStoreDefaults } from './object-store';
import type { Bucket } from './object-store-setup';

const days = () => z.int().min(1).max(3650).nullish();

type Defaults = Widen<Omit<typeof objectStoreDefaults, 'buckets' | 'external'>> & {
  readonly buckets: Readonly<Record<string, Bucket>>;
  readonly external: {
    readonly enabled: boolean;
    readonly endpoint: string;
    readonly addresses: readonly string[];
    readonly port: number;
  };
};

/** What an operator may set of an ObjectStore. */
export const objectStoreValues = (defaults: Defaults) => ({
  image: imageValues(defaults.image),
  servers: z
    .int()
    .min(1)
    .max(16)
    .default(defaults.servers)
    .describe('Servers, each with a volume: 1, or 4 to 16, of which one may be lost. It cannot be changed later.'),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(
      'Secret with root-user, root-password, access-key-id and secret-access-key, and other-… of these two for a second pair; null for <release>-object-store.',
    ),
  keysRevision: z
    .int()
    .min(1)
    .max(999_999)
    .default(defaults.keysRevision)
    .describe('Another number has the Job run again, which makes MinIO know the keys of the Secret.'),
  buckets: z
    .record(
      bucketName(),
      z.strictObject({
        publicRead: z.boolean().describe('Let anyone who reaches the servers read an object by its name.'),
        versioning: z.boolean().describe('Keep what is replaced or deleted as an older version.'),
        quota: storageSize().nullish().describe('The most it may hold; null for no limit.'),
        expireDays: days().describe('Days after which an object is deleted; null for never.'),
        noncurrentDays: days().describe('Days for which older versions are kept; null for ever.'),
      }),
    )
    .default({ ...defaults.buckets })
    .describe('Buckets by their names. One that is no longer here is left as it is.'),
  mainBucket: bucketName().default(defaults.mainBucket).describe('The bucket that clients are told of.'),
  region: word().default(defaults.region).describe('Region of the buckets.'),
  corsAllowOrigin: word().default(defaults.corsAllowOrigin).describe('Origin whose pages may read answers; * for any.'),
  tls: z
    .strictObject({
      enabled: z.boolean().default(defaults.tls.enabled).describe('Speak HTTPS.'),
      existingSecret: objectName()
        .nullable()
        .default(defaults.tls.existingSecret)
        .describe('Secret with tls.crt, tls.key and ca.crt; null for <release>-object-store-tls.'),
    })
    .describe('Of the servers in the cluster.'),
  external: z
    .strictObject({
      enabled: z.boolean().default(defaults.external.enabled).describe('Use it in the place of MinIO.'),
      endpoint: httpUrl().default(defaults.external.endpoint).describe('URL of the S3 API.'),
      addresses: z
        .array(cidr())
        .min(1)
        .default([...defaults.external.addresses])
        .describe('Networks in which it is, as pods reach it.'),
      port: port().default(defaults.external.port).describe('Its port, as pods reach it.'),
    })
    .describe('An S3 outside the cluster, whose buckets and keys exist.'),
  terminationGracePeriodSeconds: seconds(3600)
    .min(20)
    .default(defaults.terminationGracePeriodSeconds)
    .describe('Seconds for open requests to end.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources).describe('Of each server.'),
  jobResources: resourcesValues(defaults.jobResources).describe('Of the Job that makes buckets and keys.'),
  ...podValues,
});
