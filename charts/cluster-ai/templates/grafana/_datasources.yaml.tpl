{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.grafana.datasources.yaml" -}}
apiVersion: 1
# What is no longer named here goes.
prune: true
datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    url: {{ if .Values.prometheus.operator.enabled }}http://{{ .Values.prometheus.operator.prometheus.host }}:{{ int64 .Values.prometheus.operator.prometheus.port }}{{ else }}http://{{ .Release.Name }}-prometheus:9090{{ end }}
    isDefault: true
    editable: false
    jsonData:
      httpMethod: POST
      timeInterval: {{ int64 .Values.prometheus.scrapeIntervalSeconds }}s
      manageAlerts: true
      {{- if and .Values.opentelemetry.enabled .Values.jaeger.enabled }}
      exemplarTraceIdDestinations:
        - { name: trace_id, datasourceUid: jaeger }
      {{- end }}
  {{- if .Values.jaeger.enabled }}
  - name: Jaeger
    uid: jaeger
    type: jaeger
    access: proxy
    url: http://{{ .Release.Name }}-jaeger-query:16686
    isDefault: false
    editable: false
    jsonData:
      tracesToMetrics:
        datasourceUid: prometheus
        tags:
          - { key: service.name, value: service_name }
        queries:
          - { name: Spans per second, query: "sum(rate(traces_span_metrics_calls_total{$$__tags}[5m]))" }
      {{- if .Values.elasticsearch.enabled }}
      tracesToLogsV2:
        datasourceUid: logs
        spanStartTimeShift: -15m
        spanEndTimeShift: 15m
        customQuery: true
        query: 'trace.id:"$${__trace.traceId}"'
      {{- end }}
  {{- end }}
  {{- if .Values.elasticsearch.enabled }}
  - name: Logs
    uid: logs
    type: elasticsearch
    access: proxy
    url: https://{{ .Release.Name }}-elasticsearch:9200
    isDefault: false
    editable: false
    jsonData:
      index: logs-*-default
      timeField: '@timestamp'
      logMessageField: message
      logLevelField: log.level
      {{- if .Values.jaeger.enabled }}
      dataLinks:
        - { field: trace.id, datasourceUid: jaeger, url: '$${__value.raw}' }
      {{- end }}
      tlsAuthWithCACert: true
    basicAuth: true
    basicAuthUser: grafana
    secureJsonData:
      basicAuthPassword: $__file{/run/secrets/logs/grafana-password}
      tlsCACert: $__file{/run/secrets/logs/ca.crt}
  {{- end }}
  {{- if or .Values.prometheus.operator.enabled (and .Values.alertmanager.enabled .Values.prometheus.enabled (not .Values.prometheus.operator.enabled)) }}
  - name: Alertmanager
    uid: alertmanager
    type: alertmanager
    access: proxy
    url: {{ if .Values.prometheus.operator.enabled }}http://{{ .Values.prometheus.operator.alertmanager.host }}:{{ int64 .Values.prometheus.operator.alertmanager.port }}{{ else }}http://{{ .Release.Name }}-alertmanager:9093{{ end }}
    isDefault: false
    editable: false
    jsonData:
      implementation: prometheus
      handleGrafanaManagedAlerts: false
  {{- end }}
{{- end }}
