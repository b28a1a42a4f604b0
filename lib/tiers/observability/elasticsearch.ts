import type { Construct } from 'constructs';
import type { EnvVar, VolumeProjection } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import type { Input } from '../../values/expression';
import { atLeast, equals, or } from '../../values/logic';
import { bytes, divide, minimum } from '../../values/numbers';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { named, str } from '../../values/texts';
import { type ListInput, each, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { SecretInput } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import { secretNameOf } from '../secret-name';
import { Tier, type TierProps } from '../tier';
import {
  CERTIFICATES,
  CONFIGURATION,
  HTTP_PORT,
  READINESS_PORT,
  type S3Client,
  TRANSPORT_PORT,
  elasticsearchYml,
  jvmOptions,
} from './elasticsearch-configuration';
import { FILES, SECRETS, prepareNode, stopNode } from './elasticsearch-scripts';
import { type ElasticsearchUser, passwordKey } from './elasticsearch-users';

export interface ElasticsearchProps extends TierProps, PodSettings {
  /** Nodes: 1, or 3, of which any may be lost. Lowering it is a procedure of its own: see the documentation. @default 1 */
  readonly replicas?: Input<number>;
  /**
   * Secret with the passwords of all users, by the keys `elastic-password`, `kibana-system-password`,
   * `logstash-writer-password`, `exporter-password`, `jaeger-password` and `grafana-password`.
   * @default - the instance's name and `-elasticsearch`, such as `shop-elasticsearch`, which must exist
   */
  readonly existingSecret?: SecretInput | Input<string | null>;
  /**
   * Secret with `tls.crt` and `tls.key`, for the nodes as servers and as clients of each other, and `ca.crt`.
   * @default - the instance's name and `-elasticsearch-tls`, which must exist
   */
  readonly tlsSecretName?: SecretInput | Input<string | null>;
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
}

/** A bucket for snapshots, by the S3 API. */
export interface Snapshots extends S3Client {
  readonly bucket: Input<string>;
  /** Folder in the bucket, of this cluster alone. */
  readonly folder: Input<string>;
  /** Secret with `access-key-id` and `secret-access-key`. @default - the instance's name and `-elasticsearch-snapshots` */
  readonly existingSecret: SecretInput | Input<string | null>;
  /** Networks in which the endpoint is, as pods reach it. */
  readonly addresses: ListInput<string>;
  /** Port of the endpoint, as pods reach it. */
  readonly port: Input<number>;
}

export const elasticsearchDefaults = {
  replicas: 1,
  existingSecret: null,
  tlsSecretName: null,
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
  },
  storage: { size: '10Gi', storageClassName: null },
  resources: {
    requests: { cpu: '500m', memory: '2Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '2', memory: '2Gi', ephemeralStorage: '512Mi' },
  },
  image: images.elasticsearch,
} as const;

/** The image's own; its files are for its group too, root's, but the data is for nobody else. */
const USER = 1000;
const MEBIBYTE = 2 ** 20;
/** What the security features and two dozen indices need. */
const LEAST_HEAP_MEBIBYTES = 512;
/** Up to here pointers are compressed on every machine. https://www.elastic.co/docs/reference/elasticsearch/jvm-settings */
const MOST_HEAP_MEBIBYTES = 26_624;
/** For the copies of shards, then for what is in memory to be written. */
const GRACE_PERIOD_SECONDS = 300;
const WAIT_SECONDS = 240;
/** A start reads the state of all indices, and waits for the others: half an hour. */
const STARTUP_PERIOD_SECONDS = 5;
const STARTUP_FAILURES = 360;

/** Where a client finds Elasticsearch, and as whom: secrets by reference only. */
export interface ElasticsearchClient {
  /** `https://shop-elasticsearch:9200`. */
  readonly url: Input<string>;
  readonly username: string;
  /** Secret with the password, and its key there. */
  readonly passwordSecret: Input<string>;
  readonly passwordKey: string;
  /** Secret with the authority of the server's certificate, and its key there. */
  readonly caSecret: Input<string>;
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
 */
export class Elasticsearch extends Tier implements Server {
  readonly nodes: StatefulSetWorkload;
  /** `https://shop-elasticsearch:9200`; its certificate has this name. */
  readonly url: Input<string>;
  /** Name of the Secret with the passwords. */
  readonly secret: Input<string>;
  /** Name of the Secret with the certificate and its authority. */
  readonly tlsSecret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: ElasticsearchProps = {}) {
    super(scope, id, props);
    const settings = { ...elasticsearchDefaults, ...props };
    this.secret = secretNameOf(this, settings.existingSecret, {
      comment: 'The Secret with the passwords of all users.',
      suffix: 'elasticsearch',
    });
    this.tlsSecret = secretNameOf(this, settings.tlsSecretName, {
      comment: 'The Secret with the certificate and its authority.',
      suffix: 'elasticsearch-tls',
      id: 'tlsSecretName',
    });
    this.url = str`https://${this.objectName}:${HTTP_PORT}`;
    this.nodes = this.addNodes(id, settings);
    this.client = this.nodes;
    this.endpoints = [{ workload: this.nodes, port: HTTP_PORT, name: 'elasticsearch' }];
    this.clientSettings = [{ name: 'ELASTICSEARCH_URL', value: this.url }];
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

  private addNodes(id: string, settings: Settings): StatefulSetWorkload {
    const { replicas, snapshots } = settings;
    demand(
      this,
      or(equals(replicas, 1), equals(replicas, 3)),
      str`replicas ${replicas} is no number of nodes of which one may be lost; set it to 3, or to 1 for a trial.`,
    );
    const seedHost = str`${this.objectName}-headless`;
    const yml = elasticsearchYml({ ...settings, name: this.objectName, seedHost });
    const options = jvmOptions(this.heap(settings));
    const nodes = new StatefulSetWorkload(this, 'nodes', {
      ...settings,
      name: id,
      component: 'node',
      user: USER,
      // Nobody is ready before a majority is there.
      podManagementPolicy: 'Parallel',
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
      initContainers: [prepareContainer(settings)],
      containers: [nodeContainer(settings, this.objectName)],
      volumes: [
        { name: 'files', configMap: { name: this.objectName } },
        // The keystore, in memory.
        { name: 'configuration', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
        { name: 'certificates', secret: { secretName: this.tlsSecret, defaultMode: 0o440 } },
        {
          name: 'secrets',
          projected: {
            defaultMode: 0o440,
            sources: [
              { secret: { name: this.secret, items: secretItems('elastic-password', 'exporter-password') } },
              when<VolumeProjection>(snapshots.enabled, {
                secret: {
                  name: this.snapshotsSecret(settings),
                  items: secretItems('access-key-id', 'secret-access-key'),
                },
              }),
            ],
          },
        },
      ],
      storage: { data: settings.storage },
      checksums: {
        'elasticsearch.yml': checksum(yml),
        'heap.options': checksum(options),
        'prepare.sh': checksum(prepareNode),
      },
    });
    addConfigMap(nodes, 'configuration', {
      'elasticsearch.yml': yml,
      'heap.options': options,
      'prepare.sh': prepareNode,
      'stop.sh': stopNode,
    });
    const http = { name: 'https', port: HTTP_PORT, targetPort: 'https' };
    addService(nodes, 'service', { ports: [http] });
    addService(nodes, 'headless', {
      suffix: 'headless',
      ports: [http, { name: 'transport', port: TRANSPORT_PORT, targetPort: 'transport' }],
      headless: true,
    });
    allow(nodes, { workload: nodes, port: TRANSPORT_PORT, name: 'transport' });
    connectObjectStorage(nodes, snapshots);
    return nodes;
  }

  private heap({ resources }: Settings): Input<number> {
    const limit = resources.limits.memory;
    const heap = named(
      `${this.node.id}.heap`,
      'The heap of a node, in MiB.',
      minimum(divide(bytes(limit), 2 * MEBIBYTE), MOST_HEAP_MEBIBYTES),
    );
    demand(
      this,
      atLeast(heap, LEAST_HEAP_MEBIBYTES),
      str`resources.limits.memory ${limit} leaves ${heap} MiB for the heap, below ${LEAST_HEAP_MEBIBYTES}; raise it to ${2 * LEAST_HEAP_MEBIBYTES}Mi or more.`,
    );
    return heap;
  }

  private snapshotsSecret({ snapshots }: Settings): Input<string> {
    return secretNameOf(this, snapshots.existingSecret, {
      comment: 'The Secret with the key to the object storage of snapshots.',
      suffix: 'elasticsearch-snapshots',
      id: 'snapshotsSecretName',
    });
  }
}

type Settings = Required<Omit<ElasticsearchProps, 'enabled' | keyof PodSettings>> & PodSettings;

function prepareContainer({ image }: Settings): ContainerProps {
  return {
    name: 'configuration',
    image,
    command: ['sh', `${FILES}/prepare.sh`],
    env: [{ name: 'ES_PATH_CONF', value: CONFIGURATION }],
    // A Java program of 64 MiB of heap, beside the page cache of the image.
    resources: {
      requests: { cpu: '50m', memory: '128Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '64Mi' },
    },
    mounts: [
      { name: 'files', mountPath: FILES, readOnly: true },
      { name: 'configuration', mountPath: CONFIGURATION },
      { name: 'secrets', mountPath: SECRETS, readOnly: true },
    ],
    writable: { '/tmp': '32Mi' },
  };
}

function nodeContainer({ image, resources, replicas }: Settings, host: Input<string>): ContainerProps {
  return {
    name: 'elasticsearch',
    image,
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'ES_PATH_CONF', value: CONFIGURATION },
      { name: 'HOST', value: host },
      { name: 'NODES', value: str`${replicas}` },
      { name: 'WAIT_SECONDS', value: `${WAIT_SECONDS}` },
    ],
    ports: [
      { name: 'https', containerPort: HTTP_PORT },
      { name: 'transport', containerPort: TRANSPORT_PORT },
      { name: 'readiness', containerPort: READINESS_PORT },
    ],
    resources,
    probes: {
      startup: {
        tcpSocket: { port: 'https' },
        periodSeconds: STARTUP_PERIOD_SECONDS,
        failureThreshold: STARTUP_FAILURES,
      },
      liveness: { tcpSocket: { port: 'https' }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
      // Whether there is a master, whatever the state of indices: a yellow cluster answers.
      readiness: { tcpSocket: { port: 'readiness' }, periodSeconds: 5, timeoutSeconds: 3 },
    },
    lifecycle: { preStop: { exec: { command: ['sh', `${FILES}/stop.sh`] } } },
    mounts: [
      { name: 'data', mountPath: '/usr/share/elasticsearch/data' },
      { name: 'configuration', mountPath: CONFIGURATION },
      // Within the configuration: Elasticsearch reads no certificate elsewhere.
      { name: 'certificates', mountPath: CERTIFICATES, readOnly: true },
      { name: 'files', mountPath: FILES, readOnly: true },
      { name: 'secrets', mountPath: SECRETS, readOnly: true },
    ],
    writable: { '/tmp': '128Mi', '/usr/share/elasticsearch/logs': '64Mi' },
  };
}

function secretItems(...keys: readonly string[]) {
  return keys.map((key) => ({ key, path: key }));
}

function connectObjectStorage(nodes: StatefulSetWorkload, { addresses, port, enabled }: Snapshots): void {
  nodes.policy.allowTo(
    {
      to: each<string, NetworkPolicyPeer>(addresses, (cidr) => ({ ipBlock: { cidr } })),
      ports: [{ port, protocol: 'TCP' }],
    },
    enabled,
  );
  nodes.policy.neighbours.push({ name: 'object storage', direction: 'out', ports: [port], enabled });
}
