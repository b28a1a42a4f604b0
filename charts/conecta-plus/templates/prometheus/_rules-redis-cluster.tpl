{{/* The rules of redis-cluster: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-redis-cluster" -}}
- name: redis-cluster
  rules:
    - record: tier:redis_keyspace_hits:ratio_rate5m
      expr: |
        sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m]))
          / (
            sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m]))
            + sum by (namespace, release, tier) (rate(redis_keyspace_misses_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m]))
          )
    - alert: RedisDown
      expr: |
        absent(redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 1)
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "No Redis answers"
        description: "For a minute none has: there are no sessions and no cache, and every query goes to the database."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisdown
    - alert: RedisServerDown
      expr: |
        redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "Redis in {{ "{{" }} $labels.pod }} does not answer"
        description: "Its exporter does, and has asked it in vain for five minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisserverdown
    - alert: RedisClusterBroken
      expr: |
        redis_cluster_state{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} says that the cluster has failed"
        description: "For a minute slots have had no master that it can reach: commands on their keys fail."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisclusterbroken
    - alert: RedisSlotsFailing
      expr: |
        max by (namespace, release, tier) (redis_cluster_slots_fail{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} + redis_cluster_slots_pfail{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}) > 0
      for: 2m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $value }} slots are on masters that do not answer"
        description: "For two minutes, where a replica should have taken over within seconds."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisslotsfailing
    - alert: RedisReplicaDisconnected
      expr: |
        redis_master_link_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} is not connected with its master"
        description: "For five minutes: a failover to it would lose what was written since."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisreplicadisconnected
    - alert: RedisMasterAlone
      expr: |
        redis_connected_slaves{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0 and on (namespace, release, tier, pod) redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster",role="master"}
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "The master {{ "{{" }} $labels.pod }} has no replica"
        description: "For ten minutes: its loss would lose its slots."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redismasteralone
    - alert: RedisMemoryHigh
      expr: |
        redis_memory_used_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} / (redis_memory_max_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} > 0) > {{ int64 .Values.thresholds.memoryPercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} uses {{ "{{" }} $value | humanizePercentage }} of maxmemory"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.memoryPercent }} %: soon it evicts keys, sessions among them.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redismemoryhigh
    - alert: RedisEvictsKeys
      expr: |
        rate(redis_evicted_keys_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m]) > 1
      for: 15m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} evicts {{ "{{" }} $value | humanize }} keys per second"
        description: "What it holds is more than maxmemory."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisevictskeys
    - alert: RedisWritesFailing
      expr: |
        redis_aof_last_write_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0 or redis_rdb_last_bgsave_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} == 0
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} cannot write to its disk"
        description: "For two minutes: it refuses writes, or loses with its process what was written since."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#rediswritesfailing
    - alert: RedisConnectionsRejected
      expr: |
        increase(redis_rejected_connections_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has refused {{ "{{" }} $value | humanize }} connections within five minutes"
        description: "It has as many clients as maxclients allows."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redisconnectionsrejected
    - alert: RedisHitRatioLow
      expr: |
        tier:redis_keyspace_hits:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"} < {{ int64 .Values.thresholds.cacheHitPercent }} / 100
          and on (namespace, release, tier)
            sum by (namespace, release, tier) (rate(redis_commands_processed_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-cluster"}[5m])) > 10
      for: 30m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis-cluster"
      annotations:
        summary: "The cache answers {{ "{{" }} $value | humanizePercentage }} of lookups"
        description: |-
          For half an hour less than {{ int64 .Values.thresholds.cacheHitPercent }} %: it is cold, too small, or its keys expire too soon.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis.md#redishitratiolow
{{- end }}
