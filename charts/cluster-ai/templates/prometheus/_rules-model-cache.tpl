{{/* The rules of model-cache: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-model-cache" -}}
- name: model-cache
  rules:
    - record: tier:model_cache_hits:ratio_rate1h
      expr: |
        sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]))
          / (
            sum by (namespace, release, tier) (rate(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]))
            + sum by (namespace, release, tier) (rate(redis_keyspace_misses_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]))
          )
    - alert: ModelCacheDown
      expr: |
        absent(redis_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"} == 1)
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "model-cache"
      annotations:
        summary: "The cache of models does not answer"
        description: "For five minutes: servers that start fetch all of their models from object storage."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-cache.md#modelcachedown
    - alert: ModelCacheHitRateLow
      expr: |
        tier:model_cache_hits:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"} < {{ int64 .Values.thresholds.modelCacheHitPercent }} / 100
          and on (namespace, release, tier)
            sum by (namespace, release, tier) (
              increase(redis_keyspace_hits_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]) + increase(redis_keyspace_misses_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]))
            > 32
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "model-cache"
      annotations:
        summary: "The cache had {{ "{{" }} $value | humanizePercentage }} of what was read of models within an hour"
        description: |-
          For a quarter of an hour less than {{ int64 .Values.thresholds.modelCacheHitPercent }} %: it is too small, or empty after a restart, and servers start slowly.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-cache.md#modelcachehitratelow
    - alert: ModelCacheEvicts
      expr: |
        increase(redis_evicted_keys_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="model-cache"}[1h]) > 32
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "model-cache"
      annotations:
        summary: "The cache of models has evicted {{ "{{" }} $value | humanize }} chunks within an hour"
        description: "What servers fetch is more than it has memory for."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-cache.md#modelcacheevicts
    {{- if ternary .Values.prometheus.operator.containerMetrics (not (kindIs "invalid" .Values.prometheus.nodeAgents.namespace)) .Values.prometheus.operator.enabled }}
    - alert: ModelCachePreloadFailing
      expr: |
        kube_cronjob_status_last_schedule_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-model-cache-preload"}
          unless on (namespace, cronjob)
            kube_cronjob_status_last_successful_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-model-cache-preload"} >= kube_cronjob_status_last_schedule_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-model-cache-preload"}
      for: 90m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "model-cache"
      annotations:
        summary: "The cache of models is not filled"
        description: "For an hour and a half {{ "{{" }} $labels.cronjob }} has been due, and has not succeeded."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-cache.md#modelcachepreloadfailing
    {{- end }}
{{- end }}
