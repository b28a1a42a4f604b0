{{/* The rules of pgbouncer: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-pgbouncer" -}}
- name: pgbouncer
  rules:
    - record: tier:pgbouncer_pools_client_waiting_connections:sum
      expr: |
        sum by (namespace, release, tier, database) (pgbouncer_pools_client_waiting_connections{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer",database!="pgbouncer"})
    - record: tier:pgbouncer_stats_queries_duration_seconds:mean5m
      expr: |
        sum by (namespace, release, tier) (rate(pgbouncer_stats_queries_duration_seconds_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer",database!="pgbouncer"}[5m]))
          / sum by (namespace, release, tier) (rate(pgbouncer_stats_queries_pooled_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer",database!="pgbouncer"}[5m]))
    - alert: PgBouncerDown
      expr: |
        absent(pgbouncer_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer"} == 1)
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "pgbouncer"
      annotations:
        summary: "No PgBouncer answers"
        description: "For a minute none has: the API reaches no database."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/pgbouncer.md#pgbouncerdown
    - alert: PgBouncerPoolExhausted
      expr: |
        pgbouncer_pools_client_maxwait_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer",database!="pgbouncer"} > {{ int64 .Values.thresholds.poolWaitSeconds }}
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "pgbouncer"
      annotations:
        summary: "Clients of {{ "{{" }} $labels.database }} wait {{ "{{" }} $value | humanizeDuration }} for a connection"
        description: |-
          All connections of the pool in {{ "{{" }} $labels.pod }} are lent. More than {{ int64 .Values.thresholds.poolWaitSeconds }} s for a minute; at query_wait_timeout queries fail.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/pgbouncer.md#pgbouncerpoolexhausted
    - alert: PgBouncerClientsWaiting
      expr: |
        tier:pgbouncer_pools_client_waiting_connections:sum{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer"} > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "pgbouncer"
      annotations:
        summary: "{{ "{{" }} $value }} clients of {{ "{{" }} $labels.database }} wait for a connection"
        description: "For five minutes there has always been one that does: the pool is too small, or queries are slow."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/pgbouncer.md#pgbouncerclientswaiting
    - alert: DatabaseQueriesSlow
      expr: |
        tier:pgbouncer_stats_queries_duration_seconds:mean5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer"} > {{ int64 .Values.thresholds.queryMilliseconds }} / 1000
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "pgbouncer"
      annotations:
        summary: "Queries take {{ "{{" }} $value | humanizeDuration }} on average"
        description: |-
          For a quarter of an hour they have taken more than {{ int64 .Values.thresholds.queryMilliseconds }} ms.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/pgbouncer.md#databasequeriesslow
    - alert: PgBouncerClientsHigh
      expr: |
        pgbouncer_used_clients{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer"} / pgbouncer_config_max_client_connections{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="pgbouncer"}
          > {{ int64 .Values.thresholds.connectionsPercent }} / 100
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "pgbouncer"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has {{ "{{" }} $value | humanizePercentage }} of its clients"
        description: |-
          For five minutes more than {{ int64 .Values.thresholds.connectionsPercent }} % of max_client_conn; beyond it clients are refused.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/pgbouncer.md#pgbouncerclientshigh
{{- end }}
