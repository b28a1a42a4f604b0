import { z } from 'zod';
import { bucketName, cidr, folder, httpUrl, objectName, port, word } from '../../values/leaves';

interface Defaults {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string | null;
  readonly existingSecret: string | null;
  readonly addresses: readonly string[];
  readonly port: number;
}

/**
 * What an operator may set of an ObjectStorage.
 *
 * @param otherwise what null means for the folder and for the Secret, in words
 */
export const objectStorageValues = (
  defaults: Defaults,
  otherwise: { readonly prefix: string; readonly existingSecret: string },
) => ({
  endpoint: httpUrl().default(defaults.endpoint).describe('URL of the S3 API.'),
  region: word().default(defaults.region).describe('Region of the bucket.'),
  bucket: bucketName().default(defaults.bucket).describe('Bucket, which must exist.'),
  prefix: folder().nullable().default(defaults.prefix).describe(`Folder in the bucket; null for ${otherwise.prefix}.`),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(`Secret with the keys access-key-id and secret-access-key; null for ${otherwise.existingSecret}.`),
  addresses: z
    .array(cidr())
    .min(1)
    .default([...defaults.addresses])
    .describe('Networks in which the endpoint is, as pods reach it.'),
  port: port().default(defaults.port).describe('Port of the endpoint, as pods reach it.'),
});
