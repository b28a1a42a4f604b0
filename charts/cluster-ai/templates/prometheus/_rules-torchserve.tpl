{{/* The rules of torchserve: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-torchserve" -}}
- name: torchserve
  rules:
    - record: model:inference_requests:rate5m
      expr: |
        sum by (namespace, release, tier, model) (
          label_replace(rate(ts_inference_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]), "model", "$1", "model_name", "(.*)"))
    - record: model:inference_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier) (rate(Requests5XX{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]))
          or
          0 *
          sum by (namespace, release, tier) (rate(ts_inference_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]))
        )
        /
        sum by (namespace, release, tier) (rate(ts_inference_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]))
      labels:
        model: "all"
    - record: model:inference_duration_seconds:mean5m
      expr: |
        sum by (namespace, release, tier, model) (
          label_replace(rate(ts_inference_latency_microseconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]), "model", "$1", "model_name", "(.*)"))
        /
        sum by (namespace, release, tier, model) (
          label_replace(rate(ts_inference_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]), "model", "$1", "model_name", "(.*)"))
        / 1000000
    - record: model:inference_queue_seconds:mean5m
      expr: |
        sum by (namespace, release, tier, model) (
          label_replace(rate(ts_queue_latency_microseconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]), "model", "$1", "model_name", "(.*)"))
        /
        sum by (namespace, release, tier, model) (
          label_replace(rate(ts_inference_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"}[5m]), "model", "$1", "model_name", "(.*)"))
        / 1000000
    - alert: ModelServerDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"} == 1)
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "torchserve"
      annotations:
        summary: "No server of torchserve answers"
        description: "For five minutes: requests for its models get errors."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverdown
    - alert: ModelsNotLoaded
      expr: |
        up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"} == 0
        {{- if ternary .Values.prometheus.operator.containerMetrics (not (kindIs "invalid" .Values.prometheus.nodeAgents.namespace)) .Values.prometheus.operator.enabled }}
        or on (namespace, pod) kube_pod_status_ready{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",pod=~".+-torchserve-[0-9]+",condition="true"} == 0
        {{- end }}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "torchserve"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has not loaded its models"
        description: "For a quarter of an hour: it fetches or loads them still, or fails to."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelsnotloaded
    {{- if ternary .Values.prometheus.operator.containerMetrics (not (kindIs "invalid" .Values.prometheus.nodeAgents.namespace)) .Values.prometheus.operator.enabled }}
    - alert: ModelServerRestarts
      expr: |
        increase(kube_pod_container_status_restarts_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",pod=~".+-torchserve-[0-9]+",container="server"}[1h]) > 1
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "torchserve"
      annotations:
        summary: "The server in {{ "{{" }} $labels.pod }} has restarted {{ "{{" }} $value | humanize }} times within an hour"
        description: "Each time it loads its models anew. Its memory, its GPU or the time that it has to load are too small."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverrestarts
    {{- end }}
    - alert: ModelServerErrors
      expr: |
        model:inference_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"} > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "torchserve"
      annotations:
        summary: "{{ "{{" }} $labels.tier }} fails {{ "{{" }} $value | humanizePercentage }} of its requests"
        description: |-
          For ten minutes more than {{ int64 .Values.thresholds.errorPercent }} %, by no fault of clients.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelservererrors
    - alert: ModelServerQueueSlow
      expr: |
        model:inference_queue_seconds:mean5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="torchserve"} > {{ int64 .Values.torchserve.latencyTargetMilliseconds }} / 1000
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "torchserve"
      annotations:
        summary: "Requests wait {{ "{{" }} $value | humanizeDuration }} in {{ "{{" }} $labels.model }} of {{ "{{" }} $labels.tier }}"
        description: |-
          For ten minutes they have waited longer than the {{ int64 .Values.torchserve.latencyTargetMilliseconds }} ms within which they are to be answered: more come than it computes.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverqueueslow
{{- end }}
