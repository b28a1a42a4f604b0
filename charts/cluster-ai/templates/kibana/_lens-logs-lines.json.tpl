{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-lines.json" -}}
{
  "type": "lens",
  "id": "logs-lines",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Lines",
    "description": "All that was logged.",
    "visualizationType": "lnsMetric",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["number"],
              "columns": {
                "number": {
                  "label": "lines",
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
      "query": {"query":"","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
