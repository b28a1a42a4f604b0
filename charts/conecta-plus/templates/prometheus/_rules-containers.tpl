{{/* The rules of containers: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-containers" -}}
- name: containers
  rules:
    - record: pod:container_cpu_usage_seconds:rate5m
      expr: |
        sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",container!="",container!="POD"}[5m]))
    - record: pod:container_memory_working_set_bytes:sum
      expr: |
        sum by (namespace, pod) (container_memory_working_set_bytes{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",container!="",container!="POD"})
    - alert: PodNotReady
      expr: |
        sum by (namespace, pod) (kube_pod_status_phase{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",phase=~"Pending|Unknown"}) > 0
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "{{ "{{" }} $labels.pod }} does not start"
        description: "For a quarter of an hour: no node has room, an image or a volume is missing, or its node is gone."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#podnotready
    - alert: ContainerRestarts
      expr: |
        increase(kube_pod_container_status_restarts_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*"}[15m]) > 3
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "Container {{ "{{" }} $labels.container }} of {{ "{{" }} $labels.pod }} keeps restarting"
        description: "{{ "{{" }} $value | humanize }} times within a quarter of an hour."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#containerrestarts
    - alert: ContainerOutOfMemory
      expr: |
        increase(kube_pod_container_status_restarts_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*"}[15m]) > 0
          and on (namespace, pod, container)
            kube_pod_container_status_last_terminated_reason{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",reason="OOMKilled"} == 1
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "Container {{ "{{" }} $labels.container }} of {{ "{{" }} $labels.pod }} was killed for its memory"
        description: "It reached its limit within the last quarter of an hour."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#containeroutofmemory
    - alert: ContainerMemoryHigh
      expr: |
        sum by (namespace, pod, container) (container_memory_working_set_bytes{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",container!="",container!="POD"})
          / sum by (namespace, pod, container) (kube_pod_container_resource_limits{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",resource="memory"})
          > {{ int64 .Values.thresholds.memoryPercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "Container {{ "{{" }} $labels.container }} of {{ "{{" }} $labels.pod }} uses {{ "{{" }} $value | humanizePercentage }} of its memory"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.memoryPercent }} % of its limit, at which it is killed.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#containermemoryhigh
    - alert: ContainerThrottled
      expr: |
        sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",container!="",container!="POD"}[5m]))
          / sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{namespace="{{ .Release.Namespace }}",pod=~"{{ .Release.Name }}-.*",container!="",container!="POD"}[5m]))
          > {{ int64 .Values.thresholds.throttledPercent }} / 100
      for: 15m
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "Container {{ "{{" }} $labels.container }} of {{ "{{" }} $labels.pod }} is held back {{ "{{" }} $value | humanizePercentage }} of the time"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.throttledPercent }} %: its CPU limit makes it slow.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#containerthrottled
    - alert: VolumeFull
      expr: |
        1 - kubelet_volume_stats_available_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} / kubelet_volume_stats_capacity_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} > 0.95
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The volume {{ "{{" }} $labels.persistentvolumeclaim }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: "What writes to it stops when nothing is left."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#volumefull
    - alert: VolumeFilling
      expr: |
        1 - kubelet_volume_stats_available_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} / kubelet_volume_stats_capacity_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} > {{ int64 .Values.thresholds.volumePercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The volume {{ "{{" }} $labels.persistentvolumeclaim }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.volumePercent }} %.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#volumefilling
    - alert: VolumeFullWithinDays
      expr: |
        predict_linear(kubelet_volume_stats_available_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"}[6h], 4 * 86400) < 0
          and kubelet_volume_stats_available_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} / kubelet_volume_stats_capacity_bytes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} < 0.4
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The volume {{ "{{" }} $labels.persistentvolumeclaim }} will be full within four days"
        description: "As it has filled for six hours. Less than 40 % are free."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#volumefullwithindays
    - alert: VolumeInodes
      expr: |
        kubelet_volume_stats_inodes_free{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} / (kubelet_volume_stats_inodes{namespace="{{ .Release.Namespace }}",persistentvolumeclaim=~".*-{{ .Release.Name }}-.*"} > 0) < 0.05
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The volume {{ "{{" }} $labels.persistentvolumeclaim }} has {{ "{{" }} $value | humanizePercentage }} of its inodes left"
        description: "Without inodes no file can be made, however many bytes are free."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/containers.md#volumeinodes
{{- end }}
