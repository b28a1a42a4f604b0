{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.search-logs-latest.json" -}}
{
  "type": "search",
  "id": "logs-latest",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.0.0",
  "attributes": {
    "title": "All lines",
    "description": "",
    "columns": ["labels.tier","kubernetes.pod.name","log.level","message","trace.id"],
    "sort": [["@timestamp","desc"]],
    "kibanaSavedObjectMeta": {
      "searchSourceJSON": "{\"query\":{\"query\":\"\",\"language\":\"kuery\"},\"filter\":[],\"indexRefName\":\"kibanaSavedObjectMeta.searchSourceJSON.index\"}"
    }
  },
  "references": [
    {"type":"index-pattern","id":"logs","name":"kibanaSavedObjectMeta.searchSourceJSON.index"}
  ]
}
{{- end }}
