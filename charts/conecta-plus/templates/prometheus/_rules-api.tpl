{{/* The rules of api: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-api" -}}
- name: api
  rules:
    - record: tier:http_requests:rate5m
      expr: |
        sum by (namespace, release, tier) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
    - record: handler:http_requests:rate5m
      expr: |
        sum by (namespace, release, tier, method, handler) (rate(http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
    - record: tier:http_request_duration_seconds:p50_5m
      expr: |
        histogram_quantile(0.5,
          sum by (namespace, release, tier, le) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m])))
    - record: tier:http_request_duration_seconds:p95_5m
      expr: |
        histogram_quantile(0.95,
          sum by (namespace, release, tier, le) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m])))
    - record: tier:http_request_duration_seconds:p99_5m
      expr: |
        histogram_quantile(0.99,
          sum by (namespace, release, tier, le) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m])))
    - record: handler:http_request_duration_seconds:p95_5m
      expr: |
        histogram_quantile(0.95,
          sum by (namespace, release, tier, handler, le) (rate(http_request_duration_seconds_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m])))
    - alert: ApiDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} == 1)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "No pod of the API answers"
        description: "For two minutes no pod has shown its metrics: users get errors, or none runs."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/api.md#apidown
    - alert: ApiErrors
      expr: |
        tier:http_requests_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of requests end in an error of the server"
        description: |-
          More than {{ int64 .Values.thresholds.errorPercent }} % have for ten minutes.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/api.md#apierrors
    - alert: ApiSaturated
      expr: |
        http_requests_in_progress{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > {{ int64 .Values.thresholds.requestsInProgress }}
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} answers {{ "{{" }} $value }} requests at a time"
        description: |-
          More than {{ int64 .Values.thresholds.requestsInProgress }} have been in progress for ten minutes: requests come faster than they are answered, and wait.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/api.md#apisaturated
    - alert: ApiPerformanceDegraded
      expr: |
        tier:http_request_duration_seconds:p95_5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}
          > 2 * avg_over_time(tier:http_request_duration_seconds:p95_5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1h] offset 1d)
          and tier:http_request_duration_seconds:p95_5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 0.02
      for: 30m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "95 % of requests take up to {{ "{{" }} $value | humanizeDuration }}, twice as long as a day ago"
        description: "For half an hour, compared with the same hour of the day before. Below 20 ms it does not count."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/api.md#apiperformancedegraded
    - alert: ApiThroughputLow
      expr: |
        tier:http_requests:rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}
          < {{ int64 .Values.thresholds.throughputPercent }} / 100 * avg_over_time(tier:http_requests:rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1h] offset 1d)
          and avg_over_time(tier:http_requests:rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[1h] offset 1d) > 1
      for: 30m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} requests per second, far fewer than a day ago"
        description: |-
          For half an hour there have been less than {{ int64 .Values.thresholds.throughputPercent }} % of the same hour of the day before. Where that had less than one per second, it does not count.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/api.md#apithroughputlow
{{- end }}
