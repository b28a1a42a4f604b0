import { Construct } from 'constructs';
import type { ConfigMap, EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { type Endpoint, allow } from '../../network/connections';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { choose } from '../../values/choice';
import type { Expr, Input } from '../../values/expression';
import { isSet, not, valueOf } from '../../values/logic';
import type { Items } from '../../values/parts';
import { named, str } from '../../values/texts';
import { Platform } from '../../workload/platform';
import { type ExistingSecret, givenOrExpected, secretFiles } from '../../workload/secrets';
import type { Workload } from '../../workload/workload';
import { type ObjectStorage, allowObjectStorage } from '../operations/object-storage';
import type { TierProps } from '../tier';
import { fetchModels } from './model-fetcher-scripts';
import { SCRIPTS, SECRETS, modelLibrary } from './model-library';

/** Props of `ModelStorage`. */
export interface ModelStorageProps extends TierProps, Partial<Omit<ObjectStorage, 'existingSecret'>> {
  /**
   * Secret with the keys `access-key-id` and `secret-access-key`, which need no more than to read and to list.
   * @default - the instance's name and the construct's id, such as `shop-model-storage`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Object storage in the release, which takes the place of the one outside where it is there. @default - none */
  readonly server?: ModelStorageServer;
}

/** Object storage in the release. */
export interface ModelStorageServer {
  /** The port of its pods. */
  readonly endpoint: Endpoint;
  /** `http://<host>:<port>`, without a path. */
  readonly url: Input<string>;
  /** The bucket with the models. */
  readonly bucket: Input<string>;
  /** Name of the Secret with the keys `access-key-id` and `secret-access-key`. */
  readonly secret: Input<string>;
}

/** Defaults of `ModelStorageProps`. */
export const modelStorageDefaults = {
  endpoint: 'https://s3.amazonaws.com',
  region: 'us-east-1',
  bucket: 'models',
  prefix: null,
  existingSecret: null,
  addresses: ['0.0.0.0/0'],
  port: 443,
} as const;

/**
 * Where models come from: a bucket with `<model>/[<variant>/]<version>/`, by the S3 API, and what fetches from it, once for
 * all servers and the cache. See docs/tiers/model-storage.md.
 *
 * ```ts
 * const storage = new ModelStorage(chart, 'model-storage', { bucket: 'shop-models' });
 * ```
 */
export class ModelStorage extends Construct {
  /** What programs are told: where the bucket is. */
  readonly env: Items<EnvVar>;
  /** Of `volumes`. */
  readonly mounts: Items<VolumeMount> = [
    { name: 'model-fetcher', mountPath: SCRIPTS, readOnly: true },
    { name: 'model-storage', mountPath: SECRETS, readOnly: true },
  ];
  /** Name of the Secret with the keys `access-key-id` and `secret-access-key`. */
  readonly secret: Input<string>;
  private readonly objectName: Input<string>;
  private readonly outside: Pick<ObjectStorage, 'addresses' | 'port'>;
  private readonly server: ModelStorageServer | undefined;
  private readonly isWithin: Expr<boolean> | false;

  constructor(scope: Construct, id: string, props: ModelStorageProps = {}) {
    super(scope, id);
    if (props.enabled !== undefined) onlyWhen(this, props.enabled);
    const { server, bucket, prefix, endpoint, region, ...outside } = { ...modelStorageDefaults, ...props };
    const platform = Platform.of(this);
    this.objectName = str`${platform.instance}-${id}`;
    this.server = server;
    this.outside = outside;
    this.isWithin = server === undefined ? false : conditionOf(server.endpoint.workload);
    const path = choose(isSet(prefix), str`${bucket}/${valueOf(prefix)}`, bucket);
    this.env = [
      { name: 'STORAGE_ENDPOINT', value: this.either(server?.url, endpoint) },
      { name: 'STORAGE_REGION', value: region },
      { name: 'STORAGE_PATH', value: this.either(server?.bucket, path) },
    ];
    this.secret = named(
      `${id}.secretName`,
      'The Secret with the keys to the models.',
      this.either(server?.secret, givenOrExpected(outside.existingSecret, this.objectName)),
    );
    new KubeObject<ConfigMap>(this, 'scripts', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.objectName, labels: platform.labels({ name: id, component: 'ml-serving' }) },
      data: { 'library.sh': modelLibrary, 'fetch.sh': fetchModels },
    });
  }

  /** Of pods that read models: the scripts, beside the files of a ConfigMap of their own, and the keys. */
  volumes(own: Input<string>): Items<Volume> {
    return [
      {
        name: 'model-fetcher',
        projected: { sources: [{ configMap: { name: this.objectName } }, { configMap: { name: own } }] },
      },
      { name: 'model-storage', secret: secretFiles(this.secret, ['access-key-id', 'secret-access-key']) },
    ];
  }

  /** Lets pods reach it. */
  connect(workload: Workload): void {
    if (this.server !== undefined) allow(workload, this.server.endpoint);
    allowObjectStorage(workload, this.outside, not(this.isWithin));
  }

  private either(within: Input<string> | undefined, outside: Input<string>): Input<string> {
    return within === undefined ? outside : choose(this.isWithin, within, outside);
  }
}
