{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.search-logs-latest-errors.json" -}}
{
  "type": "search",
  "id": "logs-latest-errors",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.0.0",
  "attributes": {
    "title": "Errors, newest first",
    "description": "",
    "columns": ["labels.tier","kubernetes.pod.name","log.level","message","trace.id"],
    "sort": [["@timestamp","desc"]],
    "kibanaSavedObjectMeta": {
      "searchSourceJSON": "{\"query\":{\"query\":\"log.level: (error or critical or fatal or panic)\",\"language\":\"kuery\"},\"filter\":[],\"indexRefName\":\"kibanaSavedObjectMeta.searchSourceJSON.index\"}"
    }
  },
  "references": [
    {"type":"index-pattern","id":"logs","name":"kibanaSavedObjectMeta.searchSourceJSON.index"}
  ]
}
{{- end }}
