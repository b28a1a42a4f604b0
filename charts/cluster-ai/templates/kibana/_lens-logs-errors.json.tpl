{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-errors.json" -}}
{
  "type": "lens",
  "id": "logs-errors",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Errors",
    "description": "Lines of a level from error on.",
    "visualizationType": "lnsMetric",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["number"],
              "columns": {
                "number": {
                  "label": "errors",
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
      "query": {"query":"log.level: (error or critical or fatal or panic)","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
