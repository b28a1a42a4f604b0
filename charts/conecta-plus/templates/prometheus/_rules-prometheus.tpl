{{/* The rules of prometheus: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-prometheus" -}}
- name: prometheus
  rules:
    - alert: PrometheusReloadFailed
      expr: |
        prometheus_config_last_reload_successful{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"} == 0
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "Prometheus has refused its new configuration or rules"
        description: "It goes on with what it had: what was changed since does not hold."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheusreloadfailed
    - alert: PrometheusRulesFailing
      expr: |
        increase(prometheus_rule_evaluation_failures_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"}[5m]) > 0
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "Prometheus cannot evaluate rules of {{ "{{" }} $labels.rule_group }}"
        description: "Alerts of this group do not fire."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheusrulesfailing
    - alert: PrometheusRulesSlow
      expr: |
        prometheus_rule_group_last_duration_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"} > prometheus_rule_group_interval_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "The rules of {{ "{{" }} $labels.rule_group }} take {{ "{{" }} $value | humanizeDuration }}, longer than their interval"
        description: "Evaluations are left out: alerts fire late."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheusrulesslow
    {{- if and .Values.alertmanager.enabled .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
    - alert: PrometheusAlertsLost
      expr: |
        rate(prometheus_notifications_dropped_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"}[5m]) > 0
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "Prometheus loses {{ "{{" }} $value | humanize }} alerts per second"
        description: "No Alertmanager takes them."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheusalertslost
    {{- end }}
    {{- if and .Values.alertmanager.enabled .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
    - alert: PrometheusWithoutAlertmanager
      expr: |
        prometheus_notifications_alertmanagers_discovered{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"} < 1
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "Prometheus finds no Alertmanager"
        description: "For ten minutes: nobody hears of any alert."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheuswithoutalertmanager
    {{- end }}
    - alert: PrometheusStorageFailing
      expr: |
        increase(prometheus_tsdb_compactions_failed_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"}[3h]) > 0
          or increase(prometheus_tsdb_wal_corruptions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="prometheus"}[3h]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "prometheus"
      annotations:
        summary: "Prometheus cannot write its series as it should"
        description: "Within three hours a compaction failed, or the write-ahead log was broken."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/prometheus.md#prometheusstoragefailing
{{- end }}
