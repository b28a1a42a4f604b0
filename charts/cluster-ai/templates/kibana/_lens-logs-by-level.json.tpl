{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-by-level.json" -}}
{
  "type": "lens",
  "id": "logs-by-level",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Lines by level",
    "description": "How urgent what is logged is.",
    "visualizationType": "lnsXY",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["log.level","time","number"],
              "columns": {
                "log.level": {
                  "label": "level",
                  "customLabel": true,
                  "dataType": "string",
                  "operationType": "terms",
                  "sourceField": "log.level",
                  "isBucketed": true,
                  "scale": "ordinal",
                  "params": {
                    "size": 8,
                    "orderBy": {"type":"column","columnId":"number"},
                    "orderDirection": "desc",
                    "otherBucket": true,
                    "missingBucket": false
                  }
                },
                "time": {
                  "label": "@timestamp",
                  "dataType": "date",
                  "operationType": "date_histogram",
                  "sourceField": "@timestamp",
                  "isBucketed": true,
                  "scale": "interval",
                  "params": {"interval":"auto","includeEmptyRows":true}
                },
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
      "visualization": {
        "legend": {"isVisible":true,"position":"right"},
        "preferredSeriesType": "bar_stacked",
        "layers": [
          {
            "layerId": "layer",
            "layerType": "data",
            "seriesType": "bar_stacked",
            "xAccessor": "time",
            "accessors": ["number"],
            "splitAccessor": "log.level"
          }
        ]
      },
      "query": {"query":"","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
