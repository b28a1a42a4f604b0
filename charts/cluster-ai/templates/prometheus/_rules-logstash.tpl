{{/* The rules of logstash: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-logstash" -}}
- name: logstash
  rules:
    - alert: LogstashDown
      expr: |
        absent(logstash_jvm_heap_used_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"})
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "No Logstash runs"
        description: "For ten minutes: logs wait on the nodes, and are lost when the kubelet throws their files away."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashdown
    - alert: LogstashPipelineStalled
      expr: |
        logstash_pipeline_queue_events{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"} > 0
          and increase(logstash_pipeline_events_out_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"}[10m]) == 0
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "The pipeline {{ "{{" }} $labels.pipeline }} in {{ "{{" }} $labels.pod }} hands nothing on"
        description: "{{ "{{" }} $value | humanize }} lines wait in it, and none has left it for ten minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashpipelinestalled
    - alert: LogstashQueueFilling
      expr: |
        logstash_pipeline_queue_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"} / (logstash_pipeline_queue_max_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"} > 0) > 0.8
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "The queue of {{ "{{" }} $labels.pipeline }} in {{ "{{" }} $labels.pod }} is {{ "{{" }} $value | humanizePercentage }} full"
        description: "More comes in than goes out. When it is full, lines wait on the nodes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashqueuefilling
    - alert: LogstashDeadLetters
      expr: |
        increase(logstash_pipeline_events_in_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash",pipeline="rejected"}[1h]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "Elasticsearch refused {{ "{{" }} $value | humanize }} documents within an hour"
        description: "They are in the data stream of rejected lines, each as one text, with the reason."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashdeadletters
    - alert: LogstashDeadLettersLost
      expr: |
        increase(logstash_pipeline_dead_letters_lost_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"}[1h]) > 0
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has lost {{ "{{" }} $value | humanize }} lines that Elasticsearch refused"
        description: "More are refused than there is room for: something has changed for all lines of {{ "{{" }} $labels.pipeline }}."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashdeadletterslost
    - alert: LogstashReloadFailed
      expr: |
        increase(logstash_pipeline_reload_failures_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"}[15m]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has refused a change of the pipeline {{ "{{" }} $labels.pipeline }}"
        description: "It goes on with what it had: what was changed since does not hold."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashreloadfailed
    - alert: LogstashHeapFull
      expr: |
        logstash_jvm_heap_used_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"} / logstash_jvm_heap_max_bytes{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="logstash"} > 0.9
      for: 15m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "logstash"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} uses {{ "{{" }} $value | humanizePercentage }} of its heap"
        description: "For a quarter of an hour: it collects garbage instead of lines."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/logstash.md#logstashheapfull
{{- end }}
