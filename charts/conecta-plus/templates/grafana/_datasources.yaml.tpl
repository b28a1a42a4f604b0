{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.grafana.datasources.yaml" -}}
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
