/** What agents and gateways of the OpenTelemetry collector are told: agent.yaml and gateway.yaml. */
import { type Input } from '../../values/expression';
import { bytes, divide, multiply } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { named, str } from '../../values/texts';
import type { Resources } from '../../workload/container';

export const OTLP_GRPC_PORT = 4317;
export const OTLP_HTTP_PORT = 4318;
export const HEALTH_PORT = 13_133;
/** The program's own metrics. */
export const TELEMETRY_PORT = 8888;
/** Metrics made of spans. */
export const SPAN_METRICS_PORT = 8889;

/** Seconds between two looks at DNS for gateways. */
const RESOLVE_SECONDS = 5;
/** Seconds for which an agent tries one gateway, after which it looks for the trace's gateway anew. */
const SAME_GATEWAY_SECONDS = 10;
/** Seconds for which spans are sent again, after which they are dropped and counted: five minutes, the program's own. */
const RETRY_SECONDS = 300;
/** Times `traces`: decisions are remembered for longer than spans, so that late ones follow the others of their trace. */
const DECISIONS_PER_TRACE = 4;
/** Minutes after which a series of spans that come no more goes. */
const EXPIRY_MINUTES = 15;
/** Series of one service in one gateway; what would be more is counted in one with `otel_metric_overflow="true"`. */
const SERIES_PER_SERVICE = 2000;

/** Spans are taken unseen between two looks at memory, and a gateway was measured to take 60 MB of them in a second. */
const MEMORY_CHECK_MILLISECONDS = 100;

/** What to keep of all traces; a gateway decides for those that it gets. */
export interface Sampling {
  /** Seconds from the first span of a trace to the decision; spans of one request must arrive within. @default 10 */
  readonly decisionWaitSeconds: Input<number>;
  /** Traces that wait for a decision in one gateway; beyond it the oldest are decided early or dropped. @default 20000 */
  readonly traces: Input<number>;
  /** Milliseconds from which on a trace is slow, and kept. @default 500 */
  readonly slowMilliseconds: Input<number>;
  /** Percent of the traces that are neither slow nor have an error, which are kept as well. @default 10 */
  readonly sharePercent: Input<number>;
  /** Spans that one gateway keeps in a second: as many of traces with errors, of slow ones, and of the share. @default 500 */
  readonly spansPerSecond: Input<number>;
}

/** MiB that a program may take, by its memory limit. */
export interface MemoryLimits {
  /** Above it, garbage is collected at once. */
  readonly hard: Input<number>;
  /** Between it and `hard`, spans are refused. */
  readonly spike: Input<number>;
}

interface AgentYaml {
  readonly memory: MemoryLimits;
  readonly queueSpans: Input<number>;
  /** The headless Service of the gateways. */
  readonly gateways: Input<string>;
}

export interface GatewayYaml {
  readonly memory: MemoryLimits;
  readonly queueSpans: Input<number>;
  readonly sampling: Sampling;
  /** Where kept traces go, by OTLP over gRPC: `host:port`. */
  readonly traces: Input<string>;
}

/** Four fifths of the memory limit at the most; above three fifths, spans are refused. */
export function memoryLimits(name: string, { limits }: Resources): MemoryLimits {
  const fifth = divide(bytes(limits.memory), 5 * 2 ** 20);
  return {
    hard: named(`${name}Memory`, 'MiB that the program may take: four fifths of its limit.', multiply(fifth, 4)),
    spike: fifth,
  };
}

export function agentYaml({ memory, queueSpans, gateways }: AgentYaml): Text {
  return text`
    # Written by cdk8s-tiers.
    receivers:
      otlp:
        protocols:
          grpc: { endpoint: "0.0.0.0:${OTLP_GRPC_PORT}" }
          http: { endpoint: "0.0.0.0:${OTLP_HTTP_PORT}" }
    processors:
      ${memoryLimiter(memory)}
    exporters:
      load_balancing:
        routing_key: traceID
        # This queue and its losses are in the metrics; those of each gateway's exporter would not be.
        ${queue(queueSpans)}
        protocol:
          otlp:
            tls: { insecure: true }
            timeout: 5s
            sending_queue: { enabled: false }
            retry_on_failure: { enabled: true, initial_interval: 1s, max_interval: 5s, max_elapsed_time: ${SAME_GATEWAY_SECONDS}s }
        resolver:
          dns: { hostname: ${gateways}, port: "${OTLP_GRPC_PORT}", interval: ${RESOLVE_SECONDS}s, timeout: 2s }
    ${healthCheck()}
    service:
      extensions: [health_check]
      ${telemetry()}
      pipelines:
        traces: { receivers: [otlp], processors: [memory_limiter], exporters: [load_balancing] }
  `;
}

/**
 * Spans are refused or taken once, at the way in; from there they become metrics, and wait for the decision. What is above
 * a limit is dropped by a policy of its own, so that the program's metrics tell it from what nobody chose.
 */
export function gatewayYaml({ memory, queueSpans, sampling, traces }: GatewayYaml): Text {
  return text`
    # Written by cdk8s-tiers.
    receivers:
      otlp:
        protocols:
          grpc: { endpoint: "0.0.0.0:${OTLP_GRPC_PORT}" }
    processors:
      ${memoryLimiter(memory)}
      ${tailSampling(sampling)}
    connectors:
      forward: {}
      span_metrics:
        histogram:
          unit: s
          explicit: { buckets: [5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2500ms, 5s, 10s] }
        dimensions:
          - { name: http.request.method }
          - { name: http.response.status_code }
        resource_metrics_key_attributes: [service.name]
        exclude_dimensions: [collector.instance.id]
        exemplars: { enabled: true }
        metrics_flush_interval: 30s
        metrics_expiration: ${EXPIRY_MINUTES}m
        series_expiration: ${EXPIRY_MINUTES}m
        aggregation_cardinality_limit: ${SERIES_PER_SERVICE}
    exporters:
      otlp_grpc/traces:
        endpoint: ${traces}
        tls: { insecure: true }
        ${queue(queueSpans)}
      prometheus:
        endpoint: "0.0.0.0:${SPAN_METRICS_PORT}"
        enable_open_metrics: true
        without_scope_info: true
        metric_expiration: ${EXPIRY_MINUTES}m
    ${healthCheck()}
    service:
      extensions: [health_check]
      ${telemetry()}
      pipelines:
        traces/in: { receivers: [otlp], processors: [memory_limiter], exporters: [span_metrics, forward] }
        traces/kept: { receivers: [forward], processors: [tail_sampling], exporters: [otlp_grpc/traces] }
        metrics: { receivers: [span_metrics], exporters: [prometheus] }
  `;
}

/**
 * Traces with an error, other slow ones, and a share of the rest. What goes beyond a limit falls to the first policy of the
 * kind: of what is dropped, a gateway's metrics say by which.
 */
function tailSampling(sampling: Sampling): Text {
  const { decisionWaitSeconds, traces, slowMilliseconds, sharePercent, spansPerSecond } = sampling;
  const decisions = multiply(traces, DECISIONS_PER_TRACE);
  const errors = 'type: status_code, status_code: { status_codes: [ERROR] }';
  const slow = str`type: latency, latency: { threshold_ms: ${slowMilliseconds} }`;
  const share = str`type: probabilistic, probabilistic: { sampling_percentage: ${sharePercent} }`;
  const overLimit = unless('limit', str`type: rate_limiting, rate_limiting: { spans_per_second: ${spansPerSecond} }`);
  const [noErrors, notSlow] = [unless('errors', errors), unless('slow', slow)];
  return text`
    tail_sampling:
      decision_wait: ${decisionWaitSeconds}s
      num_traces: ${traces}
      decision_cache: { sampled_cache_size: ${decisions}, non_sampled_cache_size: ${decisions} }
      policies:
        ${dropped('errors-over-limit', [errors, overLimit])}
        ${dropped('slow-over-limit', [noErrors, slow, overLimit])}
        ${dropped('share-over-limit', [noErrors, notSlow, share, overLimit])}
        - { name: errors, ${errors} }
        - { name: slow, ${slow} }
        - { name: share, ${share} }
  `;
}

/** A policy that drops what all of these would keep. */
function dropped(name: string, policies: readonly Input<string>[]): Text {
  return text`
    - name: ${name}
      type: drop
      drop:
        drop_sub_policy:
          ${policies.map((policy, index) => text`- { name: "${index + 1}", ${policy} }`)}
  `;
}

function unless(name: string, policy: Input<string>): Input<string> {
  return str`type: not, not: { not_sub_policy: { name: ${name}, ${policy} } }`;
}

function queue(spans: Input<number>): Text {
  return text`
    sending_queue: { enabled: true, sizer: items, queue_size: ${spans} }
    retry_on_failure: { enabled: true, max_elapsed_time: ${RETRY_SECONDS}s }
  `;
}

/** Above `hard` garbage is collected once a second, however often memory is looked at. */
export function memoryLimiter({ hard, spike }: MemoryLimits): Text {
  return text`
    memory_limiter:
      check_interval: ${MEMORY_CHECK_MILLISECONDS}ms
      min_gc_interval_when_hard_limited: 1s
      limit_mib: ${hard}
      spike_limit_mib: ${spike}
  `;
}

function healthCheck(): Text {
  return text`
    extensions:
      health_check: { endpoint: "0.0.0.0:${HEALTH_PORT}" }
  `;
}

/** JSON, as all that is logged in the system. */
function telemetry(): Text {
  return text`
    telemetry:
      logs: { encoding: json }
      metrics:
        readers:
          - pull: { exporter: { prometheus: { host: 0.0.0.0, port: ${TELEMETRY_PORT}, without_scope_info: true, without_type_suffix: false } } }
  `;
}
