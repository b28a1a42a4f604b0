{{/* The rules of opentelemetry: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-opentelemetry" -}}
- name: opentelemetry
  rules:
    - record: service:traces_span_metrics_calls:rate5m
      expr: |
        sum by (namespace, release, service_name, span_kind) (rate(traces_span_metrics_calls_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}[5m]))
    - record: service:traces_span_metrics_duration_seconds:p95_5m
      expr: |
        histogram_quantile(0.95,
          sum by (namespace, release, service_name, span_kind, le) (
            rate(traces_span_metrics_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}[5m])))
    - alert: TracingDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry",component="gateway",job!~".+-spans"} == 1)
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "No gateway of the OpenTelemetry collector runs"
        description: "For five minutes: agents keep what their queues hold, then traces are lost."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#tracingdown
    - alert: TracesRefused
      expr: |
        sum by (namespace, release, tier, pod) (rate(otelcol_receiver_refused_spans_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}[5m])) > 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} refuses {{ "{{" }} $value | humanize }} spans per second"
        description: "For ten minutes its memory has been at the limit. Who sends them tries again, and drops them when its own queue is full."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#tracesrefused
    - alert: TracesLost
      expr: |
        sum by (namespace, release, tier, pod) (rate(otelcol_exporter_enqueue_failed_spans_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}[5m])) > 0
          or sum by (namespace, release, tier, pod) (rate(otelcol_exporter_send_failed_spans_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}[5m])) > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} loses {{ "{{" }} $value | humanize }} spans per second"
        description: "For five minutes. Its queue is full, or what it sends has been refused for five minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#traceslost
    - alert: TraceQueueFilling
      expr: |
        max by (namespace, release, tier, pod) (
          otelcol_exporter_queue_size{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"} / otelcol_exporter_queue_capacity{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry"}) > 0.8
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "The queue of {{ "{{" }} $labels.pod }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: "For five minutes. When it is full, spans are dropped."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#tracequeuefilling
    - alert: TracesDecidedEarly
      expr: |
        sum by (namespace, release, tier, pod) (
          rate(otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry",component="gateway"}[5m])) > 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} drops {{ "{{" }} $value | humanize }} traces per second before their time"
        description: "For ten minutes more traces have waited for a decision than sampling.traces: errors and slow requests are among what is dropped."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#tracesdecidedearly
    - alert: TracesOverLimit
      expr: |
        sum by (namespace, release, tier, policy) (
          rate(otelcol_processor_tail_sampling_count_traces_sampled_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="opentelemetry",component="gateway",decision="dropped"}[5m])) > 0
      for: 15m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "opentelemetry"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} traces per second are dropped by the policy {{ "{{" }} $labels.policy }}"
        description: "For a quarter of an hour more has been worth keeping than sampling.spansPerSecond allows."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/opentelemetry.md#tracesoverlimit
{{- end }}
