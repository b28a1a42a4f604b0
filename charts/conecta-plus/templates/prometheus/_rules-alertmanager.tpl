{{/* The rules of alertmanager: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-alertmanager" -}}
- name: alertmanager
  rules:
    - alert: AlertmanagerDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="alertmanager"} == 1)
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "alertmanager"
      annotations:
        summary: "No Alertmanager runs"
        description: "Prometheus shows this alert, and nobody is told: see that the dead man’s switch has."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/alertmanager.md#alertmanagerdown
    - alert: AlertmanagerReloadFailed
      expr: |
        alertmanager_config_last_reload_successful{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="alertmanager"} == 0
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "alertmanager"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has refused its new configuration"
        description: "It goes on with what it had: what was changed since does not hold."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/alertmanager.md#alertmanagerreloadfailed
    - alert: AlertmanagerNotificationsFailing
      expr: |
        rate(alertmanager_notifications_failed_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="alertmanager"}[5m]) > 0
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "alertmanager"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} cannot notify by {{ "{{" }} $labels.integration }}"
        description: "For five minutes. By other ways, this alert gets through."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/alertmanager.md#alertmanagernotificationsfailing
    {{- if gt (int64 .Values.alertmanager.replicas) 1 }}
    - alert: AlertmanagerClusterSplit
      expr: |
        alertmanager_cluster_members{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="alertmanager"} < {{ int64 .Values.alertmanager.replicas }}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "alertmanager"
      annotations:
        summary: |-
          {{ "{{" }} $labels.pod }} sees {{ "{{" }} $value }} of {{ int64 .Values.alertmanager.replicas }} Alertmanagers
        description: "For a quarter of an hour: notifications may come twice, and silences may hold in one place only."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/alertmanager.md#alertmanagerclustersplit
    {{- end }}
{{- end }}
