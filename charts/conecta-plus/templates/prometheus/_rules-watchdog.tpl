{{/* The rules of watchdog: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-watchdog" -}}
- name: watchdog
  rules:
    - alert: Watchdog
      expr: |
        vector(1)
      labels:
        severity: "none"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "Alerts get through"
        description: "It always fires. Whoever receives it raises the alarm when it stops coming."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/watchdog.md#watchdog
    - alert: TargetDown
      expr: |
        up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}"} == 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "{{ "{{" }} $labels.job }} in {{ "{{" }} $labels.pod }} shows no metrics"
        description: "For ten minutes: rules and dashboards do not see this pod."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/watchdog.md#targetdown
{{- end }}
