{{/* The rules of postgres-promotion: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-postgres-promotion" -}}
- name: postgres-promotion
  rules:
    - alert: PostgresTwoPrimaries
      expr: |
        count(pg_replication_is_replica{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 0) > 1
      for: 30s
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "{{ "{{" }} $value }} servers of PostgreSQL take writes"
        description: "What is written to the one that is not named is lost once it steps down."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres-promotion.md#postgrestwoprimaries
{{- end }}
