{{/* The rules of business: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-business" -}}
- name: business
  rules:
    - record: tier:business_active_users:max
      expr: |
        max by (namespace, release, tier) (business_active_users{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"})
    - record: transaction:business_transactions:rate5m
      expr: |
        sum by (namespace, release, tier, transaction, status) (rate(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
    - record: transaction:business_transactions_failed:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier, transaction) (rate(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api",status="failure"}[5m]))
          or 0 * sum by (namespace, release, tier, transaction) (rate(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
        )
        / sum by (namespace, release, tier, transaction) (rate(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[5m]))
    - alert: TransactionsFail
      expr: |
        transaction:business_transactions_failed:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > {{ int64 .Values.business.failedTransactionsPercent }} / 100
          and on (namespace, release, tier, transaction)
            sum by (namespace, release, tier, transaction) (transaction:business_transactions:rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}) > 0.03
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the transactions {{ "{{" }} $labels.transaction }} fail"
        description: |-
          More than {{ int64 .Values.business.failedTransactionsPercent }} % have for ten minutes, though users did all that was asked of them. Below two a minute it does not count.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/business.md#transactionsfail
    - alert: TransactionsStopped
      expr: |
        sum by (namespace, release, tier) (increase(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30m] offset 1d)) > {{ int64 .Values.business.transactionsExpected }}
          unless on (namespace, release, tier) sum by (namespace, release, tier) (increase(business_transactions_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"}[30m])) > 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "No transactions, where there were {{ "{{" }} $value | humanize }} in the same half hour of the day before"
        description: "Requests may be answered, and a step before the transaction be broken."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/business.md#transactionsstopped
    {{- if .Values.objectives.users }}
    - alert: UsersNearPlan
      expr: |
        tier:business_active_users:max{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="api"} > 90 / 100 * {{ int64 .Values.objectives.users }}
      for: 30m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "api"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} users are active"
        description: |-
          For half an hour more than 90 % of the {{ int64 .Values.objectives.users }} that the system is sized for.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/business.md#usersnearplan
    {{- end }}
{{- end }}
