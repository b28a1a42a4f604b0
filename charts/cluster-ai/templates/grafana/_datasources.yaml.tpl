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
{{- end }}
