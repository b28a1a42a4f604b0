/** Where models come from: a bucket with `<model>/[<variant>/]<version>/`, by the S3 API. See docs/tiers/model-storage.md. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { type Endpoint, allow } from '../../network/connections';
import { conditionOf } from '../../objects/conditions';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { isSet, not, valueOf } from '../../values/logic';
import type { Items, Tree } from '../../values/parts';
import { named, str } from '../../values/texts';
import type { Platform } from '../../workload/platform';
import { type ExistingSecret, givenOrExpected, secretFiles } from '../../workload/secrets';
import type { Workload } from '../../workload/workload';
import { type ObjectStorage, allowObjectStorage } from '../operations/object-storage';
import { SECRETS } from './model-library';

/** The bucket of a system's models, and the way there. */
export interface ModelStorage extends Omit<ObjectStorage, 'existingSecret'> {
  /**
   * Secret with the keys `access-key-id` and `secret-access-key`, which need no more than to read and to list.
   * @default - the instance's name and `-model-storage`, such as `shop-model-storage`, which must exist
   */
  readonly existingSecret: ExistingSecret;
  /** Object storage in the release, which takes the place of the one outside where it is there. @default - none */
  readonly server?: ModelStorageServer;
}

/** Object storage in the release. */
export interface ModelStorageServer {
  readonly endpoint: Endpoint;
  readonly url: Input<string>;
  readonly bucket: Input<string>;
  /** Name of the Secret with the keys `access-key-id` and `secret-access-key`. */
  readonly secret: Input<string>;
}

export const modelStorageDefaults = {
  endpoint: 'https://s3.amazonaws.com',
  region: 'us-east-1',
  bucket: 'models',
  prefix: null,
  existingSecret: null,
  addresses: ['0.0.0.0/0'],
  port: 443,
} as const;

/** What pods need that read models. */
export interface ModelStorageAccess {
  readonly env: Items<EnvVar>;
  readonly volume: Tree<Volume>;
  readonly mount: Tree<VolumeMount>;
  /** Lets them reach it. */
  connect(workload: Workload): void;
}

export function modelStorageAccess(platform: Platform, storage: ModelStorage): ModelStorageAccess {
  const { server, bucket, prefix, endpoint, region } = storage;
  const isWithin = server === undefined ? false : conditionOf(server.endpoint.workload);
  const own = givenOrExpected(storage.existingSecret, str`${platform.instance}-model-storage`);
  const path = choose(isSet(prefix), str`${bucket}/${valueOf(prefix)}`, bucket);
  const either = (within: Input<string> | undefined, outside: Input<string>): Input<string> =>
    within === undefined ? outside : choose(isWithin, within, outside);
  const secret = named(
    'model-storage.secretName',
    'The Secret with the keys to the models.',
    either(server?.secret, own),
  );
  return {
    env: [
      { name: 'STORAGE_ENDPOINT', value: either(server?.url, endpoint) },
      { name: 'STORAGE_REGION', value: region },
      { name: 'STORAGE_PATH', value: either(server?.bucket, path) },
    ],
    volume: { name: 'model-storage', secret: secretFiles(secret, ['access-key-id', 'secret-access-key']) },
    mount: { name: 'model-storage', mountPath: SECRETS, readOnly: true },
    connect: (workload) => {
      if (server !== undefined) allow(workload, server.endpoint);
      allowObjectStorage(workload, storage, not(isWithin));
    },
  };
}
