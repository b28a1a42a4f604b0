{{/* The rules of postgres: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-postgres" -}}
- name: postgres
  rules:
    - record: tier:pg_stat_activity_count:sum
      expr: |
        sum by (namespace, release, tier, component, pod) (pg_stat_activity_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"})
    - record: tier:pg_stat_database_blks_hit:ratio_rate5m
      expr: |
        sum by (namespace, release, tier) (rate(pg_stat_database_blks_hit{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}[5m]))
          / (
            sum by (namespace, release, tier) (rate(pg_stat_database_blks_hit{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}[5m]))
            + sum by (namespace, release, tier) (rate(pg_stat_database_blks_read{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}[5m]))
          )
    - alert: PostgresDown
      expr: |
        absent(pg_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 1 and on (namespace, pod) pg_replication_is_replica{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 0)
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "The primary of PostgreSQL does not answer"
        description: "For a minute nothing could be written, or read where there are no replicas."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresdown
    {{- if ge (int64 .Values.postgres.replicas) 1 }}
    - alert: PostgresReplicaMissing
      expr: |
        (count(pg_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 1 and on (namespace, pod) pg_replication_is_replica{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 1) or vector(0)) < {{ int64 .Values.postgres.replicas }}
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: |-
          {{ "{{" }} $value }} of {{ int64 .Values.postgres.replicas }} replicas of PostgreSQL answer
        description: "Reads have fewer servers, or go to the primary, since ten minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresreplicamissing
    {{- end }}
    {{- if ge (int64 .Values.postgres.replicas) 1 }}
    - alert: PostgresReplicationStopped
      expr: |
        (count(pg_stat_replication_pg_wal_lsn_diff{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres",slot_name=~"(primary|replica)_.*"}) or vector(0))
          < {{ int64 .Values.postgres.replicas }}
          and on () (pg_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 1 and on (namespace, pod) pg_replication_is_replica{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 0)
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: |-
          {{ "{{" }} $value }} of {{ int64 .Values.postgres.replicas }} replicas receive WAL
        description: "Replicas fall behind, and the primary keeps WAL for them until max_slot_wal_keep_size."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresreplicationstopped
    {{- end }}
    {{- if ge (int64 .Values.postgres.replicas) 1 }}
    - alert: PostgresReplicationLag
      expr: |
        pg_replication_lag_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} > {{ int64 .Values.thresholds.replicationLagSeconds }}
      for: 2m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} is {{ "{{" }} $value | humanizeDuration }} behind"
        description: |-
          For two minutes it has been more than {{ int64 .Values.thresholds.replicationLagSeconds }} s: reads show old rows.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresreplicationlag
    {{- end }}
    - alert: PostgresSlotInactive
      expr: |
        pg_replication_slot_slot_is_active{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} == 0
      for: 30m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "Nobody reads the replication slot {{ "{{" }} $labels.slot_name }}"
        description: "For half an hour. The primary keeps WAL for it, which fills the volume up to max_slot_wal_keep_size."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresslotinactive
    - alert: PostgresConnectionsHigh
      expr: |
        tier:pg_stat_activity_count:sum{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} / max by (namespace, release, tier, component, pod) (pg_settings_max_connections{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}) > {{ int64 .Values.thresholds.connectionsPercent }} / 100
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has {{ "{{" }} $value | humanizePercentage }} of its connections taken"
        description: |-
          For five minutes more than {{ int64 .Values.thresholds.connectionsPercent }} % have been.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresconnectionshigh
    - alert: PostgresConnectionsExhausted
      expr: |
        tier:pg_stat_activity_count:sum{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} / max by (namespace, release, tier, component, pod) (pg_settings_max_connections{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}) > 0.97
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has no connections left"
        description: "{{ "{{" }} $value | humanizePercentage }} are taken, and the rest are reserved: who comes is refused."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresconnectionsexhausted
    - alert: PostgresTransactionOpen
      expr: |
        pg_long_running_transactions_oldest_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"} > {{ int64 .Values.thresholds.transactionSeconds }}
      for: 1m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "A transaction in {{ "{{" }} $labels.pod }} has been open for {{ "{{" }} $value | humanizeDuration }}"
        description: "It holds its locks, and vacuum cannot remove what it may still see."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgrestransactionopen
    - alert: PostgresDeadlocks
      expr: |
        sum by (namespace, release, tier, datname) (increase(pg_stat_database_deadlocks{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="postgres"}[10m])) > 5
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "postgres"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} deadlocks in {{ "{{" }} $labels.datname }} within ten minutes"
        description: "Each has ended a transaction, which the application may or may not have tried again."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/postgres.md#postgresdeadlocks
{{- end }}
