{{/* The rules of jaeger: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-jaeger" -}}
- name: jaeger
  rules:
    - alert: JaegerDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="jaeger"} == 1)
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "jaeger"
      annotations:
        summary: "No Jaeger runs"
        description: "For five minutes: gateways keep what their queues hold, then traces are lost."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/jaeger.md#jaegerdown
    - alert: JaegerWritesFailing
      expr: |
        sum by (namespace, release, tier, pod) (rate(otelcol_receiver_refused_spans_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="jaeger"}[5m])) > 0
          or sum by (namespace, release, tier, pod) (rate(otelcol_exporter_send_failed_spans_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="jaeger"}[5m])) > 0
          or sum by (namespace, release, tier, pod) (rate(jaeger_storage_bulk_index_errors_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="jaeger"}[5m])) > 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "jaeger"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} does not keep {{ "{{" }} $value | humanize }} spans per second"
        description: "For ten minutes: its memory is at the limit, or its storage refuses them."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/jaeger.md#jaegerwritesfailing
    - alert: JaegerQueriesFailing
      expr: |
        sum by (namespace, release, tier, operation) (
          rate(jaeger_storage_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="jaeger",result="err"}[5m])) > 0
      for: 10m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "jaeger"
      annotations:
        summary: "Jaeger fails to answer {{ "{{" }} $labels.operation }}, {{ "{{" }} $value | humanize }} times per second"
        description: "For ten minutes: its storage does not answer, and who looks for traces sees errors."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/jaeger.md#jaegerqueriesfailing
{{- end }}
