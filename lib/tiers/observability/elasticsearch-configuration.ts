/** The files that a node of Elasticsearch reads at its start. */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { times, when } from '../../values/tree';

export const HTTP_PORT = 9200;
export const TRANSPORT_PORT = 9300;
/** Open while the node is in a cluster that has a master: the setting `readiness.port`. */
export const READINESS_PORT = 9399;

/** Where the node's configuration is put together, certificates among it: it reads no file elsewhere. */
export const CONFIGURATION = '/etc/elasticsearch';
export const CERTIFICATES = `${CONFIGURATION}/certs`;

export interface ElasticsearchConfiguration {
  /** The name of the cluster, and what the nodes' names begin with. */
  readonly name: Input<string>;
  readonly replicas: Input<number>;
  /** Host whose addresses are those of all nodes, ready or not. */
  readonly seedHost: Input<string>;
  readonly allowMmap: Input<boolean>;
  readonly snapshots: S3Client;
}

/** Where an S3 API is. */
export interface S3Client {
  /** Whether there are snapshots. */
  readonly enabled: Input<boolean>;
  /** URL of the S3 API, such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: Input<string>;
  /** Region of the bucket, as the provider names it. */
  readonly region: Input<string>;
  /** Whether buckets are asked for by path, as most S3 outside of Amazon wants it. */
  readonly pathStyleAccess: Input<boolean>;
}

/** `\${…}` is the node's own environment. */
export function elasticsearchYml({ name, replicas, snapshots, ...settings }: ElasticsearchConfiguration): Text {
  return text`
    # Written by cdk8s-tiers.
    cluster.name: ${name}
    node.name: \${POD_NAME}
    path.data: /usr/share/elasticsearch/data
    path.logs: /usr/share/elasticsearch/logs

    network.host: 0.0.0.0
    network.publish_host: \${POD_IP}
    http.port: ${HTTP_PORT}
    transport.port: ${TRANSPORT_PORT}
    readiness.port: ${READINESS_PORT}

    discovery.seed_hosts:
      - ${settings.seedHost}
    # Of the first start alone: who may be master is known to the cluster from then on.
    cluster.initial_master_nodes:
      ${times(replicas, (index) => text`- ${name}-${index}`)}

    # Without it a node needs no vm.max_map_count, which only who administers it can raise.
    node.store.allow_mmap: ${settings.allowMmap}

    xpack.security.enabled: true
    xpack.security.enrollment.enabled: false
    xpack.security.http.ssl.enabled: true
    xpack.security.http.ssl.certificate: certs/tls.crt
    xpack.security.http.ssl.key: certs/tls.key
    xpack.security.transport.ssl.enabled: true
    # Whoever has a certificate of this authority is a node: pods change their addresses.
    xpack.security.transport.ssl.verification_mode: certificate
    xpack.security.transport.ssl.certificate: certs/tls.crt
    xpack.security.transport.ssl.key: certs/tls.key
    xpack.security.transport.ssl.certificate_authorities: certs/ca.crt

    # Neither is used; one takes memory, the other asks hosts outside.
    xpack.ml.enabled: false
    ingest.geoip.downloader.enabled: false
    ${when(
      snapshots.enabled,
      text`

        s3.client.default.endpoint: ${snapshots.endpoint}
        s3.client.default.region: ${snapshots.region}
        s3.client.default.path_style_access: ${snapshots.pathStyleAccess}
      `,
    )}
  `;
}

/** @param heapMebibytes the least and the most alike, as Elasticsearch demands */
export function jvmOptions(heapMebibytes: Input<number>): Text {
  return text`
    # Written by cdk8s-tiers.
    -Xms${heapMebibytes}m
    -Xmx${heapMebibytes}m
    # No heap dumps, which hold what was logged, and no files of the garbage collector, up to 2 GB.
    -XX:-HeapDumpOnOutOfMemoryError
    -Xlog:disable
    -Xlog:all=warning:stderr:utctime,level,tags
  `;
}
