{{/* The rules of object-store: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-object-store" -}}
- name: object-store
  rules:
    - alert: ObjectStoreDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"} == 1)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "No server of the object store answers"
        description: "For two minutes no object can be read or written."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstoredown
    - alert: ObjectStoreServerDown
      expr: |
        up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "The server {{ "{{" }} $labels.pod }} of the object store does not answer"
        description: "For five minutes: the others serve what it has, and one less of them may be lost."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstoreserverdown
    - alert: ObjectStoreQuorumLost
      expr: |
        max by (namespace, release, tier) (minio_cluster_health_drives_online_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"})
          < max by (namespace, release, tier) (minio_cluster_erasure_set_overall_write_quorum{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"})
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "The object store has {{ "{{" }} $value }} drives left, and serves nothing"
        description: "For a minute they have been fewer than a write needs, so that none of its servers is ready."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstorequorumlost
    - alert: ObjectStoreDriveOffline
      expr: |
        max by (namespace, release, tier) (minio_cluster_health_drives_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"})
          > max by (namespace, release, tier) (minio_cluster_health_drives_online_count{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"})
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "A drive of the object store is away"
        description: "For ten minutes not all of its {{ "{{" }} $value }} drives are there: one less may be lost."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstoredriveoffline
    - alert: ObjectStoreFull
      expr: |
        1 - max by (namespace, release, tier) (minio_cluster_health_capacity_usable_free_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"}) / max by (namespace, release, tier) (minio_cluster_health_capacity_usable_total_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"}) > 0.95
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "The object store is {{ "{{" }} $value | humanizePercentage }} full"
        description: "It refuses to take objects when nothing is left."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstorefull
    - alert: ObjectStoreFilling
      expr: |
        1 - max by (namespace, release, tier) (minio_cluster_health_capacity_usable_free_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"}) / max by (namespace, release, tier) (minio_cluster_health_capacity_usable_total_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store"}) > {{ int64 .Values.thresholds.volumePercent }} / 100
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "The object store is {{ "{{" }} $value | humanizePercentage }} full"
        description: |-
          For a quarter of an hour more than {{ int64 .Values.thresholds.volumePercent }} %.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstorefilling
    - alert: ObjectStoreErrors
      expr: |
        sum by (namespace, release, tier) (rate(minio_api_requests_5xx_errors_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store",type="s3"}[5m]))
          / sum by (namespace, release, tier) (rate(minio_api_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store",type="s3"}[5m]))
          > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests to the object store fail"
        description: |-
          For five minutes more than {{ int64 .Values.thresholds.errorPercent }} % were answered with 5xx.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstoreerrors
    - alert: ObjectStoreWritesRefused
      expr: |
        sum by (namespace, release, tier) (rate(minio_api_requests_4xx_errors_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store",name=~"PutObject|PutObjectPart|NewMultipartUpload|CompleteMultipartUpload"}[5m]))
          / sum by (namespace, release, tier) (rate(minio_api_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="object-store",name=~"PutObject|PutObjectPart|NewMultipartUpload|CompleteMultipartUpload"}[5m]))
          > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "object-store"
      annotations:
        summary: "The object store refuses {{ "{{" }} $value | humanizePercentage }} of what is put into it"
        description: |-
          For five minutes more than {{ int64 .Values.thresholds.errorPercent }} %: a client has a key that is known no longer, or its bucket is full.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/object-store.md#objectstorewritesrefused
{{- end }}
