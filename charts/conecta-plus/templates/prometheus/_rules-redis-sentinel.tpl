{{/* The rules of redis-sentinel: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-redis-sentinel" -}}
- name: redis-sentinel
  rules:
    - alert: RedisSentinelNoQuorum
      expr: |
        max by (namespace, release, tier) (redis_sentinel_master_ckquorum_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-sentinel"}) == 0
          or absent(redis_sentinel_master_ckquorum_status{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-sentinel"})
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "The Sentinels cannot agree on another master"
        description: "For two minutes too few of them have reached each other: were the master to go, nothing would replace it."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redissentinelnoquorum
    - alert: RedisSentinelDown
      expr: |
        redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis-sentinel"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "The Sentinel {{ "{{" }} $labels.pod }} does not answer"
        description: "For five minutes: with the loss of one more there may be no majority left for a failover."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redissentineldown
    - alert: RedisSeveralMasters
      expr: |
        count by (namespace, release, tier) (max by (namespace, release, tier, pod) (redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"})) > 1
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $value }} servers say that they are master"
        description: "For a minute: one was cut off, and what clients still write to it will be lost."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redisseveralmasters
    - alert: RedisMasterMissing
      expr: |
        count by (namespace, release, tier) (redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 1)
          unless on (namespace, release, tier) redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"}
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "No server is master"
        description: "For a minute the Sentinels have chosen none: every write fails."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redismastermissing
    - alert: RedisReplicaOutOfStep
      expr: |
        redis_master_link_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 0
      for: 2m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "The replica {{ "{{" }} $labels.pod }} is not connected with its master"
        description: "For two minutes: a failover to it would lose what was written since."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redisreplicaoutofstep
    - alert: RedisNoReplicaInStep
      expr: |
        redis_connected_slaves{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis"} == 0 and on (namespace, release, tier, pod) redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"}
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "The master {{ "{{" }} $labels.pod }} has no replica"
        description: "For two minutes: its loss would lose what was written since, or leave nobody to be chosen."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redisnoreplicainstep
    - alert: RedisMasterChanged
      expr: |
        max by (namespace, release, tier, pod) (redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"})
          unless on (namespace, release, tier, pod) (redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"} offset 5m)
          and on (namespace, release, tier) (redis_instance_info{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="redis",role="master"} offset 5m)
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "redis"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has become master"
        description: "Within the last five minutes, after a failover or the handover of a pod that ended."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/redis-sentinel.md#redismasterchanged
{{- end }}
