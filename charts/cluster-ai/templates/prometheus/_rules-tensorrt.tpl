{{/* The rules of tensorrt: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-tensorrt" -}}
- name: tensorrt
  rules:
    - record: model:inference_requests:rate5m
      expr: |
        (
          sum by (namespace, release, tier, model) (rate(nv_inference_request_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
          +
          sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        )
    - record: model:inference_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt",reason!="CANCELED"}[5m]))
          or
          0 *
          (
            sum by (namespace, release, tier, model) (rate(nv_inference_request_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
            +
            sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
          )
        )
        /
        (
          sum by (namespace, release, tier, model) (rate(nv_inference_request_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
          +
          sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        )
    - record: model:inference_duration_seconds:mean5m
      expr: |
        sum by (namespace, release, tier, model) (rate(nv_inference_request_duration_us{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        /
        sum by (namespace, release, tier, model) (rate(nv_inference_request_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        / 1000000
    - record: model:inference_queue_seconds:mean5m
      expr: |
        sum by (namespace, release, tier, model) (rate(nv_inference_queue_duration_us{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        /
        sum by (namespace, release, tier, model) (rate(nv_inference_request_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        / 1000000
    - record: model:inference_batch_size:mean5m
      expr: |
        sum by (namespace, release, tier, model) (rate(nv_inference_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
        /
        sum by (namespace, release, tier, model) (rate(nv_inference_exec_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"}[5m]))
    - alert: ModelServerDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"} == 1)
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "tensorrt"
      annotations:
        summary: "No server of tensorrt answers"
        description: "For five minutes: requests for its models get errors."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverdown
    - alert: ModelsNotLoaded
      expr: |
        up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"} == 0
        {{- if ternary .Values.prometheus.operator.containerMetrics (not (kindIs "invalid" .Values.prometheus.nodeAgents.namespace)) .Values.prometheus.operator.enabled }}
        or on (namespace, pod) kube_pod_status_ready{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",pod=~".+-tensorrt-[0-9]+",condition="true"} == 0
        {{- end }}
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "tensorrt"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has not loaded its models"
        description: "For a quarter of an hour: it fetches or loads them still, or fails to."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelsnotloaded
    {{- if ternary .Values.prometheus.operator.containerMetrics (not (kindIs "invalid" .Values.prometheus.nodeAgents.namespace)) .Values.prometheus.operator.enabled }}
    - alert: ModelServerRestarts
      expr: |
        increase(kube_pod_container_status_restarts_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",pod=~".+-tensorrt-[0-9]+",container="server"}[1h]) > 1
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "tensorrt"
      annotations:
        summary: "The server in {{ "{{" }} $labels.pod }} has restarted {{ "{{" }} $value | humanize }} times within an hour"
        description: "Each time it loads its models anew. Its memory, its GPU or the time that it has to load are too small."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverrestarts
    {{- end }}
    - alert: ModelServerErrors
      expr: |
        model:inference_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"} > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "tensorrt"
      annotations:
        summary: "{{ "{{" }} $labels.model }} of {{ "{{" }} $labels.tier }} fails {{ "{{" }} $value | humanizePercentage }} of its requests"
        description: |-
          For ten minutes more than {{ int64 .Values.thresholds.errorPercent }} %, by no fault of clients.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelservererrors
    - alert: ModelServerQueueSlow
      expr: |
        model:inference_queue_seconds:mean5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="tensorrt"} > {{ int64 .Values.tensorrt.latencyTargetMilliseconds }} / 1000
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "tensorrt"
      annotations:
        summary: "Requests wait {{ "{{" }} $value | humanizeDuration }} in {{ "{{" }} $labels.model }} of {{ "{{" }} $labels.tier }}"
        description: |-
          For ten minutes they have waited longer than the {{ int64 .Values.tensorrt.latencyTargetMilliseconds }} ms within which they are to be answered: more come than it computes.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/model-servers.md#modelserverqueueslow
{{- end }}
