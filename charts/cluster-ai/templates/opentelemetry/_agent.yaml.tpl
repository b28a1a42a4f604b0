{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.opentelemetry.agent.yaml" -}}
# Written by cdk8s-tiers.
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "0.0.0.0:4317" }
      http: { endpoint: "0.0.0.0:4318" }
processors:
  memory_limiter:
    check_interval: 100ms
    min_gc_interval_when_hard_limited: 1s
    limit_mib: {{ include "cluster-ai.opentelemetry.agentMemory" . | int64 }}
    spike_limit_mib: {{ div (include "cluster-ai.bytes" .Values.opentelemetry.agent.resources.limits.memory | int64) 5242880 }}
exporters:
  load_balancing:
    routing_key: traceID
    # This queue and its losses are in the metrics; those of each gateway's exporter would not be.
    sending_queue: { enabled: true, sizer: items, queue_size: {{ int64 .Values.opentelemetry.agent.queueSpans }} }
    retry_on_failure: { enabled: true, max_elapsed_time: 300s }
    protocol:
      otlp:
        tls: { insecure: true }
        timeout: 5s
        sending_queue: { enabled: false }
        retry_on_failure: { enabled: true, initial_interval: 1s, max_interval: 5s, max_elapsed_time: 10s }
    resolver:
      dns: { hostname: {{ .Release.Name }}-opentelemetry-gateway, port: "4317", interval: 5s, timeout: 2s }
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
    traces: { receivers: [otlp], processors: [memory_limiter], exporters: [load_balancing] }
{{- end }}
