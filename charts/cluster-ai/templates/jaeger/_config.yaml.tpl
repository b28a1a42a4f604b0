{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.jaeger.config.yaml" -}}
# Written by cdk8s-tiers.
extensions:
  healthcheckv2:
    use_v2: true
    http: { endpoint: "0.0.0.0:13133" }
  jaeger_storage:
    backends:
      traces:
        {{- if eq .Values.jaeger.storage "elasticsearch" }}
        elasticsearch:
          server_urls:
            - https://{{ .Release.Name }}-elasticsearch:9200
          auth:
            basic: { username: jaeger, password_file: /run/secrets/elasticsearch/jaeger-password, reload_interval: 10s }
          tls: { ca_file: /run/secrets/elasticsearch/ca.crt }
          create_mappings: true
          max_span_age: {{ mul .Values.jaeger.retentionDays 24 }}h
          indices:
            spans: { shards: 1, replicas: {{ if eq (int64 .Values.elasticsearch.replicas) 1 }}0{{ else }}1{{ end }} }
            services: { shards: 1, replicas: {{ if eq (int64 .Values.elasticsearch.replicas) 1 }}0{{ else }}1{{ end }} }
            dependencies: { shards: 1, replicas: {{ if eq (int64 .Values.elasticsearch.replicas) 1 }}0{{ else }}1{{ end }} }
            sampling: { shards: 1, replicas: {{ if eq (int64 .Values.elasticsearch.replicas) 1 }}0{{ else }}1{{ end }} }
        {{- else }}
        memory: { max_traces: {{ int64 .Values.jaeger.maxTraces }} }
        {{- end }}
  jaeger_query:
    storage: { traces: traces }
    # It would trace itself, and send that to itself.
    enable_tracing: false
    http: { endpoint: "0.0.0.0:16686" }
    # Asked by nobody outside.
    grpc: { endpoint: "127.0.0.1:16685" }
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "0.0.0.0:4317" }
processors:
  memory_limiter:
    check_interval: 100ms
    min_gc_interval_when_hard_limited: 1s
    limit_mib: {{ include "cluster-ai.jaegerMemory" . | int64 }}
    spike_limit_mib: {{ div (include "cluster-ai.bytes" .Values.jaeger.resources.limits.memory | int64) 5242880 }}
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
        - pull: { exporter: { prometheus: { host: 0.0.0.0, port: 8888, without_scope_info: true, without_type_suffix: false } } }
  pipelines:
    traces: { receivers: [otlp], processors: [memory_limiter], exporters: [jaeger_storage_exporter] }
{{- end }}
