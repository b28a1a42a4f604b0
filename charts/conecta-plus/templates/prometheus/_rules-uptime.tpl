{{/* The rules of uptime: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-uptime" -}}
- name: uptime
  interval: 1m
  rules:
    - record: tier:http_down:bool
      expr: |
        0 * (
          max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}) == 1
          and on (namespace, release) max by (namespace, release) (nginx_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}) == 1
          unless tier:http_requests_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 5 / 100
          {{- if .Values.blackbox.enabled }}
          unless on (namespace, release) max by (namespace, release) (probe_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",job="blackbox"}) == 0
          {{- end }}
        )
        or 1 + 0 * max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"})
        or absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"})
    - alert: UptimeBudgetLow
      expr: |
        sum by (namespace, release) (sum_over_time(tier:http_down:bool{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30d])) > 0.75 * 43200 * (1 - {{ .Values.slo.uptimePercent }} / 100)
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "{{ "{{" }} $value | humanize }} minutes of the last 30 days without the API"
        description: |-
          Three quarters of what {{ .Values.slo.uptimePercent }} % allow are gone: put off what may make it worse.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#uptimebudgetlow
    - alert: UptimeMissed
      expr: |
        sum by (namespace, release) (sum_over_time(tier:http_down:bool{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30d])) > 43200 * (1 - {{ .Values.slo.uptimePercent }} / 100)
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "{{ "{{" }} $value | humanize }} minutes of the last 30 days without the API"
        description: |-
          More than {{ .Values.slo.uptimePercent }} % allow: the promise is broken until the oldest of them are 30 days old.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/slo.md#uptimemissed
{{- end }}
