{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.index-pattern-logs.json" -}}
{
  "type": "index-pattern",
  "id": "logs",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.0.0",
  "attributes": {
    "title": "logs-*-default",
    "name": "Logs",
    "timeFieldName": "@timestamp",
    "fieldFormatMap": "{\"trace.id\":{\"id\":\"url\",\"params\":{\"urlTemplate\":\"{{ .Values.kibana.jaegerUrl }}/trace/{{ "{{" }}value}}\",\"labelTemplate\":\"{{ "{{" }}value}}\"}}}"
  },
  "references": []
}
{{- end }}
