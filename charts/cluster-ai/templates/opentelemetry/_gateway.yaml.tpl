{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.opentelemetry.gateway.yaml" -}}
# Written by cdk8s-tiers.
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "0.0.0.0:4317" }
processors:
  memory_limiter:
    check_interval: 100ms
    min_gc_interval_when_hard_limited: 1s
    limit_mib: {{ include "cluster-ai.opentelemetry.gatewayMemory" . | int64 }}
    spike_limit_mib: {{ div (include "cluster-ai.bytes" .Values.opentelemetry.gateway.resources.limits.memory | int64) 5242880 }}
  tail_sampling:
    decision_wait: {{ int64 .Values.opentelemetry.sampling.decisionWaitSeconds }}s
    num_traces: {{ int64 .Values.opentelemetry.sampling.traces }}
    decision_cache: { sampled_cache_size: {{ mul .Values.opentelemetry.sampling.traces 4 }}, non_sampled_cache_size: {{ mul .Values.opentelemetry.sampling.traces 4 }} }
    policies:
      - name: errors-over-limit
        type: drop
        drop:
          drop_sub_policy:
            - { name: "1", type: status_code, status_code: { status_codes: [ERROR] } }
            - { name: "2", type: not, not: { not_sub_policy: { name: limit, type: rate_limiting, rate_limiting: { spans_per_second: {{ int64 .Values.opentelemetry.sampling.spansPerSecond }} } } } }
      - name: slow-over-limit
        type: drop
        drop:
          drop_sub_policy:
            - { name: "1", type: not, not: { not_sub_policy: { name: errors, type: status_code, status_code: { status_codes: [ERROR] } } } }
            - { name: "2", type: latency, latency: { threshold_ms: {{ int64 .Values.opentelemetry.sampling.slowMilliseconds }} } }
            - { name: "3", type: not, not: { not_sub_policy: { name: limit, type: rate_limiting, rate_limiting: { spans_per_second: {{ int64 .Values.opentelemetry.sampling.spansPerSecond }} } } } }
      - name: share-over-limit
        type: drop
        drop:
          drop_sub_policy:
            - { name: "1", type: not, not: { not_sub_policy: { name: errors, type: status_code, status_code: { status_codes: [ERROR] } } } }
            - { name: "2", type: not, not: { not_sub_policy: { name: slow, type: latency, latency: { threshold_ms: {{ int64 .Values.opentelemetry.sampling.slowMilliseconds }} } } } }
            - { name: "3", type: probabilistic, probabilistic: { sampling_percentage: {{ int64 .Values.opentelemetry.sampling.sharePercent }} } }
            - { name: "4", type: not, not: { not_sub_policy: { name: limit, type: rate_limiting, rate_limiting: { spans_per_second: {{ int64 .Values.opentelemetry.sampling.spansPerSecond }} } } } }
      - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
      - { name: slow, type: latency, latency: { threshold_ms: {{ int64 .Values.opentelemetry.sampling.slowMilliseconds }} } }
      - { name: share, type: probabilistic, probabilistic: { sampling_percentage: {{ int64 .Values.opentelemetry.sampling.sharePercent }} } }
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
    metrics_expiration: 15m
    series_expiration: 15m
    aggregation_cardinality_limit: 2000
exporters:
  otlp_grpc/traces:
    endpoint: {{ .Release.Name }}-jaeger-collector:4317
    tls: { insecure: true }
    sending_queue: { enabled: true, sizer: items, queue_size: {{ int64 .Values.opentelemetry.gateway.queueSpans }} }
    retry_on_failure: { enabled: true, max_elapsed_time: 300s }
  prometheus:
    endpoint: "0.0.0.0:8889"
    enable_open_metrics: true
    without_scope_info: true
    metric_expiration: 15m
extensions:
  health_check: { endpoint: "0.0.0.0:13133" }
service:
  extensions: [health_check]
  telemetry:
    logs: { encoding: json }
    metrics:
      readers:
        - pull: { exporter: { prometheus: { host: 0.0.0.0, port: 8888, without_scope_info: true, without_type_suffix: false } } }
  pipelines:
    traces/in: { receivers: [otlp], processors: [memory_limiter], exporters: [span_metrics, forward] }
    traces/kept: { receivers: [forward], processors: [tail_sampling], exporters: [otlp_grpc/traces] }
    metrics: { receivers: [span_metrics], exporters: [prometheus] }
{{- end }}
