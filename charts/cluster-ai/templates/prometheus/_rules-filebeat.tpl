{{/* The rules of filebeat: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-filebeat" -}}
- name: filebeat
  rules:
    - alert: FilebeatNotShipping
      expr: |
        filebeat_events_active > 0
          and increase(filebeat_events_acked_total[15m]) == 0
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "filebeat"
      annotations:
        summary: "Filebeat on {{ "{{" }} $labels.node }} gets no line away"
        description: "{{ "{{" }} $value | humanize }} lines wait, and Logstash has taken none for a quarter of an hour."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/filebeat.md#filebeatnotshipping
    - alert: FilebeatDropping
      expr: |
        increase(filebeat_events_dropped_total[15m]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "filebeat"
      annotations:
        summary: "Filebeat on {{ "{{" }} $labels.node }} gave {{ "{{" }} $value | humanize }} lines up"
        description: "Within a quarter of an hour. They are not in Elasticsearch."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/filebeat.md#filebeatdropping
    - alert: FilebeatMissing
      expr: |
        kube_node_status_condition{condition="Ready",status="true"} == 1
          unless on (node) filebeat_events_active
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "filebeat"
      annotations:
        summary: "Nobody reads the logs on {{ "{{" }} $labels.node }}"
        description: "For a quarter of an hour its Filebeat has shown no metrics."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/filebeat.md#filebeatmissing
{{- end }}
