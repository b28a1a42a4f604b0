{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-failed-requests.json" -}}
{
  "type": "lens",
  "id": "logs-failed-requests",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Failed requests",
    "description": "Answered with 5xx, as nginx and the API logged them.",
    "visualizationType": "lnsMetric",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["number"],
              "columns": {
                "number": {
                  "label": "requests",
                  "dataType": "number",
                  "isBucketed": false,
                  "scale": "ratio",
                  "customLabel": true,
                  "operationType": "count",
                  "sourceField": "___records___"
                }
              },
              "incompleteColumns": {}
            }
          }
        }
      },
      "visualization": {"layerId":"layer","layerType":"data","metricAccessor":"number"},
      "query": {"query":"http.response.status_code >= 500","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
