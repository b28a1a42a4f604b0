/** envoy.yaml of an InferenceGateway: its listeners, the clusters of models and variants, and how much it takes on. */
import { hasKey } from '../../values/collections';
import type { Expr, Input } from '../../values/expression';
import { and } from '../../values/logic';
import { bytes, divide, multiply } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { eachPair, when } from '../../values/tree';
import {
  type Experiment,
  type GatewayRoutes,
  OWN_CLUSTERS,
  PER_ROUTE,
  type RoutedBackend,
  type Variant,
  experimentParts,
  gatewayRoutes,
  ofAll,
  retryPolicies,
} from './inference-gateway-routes';

export const PORT = 8080;
/** Metrics and readiness, and nothing else of what the admin interface has. */
export const METRICS_PORT = 9902;
/** The admin interface, on the loopback interface alone: it can change and stop what runs. */
const ADMIN_PORT = 9901;
export const FOLDER = '/etc/envoy';

/**
 * Seconds after which a connection of a client ends with its next answer. So all connections have left a pod that takes
 * no new ones within this time, and clients find gateways that are new.
 */
export const CONNECTION_SECONDS = 10;
/** Seconds between two looks at which servers are ready. */
const DNS_SECONDS = 2;
/** Upper bounds in milliseconds, with the targets of 10, 20, 30 and 50 among them. */
const BUCKETS = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000, 30_000];

/** How much a model's servers get at a time from one gateway. */
export interface CircuitBreaker {
  /** Requests that are answered at a time; more get 503 at once. */
  readonly maxRequests: Input<number>;
  /** Of these, requests that wait for a connection, as all do that come at once where few connections are open. */
  readonly maxPendingRequests: Input<number>;
}

/** How many requests may be second tries. */
export interface RetryBudget {
  /** Percent of the requests that are under way. */
  readonly percent: Input<number>;
  /**
   * As many are always allowed. The loss of one of two servers fails half of what is under way, at once: more than a
   * percentage allows.
   */
  readonly minConcurrency: Input<number>;
}

/** When a server gets no requests for a while. */
export interface OutlierDetection {
  /** Answers 502, 503 or 504, or connections that fail, one after the other. */
  readonly consecutiveFailures: Input<number>;
  /** Times the number of times that it happened to the server. */
  readonly ejectionSeconds: Input<number>;
  /** Of a model's servers. */
  readonly maxEjectionPercent: Input<number>;
}

export interface GatewayConfiguration extends GatewayRoutes {
  readonly circuitBreaker: CircuitBreaker;
  readonly retryBudget: RetryBudget;
  readonly outlierDetection: OutlierDetection;
  /** Bytes of a request that are held, to be sent again. */
  readonly bufferBytes: Input<number>;
  /** The container's limit, as a quantity. */
  readonly memory: Input<string>;
  readonly maxConnections: Input<number>;
}

/** Envoy's types of configuration, by what they are of. */
const type = (name: string): string => `type.googleapis.com/envoy.${name}`;

export function envoyYaml(configuration: GatewayConfiguration): Text {
  return text`
    # Written by cdk8s-tiers.
    # Said once, and referred to below. Envoy leaves out what has this tag.
    !ignore parts:
      - &lua ${PER_ROUTE}
      ${clusterParts(configuration)}
      ${retryPolicies(configuration)}
      ${experimentParts(configuration)}
    admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${ADMIN_PORT} } } }
    # A name of 40 letters makes a longer expression than the 100 steps that Envoy takes by itself.
    layered_runtime: { layers: [ { name: static, static_layer: { re2.max_program_size.error_level: 1000 } } ] }
    stats_config:
      # Statistics of a cluster are called <server>/<model>/<variant>, which become labels.
      stats_tags:
        - { tag_name: server, regex: '^cluster\.(([^/.]+)/[^/.]+/[^/.]+\.)' }
        - { tag_name: model, regex: '^cluster\.([^/.]+/([^/.]+)/[^/.]+\.)' }
        - { tag_name: variant, regex: '^cluster\.([^/.]+/[^/.]+/([^/.]+)\.)' }
      histogram_bucket_settings:
        - { match: { suffix: rq_time }, buckets: [ ${BUCKETS.join(', ')} ] }
    ${overloadManager(configuration)}
    static_resources:
      listeners:
        - name: inference
          address: { socket_address: { address: 0.0.0.0, port_value: ${PORT} } }
          per_connection_buffer_limit_bytes: ${configuration.bufferBytes}
          filter_chains:
            - filters:
                - name: envoy.filters.network.http_connection_manager
                  typed_config:
                    "@type": ${type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager')}
                    ${connectionManager(configuration)}
        - name: metrics
          address: { socket_address: { address: 0.0.0.0, port_value: ${METRICS_PORT} } }
          ignore_global_conn_limit: true
          bypass_overload_manager: true
          filter_chains:
            - filters:
                - name: envoy.filters.network.http_connection_manager
                  typed_config:
                    "@type": ${type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager')}
                    stat_prefix: metrics
                    http_filters: [ ${ROUTER} ]
                    route_config:
                      virtual_hosts:
                        - name: metrics
                          domains: [ '*' ]
                          routes:
                            - match: { path: /stats/prometheus, ${GET} }
                              route: { cluster: admin }
                            - match: { path: /ready, ${GET} }
                              route: { cluster: admin }
      clusters:
        - name: admin
          type: STATIC
          load_assignment: { cluster_name: admin, endpoints: [ { lb_endpoints: [ { ${endpoint('127.0.0.1', ADMIN_PORT)} } ] } ] }
        ${clusters(configuration)}
  `;
}

const GET = "headers: [ { name: ':method', string_match: { exact: GET } } ]";
const ROUTER = `{ name: envoy.filters.http.router, typed_config: { "@type": ${type('extensions.filters.http.router.v3.Router')} } }`;

function endpoint(host: Input<string>, port: number): Expr<string> {
  return str`endpoint: { address: { socket_address: { address: '${host}', port_value: ${port} } } }`;
}

/** Before memory ends, requests are refused rather than the process killed, with all that it has under way. */
function overloadManager({ maxConnections, memory }: GatewayConfiguration): Text {
  const trigger = (threshold: number): string =>
    `triggers: [ { name: envoy.resource_monitors.fixed_heap, threshold: { value: ${threshold} } } ]`;
  return text`
    overload_manager:
      refresh_interval: 0.25s
      resource_monitors:
        - name: envoy.resource_monitors.fixed_heap
          typed_config:
            "@type": ${type('extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig')}
            max_heap_size_bytes: ${divide(multiply(bytes(memory), HEAP_PERCENT), 100)}
        - name: envoy.resource_monitors.global_downstream_max_connections
          typed_config:
            "@type": ${type('extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig')}
            max_active_downstream_connections: ${maxConnections}
      actions:
        - { name: envoy.overload_actions.shrink_heap, ${trigger(0.9)} }
        - { name: envoy.overload_actions.stop_accepting_requests, ${trigger(0.95)} }
  `;
}

/** Of the limit; the rest is for what the allocator keeps, stacks and code. */
const HEAP_PERCENT = 80;

/** What Envoy answers itself where no server does: overflow, no server, no connection, time, a broken one. */
const FLAGS = ['UO', 'UH', 'UF', 'UT', 'UC', 'UR', 'URX', 'LR', 'OM'];

function connectionManager(configuration: GatewayConfiguration): Text {
  return text`
    stat_prefix: inference
    # The client's address is that of the connection, whatever a header says.
    use_remote_address: true
    internal_address_config: { cidr_ranges: [] }
    normalize_path: true
    merge_slashes: true
    path_with_escaped_slashes_action: REJECT_REQUEST
    request_headers_timeout: 10s
    common_http_protocol_options: { idle_timeout: 620s, max_connection_duration: ${CONNECTION_SECONDS}s }
    http1_safe_max_connection_duration: true
    http2_protocol_options: { max_concurrent_streams: 1024 }
    access_log:
      - name: envoy.access_loggers.stdout
        filter: { header_filter: { header: { name: ':path', string_match: { exact: /readyz }, invert_match: true } } }
        typed_config:
          "@type": ${type('extensions.access_loggers.stream.v3.StdoutAccessLog')}
          log_format:
            json_format:
              time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%'
              method: '%REQ(:METHOD)%'
              path: '%PATH(NQ:ORIG)%'
              status: '%RESPONSE_CODE%'
              flags: '%RESPONSE_FLAGS%'
              details: '%RESPONSE_CODE_DETAILS%'
              duration_ms: '%DURATION%'
              server_ms: '%RESPONSE_DURATION%'
              tries: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%'
              bytes_received: '%BYTES_RECEIVED%'
              bytes_sent: '%BYTES_SENT%'
              cluster: '%UPSTREAM_CLUSTER%'
              server: '%UPSTREAM_HOST%'
              client: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'
              request_id: '%REQ(X-REQUEST-ID)%'
              trace: '%REQ(TRACEPARENT)%'
              grpc_status: '%GRPC_STATUS%'
    # Envoy's own texts, as JSON; what routes and gateway.lua say is JSON already.
    local_reply_config:
      mappers:
        - filter: { response_flag_filter: { flags: [ ${FLAGS.join(', ')} ] } }
          body_format_override: { content_type: application/json, json_format: { error: '%LOCAL_REPLY_BODY%' } }
    http_filters:
      - name: envoy.filters.http.lua
        typed_config:
          "@type": ${type('extensions.filters.http.lua.v3.Lua')}
          default_source_code: { filename: ${FOLDER}/gateway.lua }
          # A path that is rewritten stays with the model that it was for.
          clear_route_cache: false
      - ${ROUTER}
    route_config:
      virtual_hosts:
        - name: models
          domains: [ '*' ]
          # A longer body is sent once.
          request_body_buffer_limit: ${configuration.bufferBytes}
          routes:
            ${gatewayRoutes(configuration)}
  `;
}

/** A cluster for each model by itself, for its gRPC, and for each variant. */
function clusters(configuration: GatewayConfiguration): Text {
  const { backends, experiments } = configuration;
  const own = ofAll(
    backends,
    (name, _, backend) => text`
    ${cluster(str`${name}/${OWN_CLUSTERS.http}`, backend, backend.httpPort, configuration)}
    ${cluster(str`${name}/${OWN_CLUSTERS.grpc}`, backend, backend.grpcPort, configuration)}
  `,
  );
  const variants = eachPair<Experiment, Text>(
    experiments,
    (experiment, { variants: all }) => text`
      ${eachPair<Variant, Text>(
        all,
        (key, { model }) => text`
          ${backends.map((backend) =>
            when<Text>(
              and(backend.isThere, hasKey(backend.models, model)),
              cluster(str`${experiment}/${key}`, backend, backend.httpPort, configuration),
            ),
          )}
        `,
      )}
    `,
  );
  return text`
    ${own}
    ${variants}
  `;
}

function cluster(
  name: Input<string>,
  backend: RoutedBackend,
  port: number,
  { bufferBytes }: GatewayConfiguration,
): Text {
  return text`
    - name: '${name}'
      alt_stat_name: '${backend.id}/${name}'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: ${bufferBytes}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '${name}', endpoints: [ { lb_endpoints: [ { ${endpoint(backend.host, port)} } ] } ] }
      typed_extension_protocol_options: *${port === backend.grpcPort ? 'http2' : 'http1'}
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
  `;
}

/** What all clusters have. */
function clusterParts({ circuitBreaker, outlierDetection, retryBudget }: GatewayConfiguration): Text {
  const { consecutiveFailures, ejectionSeconds, maxEjectionPercent } = outlierDetection;
  const { maxPendingRequests, maxRequests } = circuitBreaker;
  return text`
    # Each address of the name is a server.
    - &dns
      name: envoy.cluster.dns
      typed_config: { "@type": ${type('extensions.clusters.dns.v3.DnsCluster')}, dns_lookup_family: V4_PREFERRED, dns_refresh_rate: ${DNS_SECONDS}s }
    - &http1 ${protocolOptions('http_protocol_options')}
    - &http2 ${protocolOptions('http2_protocol_options')}
    - &circuit_breakers
      thresholds:
        - max_connections: ${maxRequests}
          max_requests: ${maxRequests}
          max_pending_requests: ${maxPendingRequests}
          track_remaining: true
          retry_budget: { budget_percent: { value: ${retryBudget.percent} }, min_retry_concurrency: ${retryBudget.minConcurrency} }
    - &outlier_detection
      # An answer 500 comes of the request as often as of the server.
      consecutive_gateway_failure: ${consecutiveFailures}
      enforcing_consecutive_gateway_failure: 100
      enforcing_consecutive_5xx: 0
      enforcing_success_rate: 0
      split_external_local_origin_errors: true
      consecutive_local_origin_failure: ${consecutiveFailures}
      enforcing_local_origin_success_rate: 0
      interval: 1s
      base_ejection_time: ${ejectionSeconds}s
      max_ejection_percent: ${maxEjectionPercent}
  `;
}

function protocolOptions(protocol: string): string {
  const options = `"@type": ${type('extensions.upstreams.http.v3.HttpProtocolOptions')}, common_http_protocol_options: { idle_timeout: 30s }, explicit_http_config: { ${protocol}: {} }`;
  return `{ envoy.extensions.upstreams.http.v3.HttpProtocolOptions: { ${options} } }`;
}
