{{/* The rules of elasticsearch: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-elasticsearch" -}}
- name: elasticsearch
  rules:
    - alert: ElasticsearchDown
      expr: |
        absent(elasticsearch_cluster_health_number_of_nodes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"})
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "Elasticsearch does not answer"
        description: "For five minutes its exporter has asked in vain: no log is found, and lines wait to be written."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchdown
    - alert: ElasticsearchRed
      expr: |
        elasticsearch_cluster_health_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",color="red"} == 1
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "Elasticsearch has lost sight of data"
        description: "For two minutes a shard has had no copy at all: searches are incomplete, writes to it fail."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchred
    - alert: ElasticsearchYellow
      expr: |
        elasticsearch_cluster_health_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",color="yellow"} == 1
      for: 30m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "Shards of Elasticsearch have no second copy"
        description: "For half an hour, which no roll-out of a node takes: the loss of another node may lose data."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchyellow
    {{- if gt (int64 .Values.elasticsearch.replicas) 1 }}
    - alert: ElasticsearchNodeMissing
      expr: |
        elasticsearch_cluster_health_number_of_nodes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"} < {{ int64 .Values.elasticsearch.replicas }}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: |-
          Elasticsearch has {{ "{{" }} $value }} of {{ int64 .Values.elasticsearch.replicas }} nodes
        description: "For a quarter of an hour. Without a majority it stops."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchnodemissing
    {{- end }}
    - alert: ElasticsearchDiskHigh
      expr: |
        (
          1 - elasticsearch_filesystem_data_available_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"} / elasticsearch_filesystem_data_size_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"}
        ) > {{ int64 .Values.thresholds.volumePercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "The volume of {{ "{{" }} $labels.name }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.volumePercent }} %: Elasticsearch puts no more shards there.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchdiskhigh
    - alert: ElasticsearchDiskFull
      expr: |
        (
          1 - elasticsearch_filesystem_data_available_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"} / elasticsearch_filesystem_data_size_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch"}
        ) > 92 / 100
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "The volume of {{ "{{" }} $labels.name }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: "From 95 % on its indices take no more writes, and logs stop."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchdiskfull
    - alert: ElasticsearchHeapHigh
      expr: |
        elasticsearch_jvm_memory_used_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",area="heap"}
          / elasticsearch_jvm_memory_max_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",area="heap"} > {{ int64 .Values.thresholds.memoryPercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "{{ "{{" }} $labels.name }} uses {{ "{{" }} $value | humanizePercentage }} of its heap"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.memoryPercent }} %: soon it refuses requests to protect itself.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchheaphigh
    - alert: ElasticsearchRejectsWrites
      expr: |
        increase(elasticsearch_thread_pool_rejected_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",type="write"}[5m]) > 0
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "{{ "{{" }} $labels.name }} has refused {{ "{{" }} $value | humanize }} writes within five minutes"
        description: "For ten minutes more has come than it can write. Who writes tries again, and falls behind."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchrejectswrites
    {{- if .Values.elasticsearch.snapshots.enabled }}
    - alert: ElasticsearchSnapshotFailed
      expr: |
        increase(elasticsearch_slm_stats_snapshots_failed_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",policy="snapshots"}[1h]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: "A snapshot of Elasticsearch has failed"
        description: "Within the last hour. What was written since the one before is in the cluster alone."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchsnapshotfailed
    {{- end }}
    {{- if .Values.elasticsearch.snapshots.enabled }}
    - alert: ElasticsearchSnapshotMissing
      expr: |
        increase(elasticsearch_slm_stats_snapshots_taken_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",policy="snapshots"}[{{ mul .Values.elasticsearch.snapshots.everyHours 2 }}h]) == 0
          and elasticsearch_slm_stats_snapshots_taken_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="elasticsearch",policy="snapshots"} offset {{ mul .Values.elasticsearch.snapshots.everyHours 2 }}h
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "elasticsearch"
      annotations:
        summary: |-
          No snapshot of Elasticsearch for {{ mul .Values.elasticsearch.snapshots.everyHours 2 }}h
        description: |-
          There should be one every {{ int64 .Values.elasticsearch.snapshots.everyHours }} hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/elasticsearch.md#elasticsearchsnapshotmissing
    {{- end }}
{{- end }}
