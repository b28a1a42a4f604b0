{{/* The rules of slo: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-slo" -}}
- name: slo
  rules:
    - record: tier:http_requests_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[5m]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate30m
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[30m]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[30m]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[30m]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate1h
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[1h]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[1h]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[1h]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate2h
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[2h]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[2h]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[2h]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate6h
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[6h]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[6h]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[6h]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate1d
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[1d]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[1d]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[1d]))
      labels:
        tier: "api"
    - record: tier:http_requests_errors:ratio_rate3d
      expr: |
        (
          sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"5.."}[3d]))
          or 0 * sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[3d]))
        )
        / sum by (namespace, release) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[3d]))
      labels:
        tier: "api"
    - record: tier:http_requests_slow:ratio_rate5m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[5m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate30m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[30m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30m]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate1h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[1h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1h]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate2h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[2h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[2h]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate6h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[6h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[6h]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate1d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[1d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1d]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate3d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}[3d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[3d]))
      labels:
        objective: "p95"
    - record: tier:http_requests_slow:ratio_rate5m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[5m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate30m
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[30m]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30m]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate1h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[1h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1h]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate2h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[2h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[2h]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate6h
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[6h]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[6h]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate1d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[1d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1d]))
      labels:
        objective: "p99"
    - record: tier:http_requests_slow:ratio_rate3d
      expr: |
        1 -
          sum by (namespace, release, tier) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}[3d]))
          / sum by (namespace, release, tier) (rate(http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[3d]))
      labels:
        objective: "p99"
    - alert: ApiAvailabilityBurnsFast
      expr: |
        tier:http_requests_errors:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 14.4 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 14.4 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        window: "1h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 1h end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsfast
    - alert: ApiAvailabilityBurnsFast
      expr: |
        tier:http_requests_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 6 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 6 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        window: "6h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 6h end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsfast
    - alert: ApiAvailabilityBurnsSlowly
      expr: |
        tier:http_requests_errors:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 3 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 3 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        window: "1d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 1d end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsslowly
    - alert: ApiAvailabilityBurnsSlowly
      expr: |
        tier:http_requests_errors:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 1 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
          and tier:http_requests_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 1 * (1 - {{ .Values.slo.availabilityPercent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        window: "3d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests of 3d end in an error of the server"
        description: |-
          The objective is {{ .Values.slo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apiavailabilityburnsslowly
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 14.4 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
          and tier:http_requests_slow:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 14.4 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p95"
        window: "1h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1h take longer than {{ .Values.slo.latency.p95.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p95.percent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 6 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
          and tier:http_requests_slow:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 6 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p95"
        window: "6h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 6h take longer than {{ .Values.slo.latency.p95.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p95.percent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 3 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
          and tier:http_requests_slow:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 3 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p95"
        window: "1d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1d take longer than {{ .Values.slo.latency.p95.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p95.percent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 1 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
          and tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p95"} > 1 * (1 - {{ .Values.slo.latency.p95.percent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p95"
        window: "3d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 3d take longer than {{ .Values.slo.latency.p95.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p95.percent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 14.4 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
          and tier:http_requests_slow:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 14.4 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p99"
        window: "1h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1h take longer than {{ .Values.slo.latency.p99.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p99.percent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsFast
      expr: |
        tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 6 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
          and tier:http_requests_slow:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 6 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p99"
        window: "6h"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 6h take longer than {{ .Values.slo.latency.p99.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p99.percent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsfast
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 3 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
          and tier:http_requests_slow:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 3 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p99"
        window: "1d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 1d take longer than {{ .Values.slo.latency.p99.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p99.percent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
    - alert: ApiLatencyBurnsSlowly
      expr: |
        tier:http_requests_slow:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 1 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
          and tier:http_requests_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",objective="p99"} > 1 * (1 - {{ .Values.slo.latency.p99.percent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p99"
        window: "3d"
      annotations:
        summary: |-
          {{ "{{" }} $value | humanizePercentage }} of the requests of 3d take longer than {{ .Values.slo.latency.p99.seconds }} s
        description: |-
          The objective is {{ .Values.slo.latency.p99.percent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyburnsslowly
    - alert: ApiLatencyUnmeasured
      expr: |
        sum by (namespace, release, tier) (http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"})
          unless on (namespace, release, tier) http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p95.seconds }}([.]0)?"}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p95"
      annotations:
        summary: |-
          Nobody knows how many requests are answered within {{ .Values.slo.latency.p95.seconds }} s
        description: |-
          The application's histogram has no bucket at {{ .Values.slo.latency.p95.seconds }}: no objective of that is watched.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyunmeasured
    - alert: ApiLatencyUnmeasured
      expr: |
        sum by (namespace, release, tier) (http_request_duration_seconds_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"})
          unless on (namespace, release, tier) http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",le=~"{{ .Values.slo.latency.p99.seconds }}([.]0)?"}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
        objective: "p99"
      annotations:
        summary: |-
          Nobody knows how many requests are answered within {{ .Values.slo.latency.p99.seconds }} s
        description: |-
          The application's histogram has no bucket at {{ .Values.slo.latency.p99.seconds }}: no objective of that is watched.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#apilatencyunmeasured
{{- end }}
