{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.grafana.dashboards.yaml" -}}
apiVersion: 1
providers:
  - name: dashboards
    folder: {{ .Release.Name }}
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: /etc/dashboards
{{- end }}
