{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-failed-paths.json" -}}
{
  "type": "lens",
  "id": "logs-failed-paths",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Failed paths",
    "description": "Paths that were answered with 5xx most often.",
    "visualizationType": "lnsDatatable",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["url.path","number"],
              "columns": {
                "url.path": {
                  "label": "path",
                  "customLabel": true,
                  "dataType": "string",
                  "operationType": "terms",
                  "sourceField": "url.path",
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
      "visualization": {
        "layerId": "layer",
        "layerType": "data",
        "columns": [{"columnId":"url.path"},{"columnId":"number"}]
      },
      "query": {"query":"http.response.status_code >= 500","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
