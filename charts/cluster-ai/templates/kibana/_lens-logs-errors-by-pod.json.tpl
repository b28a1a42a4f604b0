{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-errors-by-pod.json" -}}
{
  "type": "lens",
  "id": "logs-errors-by-pod",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Errors by pod",
    "description": "Which pods log most errors.",
    "visualizationType": "lnsDatatable",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["kubernetes.pod.name","number"],
              "columns": {
                "kubernetes.pod.name": {
                  "label": "pod",
                  "customLabel": true,
                  "dataType": "string",
                  "operationType": "terms",
                  "sourceField": "kubernetes.pod.name",
                  "isBucketed": true,
                  "scale": "ordinal",
                  "params": {
                    "size": 10,
                    "orderBy": {"type":"column","columnId":"number"},
                    "orderDirection": "desc",
                    "otherBucket": true,
                    "missingBucket": false
                  }
                },
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
      "visualization": {
        "layerId": "layer",
        "layerType": "data",
        "columns": [{"columnId":"kubernetes.pod.name"},{"columnId":"number"}]
      },
      "query": {"query":"log.level: (error or critical or fatal or panic)","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
