/** What Jaeger is told: config.yaml. */
import type { Input } from '../../values/expression';
import { multiply } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import type { ElasticsearchClient } from './elasticsearch';
import {
  HEALTH_PORT,
  type MemoryLimits,
  OTLP_GRPC_PORT,
  TELEMETRY_PORT,
  memoryLimiter,
} from './opentelemetry-configuration';

/** The user interface and the API behind it. */
export const QUERY_PORT = 16_686;
export const SECRETS_FOLDER = '/run/secrets/elasticsearch';
/** A day of spans is far below what a shard holds. https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/size-shards */
const SHARDS = 1;

/** Where Elasticsearch is, and what is known of it. */
export interface JaegerElasticsearch {
  readonly client: Pick<ElasticsearchClient, 'url' | 'username' | 'passwordKey' | 'caKey'>;
  /** Copies of each index beside the first. */
  readonly copies: Input<number>;
  readonly retentionDays: Input<number>;
}

interface JaegerYaml {
  readonly memory: MemoryLimits;
  /** Traces that memory holds. */
  readonly maxTraces: Input<number>;
  /** Whether they are kept in Elasticsearch instead. */
  readonly usesElasticsearch: Input<boolean>;
  /** @default - none, where memory is all there is */
  readonly elasticsearch?: JaegerElasticsearch | undefined;
}

export function jaegerYaml({ memory, maxTraces, usesElasticsearch, elasticsearch }: JaegerYaml): Text {
  const inMemory = text`memory: { max_traces: ${maxTraces} }`;
  return text`
    # Written by cdk8s-tiers.
    extensions:
      healthcheckv2:
        use_v2: true
        http: { endpoint: "0.0.0.0:${HEALTH_PORT}" }
      jaeger_storage:
        backends:
          traces:
            ${elasticsearch === undefined ? inMemory : when<Text>(usesElasticsearch, inElasticsearch(elasticsearch), inMemory)}
      jaeger_query:
        storage: { traces: traces }
        # It would trace itself, and send that to itself.
        enable_tracing: false
        http: { endpoint: "0.0.0.0:${QUERY_PORT}" }
        # Asked by nobody outside.
        grpc: { endpoint: "127.0.0.1:16685" }
    receivers:
      otlp:
        protocols:
          grpc: { endpoint: "0.0.0.0:${OTLP_GRPC_PORT}" }
    processors:
      ${memoryLimiter(memory)}
    exporters:
      jaeger_storage_exporter: { trace_storage: traces }
    service:
      extensions: [healthcheckv2, jaeger_storage, jaeger_query]
      telemetry:
        resource: { service.name: jaeger }
        logs: { encoding: json }
        metrics:
          level: detailed
          readers:
            - pull: { exporter: { prometheus: { host: 0.0.0.0, port: ${TELEMETRY_PORT}, without_scope_info: true, without_type_suffix: false } } }
      pipelines:
        traces: { receivers: [otlp], processors: [memory_limiter], exporters: [jaeger_storage_exporter] }
  `;
}

/** An index a day, which the cleaner deletes. The password is read anew when its file changes. */
function inElasticsearch({ client, copies, retentionDays }: JaegerElasticsearch): Text {
  return text`
    elasticsearch:
      server_urls:
        - ${client.url}
      auth:
        basic: { username: ${client.username}, password_file: ${SECRETS_FOLDER}/${client.passwordKey}, reload_interval: 10s }
      tls: { ca_file: ${SECRETS_FOLDER}/${client.caKey} }
      create_mappings: true
      max_span_age: ${multiply(retentionDays, 24)}h
      indices:
        ${['spans', 'services', 'dependencies', 'sampling'].map(
          (name) => text`${name}: { shards: ${SHARDS}, replicas: ${copies} }`,
        )}
  `;
}
