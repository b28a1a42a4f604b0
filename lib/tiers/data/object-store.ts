import { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type ClientFiles, type Endpoint, type Outside, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { choose } from '../../values/choice';
import { hasKey } from '../../values/collections';
import type { Expr, Input } from '../../values/expression';
import { and, atLeast, atMost, equals, not, or } from '../../values/logic';
import type { Items } from '../../values/parts';
import { named, str } from '../../values/texts';
import { type ListInput, type MapInput, when } from '../../values/tree';
import type { Resources } from '../../workload/container';
import type { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, envFromSecret, existingSecret } from '../../workload/secrets';
import type { StatefulSetWorkload, Storage } from '../../workload/stateful-set';
import type { Recovery } from '../recovery';
import { Tier, type TierProps } from '../tier';
import type { OriginServer } from '../web/load-balancer-objects';
import { type ObjectStoreServers, S3_PORT, addServers } from './object-store-servers';
import { type Bucket, addSetup } from './object-store-setup';

/** Props of `ObjectStore`. */
export interface ObjectStoreProps extends TierProps, PodSettings {
  /**
   * Servers, each with a volume: one, or 4 to 16, over which every object is spread so that one of them may be lost.
   * It cannot be changed later.
   * @default 1
   */
  readonly servers?: Input<number>;
  /**
   * Secret with the keys `root-user` and `root-password`, which an S3 outside needs not, and `access-key-id` and
   * `secret-access-key`, with which clients come. It may have a second pair that is valid too, `other-access-key-id` and
   * `other-secret-access-key`: see docs/tiers/object-store.md.
   * @default - the name of the tier's objects, such as `shop-object-store`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Another number has the Job run again, which makes MinIO know the keys that the Secret has. @default 1 */
  readonly keysRevision?: Input<number>;
  /** By their names. One that is no longer here is left as it is. @default - one, `files`, which is private */
  readonly buckets?: MapInput<Bucket>;
  /** The bucket that clients are told of. @default files */
  readonly mainBucket?: Input<string>;
  /** Region of all buckets, as S3 clients are to name it. @default us-east-1 */
  readonly region?: Input<string>;
  /** Origin whose pages may read answers, as a browser asks; `*` for any. @default *, MinIO's own */
  readonly corsAllowOrigin?: Input<string>;
  /** Encrypted connections. @default - none: clients and servers speak HTTP */
  readonly tls?: ObjectStoreTls;
  /** An S3 outside in place of servers here. @default - MinIO in the cluster */
  readonly external?: ExternalObjectStore;
  /** Seconds for open requests to end. @default 60 */
  readonly terminationGracePeriodSeconds?: Input<number>;
  /** Volume of each server. @default 10Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Of each server. @default - see objectStoreDefaults */
  readonly resources?: Resources;
  /** Of the Job. @default - see objectStoreDefaults */
  readonly jobResources?: Resources;
  /** MinIO with its client `mc`, a shell and coreutils. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Whether clients reach the object store by HTTPS. */
export interface ObjectStoreTls {
  /** Whether it serves HTTPS alone. */
  readonly enabled: Input<boolean>;
  /** Secret with `tls.crt`, `tls.key` and `ca.crt`; null for the tier's name and `-tls`. */
  readonly existingSecret: Input<string | null>;
}

/** An S3 outside the cluster, in the place of MinIO: its buckets and keys exist. */
export interface ExternalObjectStore {
  /** Whether it takes the place of the servers. */
  readonly enabled: Input<boolean>;
  /** Such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: Input<string>;
  /** Networks in which it is, as pods reach it. */
  readonly addresses: ListInput<string>;
  /** Its port, as pods reach it. */
  readonly port: Input<number>;
}

/** Defaults of `ObjectStoreProps`. */
export const objectStoreDefaults = {
  servers: 1,
  existingSecret: null,
  keysRevision: 1,
  // Nothing is null here: Helm would leave it out, and hash other values than are written.
  buckets: { files: { publicRead: false, versioning: false } },
  mainBucket: 'files',
  region: 'us-east-1',
  corsAllowOrigin: '*',
  tls: { enabled: false, existingSecret: null },
  external: { enabled: false, endpoint: 'https://s3.amazonaws.com', addresses: ['0.0.0.0/0'], port: 443 },
  terminationGracePeriodSeconds: 60,
  storage: { size: '10Gi', storageClassName: null },
  resources: {
    requests: { cpu: '250m', memory: '512Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '1', memory: '1Gi', ephemeralStorage: '128Mi' },
  },
  jobResources: {
    // mc takes 64 MiB and more for each key that it derives from a password.
    requests: { cpu: '10m', memory: '128Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '500m', memory: '256Mi', ephemeralStorage: '32Mi' },
  },
  image: images.minio,
} as const;

/** Fewer drives than these MinIO cannot lose a server of and go on writing. */
const FEWEST_SPREAD = 4;
/** More are no longer one set, and which numbers go is a matter of their divisors. */
const MOST_SERVERS = 16;

/**
 * Objects by the S3 API: MinIO in the cluster, or any S3 outside. Clients see no difference.
 *
 * ```ts
 * const objects = new ObjectStore(chart, 'object-store', { servers: 4 });
 * api.connectTo(objects);
 * ```
 *
 * A Job makes the buckets, and MinIO know the keys of clients. It may run again at any time.
 */
export class ObjectStore extends Tier implements Server {
  /** The workload of its servers. */
  readonly servers: StatefulSetWorkload;
  /** The Job that makes buckets and keys. */
  readonly job: JobWorkload;
  /** Name of the Secret with the keys. */
  readonly secret: Input<string>;
  /** Name of the Secret with the certificate of the servers. */
  readonly tlsSecret: Input<string>;
  /** What its certificate is for: the Service, and the servers among themselves. */
  readonly certificateHosts: readonly Input<string>[];
  /** Whether a server is in the cluster and speaks HTTPS. */
  readonly hasTls: Input<boolean>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  /** The authority behind its certificate, where it has one. */
  readonly clientFiles: readonly ClientFiles[];
  readonly isThere: Expr<boolean>;
  /** The S3 outside, where there is one. */
  readonly outside: Outside;
  /** Of each server. */
  readonly storage: Storage;
  /** One server is back on its volume after as long as a database is. Several serve on without one of them. */
  readonly recovery: Recovery;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: ObjectStoreProps = {}) {
    super(scope, id, props);
    const settings = { ...objectStoreDefaults, ...props };
    const { servers, buckets, mainBucket, tls, external } = settings;
    demand(
      this,
      or(external.enabled, equals(servers, 1), and(atLeast(servers, FEWEST_SPREAD), atMost(servers, MOST_SERVERS))),
      str`servers ${servers} neither is one server nor spreads objects so that one may be lost; set it to 1, or to ${FEWEST_SPREAD} to ${MOST_SERVERS}.`,
    );
    demand(
      this,
      or(external.enabled, hasKey(buckets, mainBucket)),
      str`mainBucket ${mainBucket} is none of buckets; add it there, or name one of them.`,
    );
    this.secret = existingSecret({ id, what: 'with the keys', expected: this.objectName }, settings.existingSecret);
    this.tlsSecret = existingSecret(
      { id: `${id}-tls`, what: 'with the certificate of the servers', expected: str`${this.objectName}-tls` },
      tls.existingSecret,
    );
    this.certificateHosts = [this.objectName, str`*.${this.objectName}-headless`];
    this.hasTls = and(tls.enabled, not(external.enabled));
    this.storage = settings.storage;
    this.recovery = {
      failover: 'none',
      seconds: 60,
      isAlone: and(equals(servers, 1), not(external.enabled)),
      remedy: `set its servers to ${FEWEST_SPREAD} or more`,
    };

    const url = named(
      `${id}.url`,
      'Where the S3 API is.',
      choose(
        external.enabled,
        external.endpoint,
        str`${choose(tls.enabled, 'https', 'http')}://${this.objectName}:${S3_PORT}`,
      ),
    );
    const inCluster = (part: string): ObjectStoreServers => {
      const partScope = new Construct(this, part);
      onlyWhen(partScope, not(external.enabled));
      return { scope: partScope, id, objectName: this.objectName, secret: this.secret };
    };
    this.servers = addServers(inCluster('servers'), { ...settings, tlsSecret: this.tlsSecret });
    this.job = addSetup(inCluster('setup'), { ...settings, url, tlsSecret: this.tlsSecret });
    this.client = this.servers;

    this.endpoints = [{ workload: this.servers, port: S3_PORT, name: 's3' }];
    for (const endpoint of this.endpoints) {
      allow(this.servers, endpoint, atLeast(servers, FEWEST_SPREAD));
      allow(this.job, endpoint);
    }
    this.isThere = conditionOf(this);
    this.outside = { ...external, name: 'object storage' };
    const authority = `${id}-ca`;
    this.clientFiles = [{ name: authority, secret: this.tlsSecret, keys: ['ca.crt'], enabled: this.hasTls }];
    this.clientSettings = [
      { name: 'S3_ENDPOINT_URL', value: url },
      { name: 'S3_REGION', value: settings.region },
      { name: 'S3_BUCKET', value: mainBucket },
      // As every SDK of S3 reads them, and few read files.
      envFromSecret('AWS_ACCESS_KEY_ID', this.secret, 'access-key-id'),
      envFromSecret('AWS_SECRET_ACCESS_KEY', this.secret, 'secret-access-key'),
      when<EnvVar>(this.hasTls, { name: 'AWS_CA_BUNDLE', value: `/run/secrets/${authority}/ca.crt` }),
    ];
  }

  /** The way to the objects of a bucket that anyone may read. */
  origin(bucket: Input<string>): OriginServer {
    const { endpoints, clientFiles } = this;
    return { host: this.objectName, port: S3_PORT, endpoints, clientFiles, bucket, tls: this.hasTls };
  }
}
