import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import type { Endpoint, Server } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Items } from '../../values/parts';
import { str } from '../../values/texts';
import type { ListInput } from '../../values/tree';
import type { Resources } from '../../workload/container';
import type { DeploymentWorkload } from '../../workload/deployment';
import type { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { existingSecret, givenOrExpected, type ExistingSecret } from '../../workload/secrets';
import type { StatefulSetWorkload, Storage } from '../../workload/stateful-set';
import { Tier, type TierProps } from '../tier';
import { HTTP_PORT, type S3Client } from './elasticsearch-configuration';
import { type ElasticsearchExporter, addExporter } from './elasticsearch-exporter';
import { addNodes } from './elasticsearch-nodes';
import { addSetup } from './elasticsearch-setup';
import { type ElasticsearchUser, passwordKey } from './elasticsearch-users';

/** Props of `Elasticsearch`. */
export interface ElasticsearchProps extends TierProps, PodSettings {
  /** Nodes: 1, or 3, of which any may be lost. Lowering it is a procedure of its own: see the documentation. @default 1 */
  readonly replicas?: Input<number>;
  /**
   * Secret with the passwords of all users, by the keys `elastic-password`, `kibana-system-password`,
   * `logstash-writer-password`, `exporter-password`, `jaeger-password` and `grafana-password`.
   * @default - the instance's name and `-elasticsearch`, such as `shop-elasticsearch`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /**
   * Secret with `tls.crt` and `tls.key`, for the nodes as servers and as clients of each other, and `ca.crt`.
   * @default - the instance's name and `-elasticsearch-tls`, which must exist
   */
  readonly tlsSecretName?: ExistingSecret;
  /** Days for which logs are kept, counted from the last line of an index, which is one day's. @default 30 */
  readonly retentionDays?: Input<number>;
  /** Whether indices are mapped into memory; nodes then need `vm.max_map_count` of 262144 or more. @default false */
  readonly allowMmap?: Input<boolean>;
  /** Snapshots of all indices, in object storage. @default - off; see elasticsearchDefaults */
  readonly snapshots?: Snapshots;
  /** Volume of each node. @default 10Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Of each node. Half of the memory limit is the heap. @default - see elasticsearchDefaults */
  readonly resources?: Resources;
  /** The official image. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus exporter of all nodes. @default - see elasticsearchDefaults */
  readonly exporter?: ElasticsearchExporter;
  /** The Job that makes users and policies: curl, with a shell. @default - see elasticsearchDefaults */
  readonly setup?: ElasticsearchSetup;
}

export interface ElasticsearchSetup {
  readonly image: Image;
  readonly resources: Resources;
}

/** A bucket for snapshots, by the S3 API. */
export interface Snapshots extends S3Client {
  /** The bucket, which must exist. */
  readonly bucket: Input<string>;
  /** Folder in the bucket, of this cluster alone. */
  readonly folder: Input<string>;
  /** Secret with `access-key-id` and `secret-access-key`; null for the instance's name and `-elasticsearch-snapshots`. */
  readonly existingSecret: ExistingSecret;
  /** Networks in which the endpoint is, as pods reach it. */
  readonly addresses: ListInput<string>;
  /** Port of the endpoint, as pods reach it. */
  readonly port: Input<number>;
  /** Hours between two. */
  readonly everyHours: Input<number>;
  /** Days after which one is deleted; the newest stays. */
  readonly keepDays: Input<number>;
}

/** Defaults of `ElasticsearchProps`. */
export const elasticsearchDefaults = {
  replicas: 1,
  existingSecret: null,
  tlsSecretName: null,
  retentionDays: 30,
  allowMmap: false,
  snapshots: {
    enabled: false,
    endpoint: 'https://s3.amazonaws.com',
    region: 'us-east-1',
    pathStyleAccess: false,
    bucket: 'elasticsearch-snapshots',
    folder: 'elasticsearch',
    existingSecret: null,
    addresses: ['0.0.0.0/0'],
    port: 443,
    everyHours: 24,
    keepDays: 30,
  },
  storage: { size: '10Gi', storageClassName: null },
  resources: {
    requests: { cpu: '500m', memory: '2Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '2', memory: '2Gi', ephemeralStorage: '512Mi' },
  },
  image: images.elasticsearch,
  exporter: {
    image: images.elasticsearchExporter,
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '128Mi', ephemeralStorage: '32Mi' },
    },
  },
  setup: {
    image: images.curl,
    resources: {
      requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
    },
  },
} as const;

/** Where a client finds Elasticsearch, and as whom: secrets by reference only. */
export interface ElasticsearchClient {
  /** `https://shop-elasticsearch:9200`. */
  readonly url: Input<string>;
  /** As whom it logs in. */
  readonly username: string;
  /** Secret with the password, and its key there. */
  readonly passwordSecret: Input<string>;
  /** Key of `passwordSecret`. */
  readonly passwordKey: string;
  /** Secret with the authority of the server's certificate, and its key there. */
  readonly caSecret: Input<string>;
  /** Key of `caSecret`. */
  readonly caKey: string;
}

/**
 * Elasticsearch with users, TLS and a life cycle for logs.
 *
 * ```ts
 * const elasticsearch = new Elasticsearch(chart, 'elasticsearch', { replicas: 3 });
 * worker.connectTo(elasticsearch);
 * const { url, username, passwordSecret, passwordKey, caSecret, caKey } = elasticsearch.clientFor('logstash_writer');
 * ```
 *
 * A Job makes the users, the life cycle and the template. It may run again at any time.
 */
export class Elasticsearch extends Tier implements Server {
  /** The workload of all nodes. */
  readonly nodes: StatefulSetWorkload;
  /** The Job that makes users and policies. */
  readonly setup: JobWorkload;
  /** The workload of its exporter. */
  readonly exporter: DeploymentWorkload;
  /** `https://shop-elasticsearch:9200`; its certificate has this name. */
  readonly url: Input<string>;
  /** Name of the Secret with the passwords. */
  readonly secret: Input<string>;
  /** Name of the Secret with the certificate and its authority. */
  readonly tlsSecret: Input<string>;
  /** Name of the Secret with the key to the bucket of the snapshots. */
  readonly snapshotsSecret: Input<string>;
  /** Nodes, of which one may be lost where there are three. */
  readonly replicas: Input<number>;
  /** What was asked for, with defaults in place. */
  readonly snapshots: Snapshots;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: ElasticsearchProps = {}) {
    super(scope, id, props);
    const settings = { ...elasticsearchDefaults, ...props };
    this.replicas = settings.replicas;
    this.snapshots = settings.snapshots;
    this.secret = existingSecret(
      { id, what: 'with the passwords of all users', expected: str`${this.platform.instance}-elasticsearch` },
      settings.existingSecret,
    );
    this.tlsSecret = existingSecret(
      {
        id: `${id}-tls`,
        what: 'with the certificate and its authority',
        expected: str`${this.platform.instance}-elasticsearch-tls`,
      },
      settings.tlsSecretName,
    );
    this.snapshotsSecret = givenOrExpected(
      settings.snapshots.existingSecret,
      str`${this.platform.instance}-elasticsearch-snapshots`,
    );
    this.url = str`https://${this.objectName}:${HTTP_PORT}`;
    this.nodes = addNodes(this, id, settings);
    this.client = this.nodes;
    this.endpoints = [{ workload: this.nodes, port: HTTP_PORT, name: 'elasticsearch' }];
    this.clientSettings = [{ name: 'ELASTICSEARCH_URL', value: this.url }];
    this.setup = addSetup(this, id, { ...settings, ...settings.setup });
    this.exporter = addExporter(this, id, { ...settings, ...settings.exporter });
  }

  /** What a client needs to log in as one of the users. */
  clientFor(username: ElasticsearchUser): ElasticsearchClient {
    return {
      url: this.url,
      username,
      passwordSecret: this.secret,
      passwordKey: passwordKey(username),
      caSecret: this.tlsSecret,
      caKey: 'ca.crt',
    };
  }
}
