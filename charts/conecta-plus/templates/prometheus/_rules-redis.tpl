{{/* The rules of redis: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-redis" -}}
- name: redis
  rules:
    - record: tier:redis_keyspace_hits:ratio_rate5m
      expr: |
        sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m]))
          / (
            sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m]))
            + sum by (namespace, release, tier) (rate(redis_keyspace_misses_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m]))
          )
    - alert: RedisDown
      expr: |
        absent(redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 1)
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "No Redis answers"
        description: "For a minute none has: there are no sessions and no cache, and every query goes to the database."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisdown
    - alert: RedisServerDown
      expr: |
        redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "Redis in {{ "{{" }} $labels.pod }} does not answer"
        description: "Its exporter does, and has asked it in vain for five minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisserverdown
    - alert: RedisMemoryHigh
      expr: |
        redis_memory_used_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} / (redis_memory_max_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} > 0) > {{ int64 .Values.thresholds.memoryPercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} uses {{ "{{" }} $value | humanizePercentage }} of maxmemory"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.memoryPercent }} %: soon it evicts keys, sessions among them.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redismemoryhigh
    - alert: RedisEvictsKeys
      expr: |
        rate(redis_evicted_keys_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m]) > 1
      for: 15m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} evicts {{ "{{" }} $value | humanize }} keys per second"
        description: "What it holds is more than maxmemory."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisevictskeys
    - alert: RedisWritesFailing
      expr: |
        redis_aof_last_write_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 0 or redis_rdb_last_bgsave_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 0
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} cannot write to its disk"
        description: "For two minutes: it refuses writes, or loses with its process what was written since."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#rediswritesfailing
    - alert: RedisConnectionsRejected
      expr: |
        increase(redis_rejected_connections_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has refused {{ "{{" }} $value | humanize }} connections within five minutes"
        description: "It has as many clients as maxclients allows."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisconnectionsrejected
    - alert: RedisHitRatioLow
      expr: |
        tier:redis_keyspace_hits:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} < {{ int64 .Values.thresholds.cacheHitPercent }} / 100
          and on (namespace, release, tier)
            sum by (namespace, release, tier) (rate(redis_commands_processed_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"}[5m])) > 10
      for: 30m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "The cache answers {{ "{{" }} $value | humanizePercentage }} of lookups"
        description: |-
          For half an hour less than {{ int64 .Values.thresholds.cacheHitPercent }} %: it is cold, too small, or its keys expire too soon.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redishitratiolow
{{- end }}
