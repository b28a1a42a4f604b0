{{/* The rules of slo: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-slo" -}}
- name: slo
  rules:
    - record: tier:http_requests_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[5m]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[5m]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[5m]))
    - record: tier:http_requests_errors:ratio_rate30m
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[30m]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[30m]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[30m]))
    - record: tier:http_requests_errors:ratio_rate1h
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[1h]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1h]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1h]))
    - record: tier:http_requests_errors:ratio_rate2h
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[2h]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[2h]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[2h]))
    - record: tier:http_requests_errors:ratio_rate6h
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[6h]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[6h]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[6h]))
    - record: tier:http_requests_errors:ratio_rate1d
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[1d]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1d]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1d]))
    - record: tier:http_requests_errors:ratio_rate3d
      expr: |
        (
          sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",status=~"5.."}[3d]))
          or 0 * sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[3d]))
        )
        / sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[3d]))
    - record: tier:http_requests_slow:ratio_rate5m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[5m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[5m]))
    - record: tier:http_requests_slow:ratio_rate30m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[30m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[30m]))
    - record: tier:http_requests_slow:ratio_rate1h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[1h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1h]))
    - record: tier:http_requests_slow:ratio_rate2h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[2h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[2h]))
    - record: tier:http_requests_slow:ratio_rate6h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[6h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[6h]))
    - record: tier:http_requests_slow:ratio_rate1d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[1d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[1d]))
    - record: tier:http_requests_slow:ratio_rate3d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend",le=~"{{ .Values.slo.latencySeconds }}([.]0)?"}[3d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"}[3d]))
    - alert: ApiAvailabilityBurnsFast
      expr: |
        tier:http_requests_errors:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 14.4 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 14.4 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "1h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 1h end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsfast
    - alert: ApiAvailabilityBurnsFast
      expr: |
        tier:http_requests_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 6 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 6 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "6h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 6h end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsfast
    - alert: ApiAvailabilityBurnsSlowly
      expr: |
        tier:http_requests_errors:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 3 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 3 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "1d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 1d end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsslowly
    - alert: ApiAvailabilityBurnsSlowly
      expr: |
        tier:http_requests_errors:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 1 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 1 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "3d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 3d end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsslowly
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 14.4 * (1 - {{ .Values.slo.latencyPercent }} / 100)
          and tier:http_requests_slow:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 14.4 * (1 - {{ .Values.slo.latencyPercent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "1h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1h take longer than {{ .Values.slo.latencySeconds }} s
        description: |-
          The objective is {{ .Values.slo.latencyPercent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 6 * (1 - {{ .Values.slo.latencyPercent }} / 100)
          and tier:http_requests_slow:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 6 * (1 - {{ .Values.slo.latencyPercent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "6h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 6h take longer than {{ .Values.slo.latencySeconds }} s
        description: |-
          The objective is {{ .Values.slo.latencyPercent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 3 * (1 - {{ .Values.slo.latencyPercent }} / 100)
          and tier:http_requests_slow:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 3 * (1 - {{ .Values.slo.latencyPercent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "1d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1d take longer than {{ .Values.slo.latencySeconds }} s
        description: |-
          The objective is {{ .Values.slo.latencyPercent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 1 * (1 - {{ .Values.slo.latencyPercent }} / 100)
          and tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backend"} > 1 * (1 - {{ .Values.slo.latencyPercent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backend"
        window: "3d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 3d take longer than {{ .Values.slo.latencySeconds }} s
        description: |-
          The objective is {{ .Values.slo.latencyPercent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
{{- end }}
