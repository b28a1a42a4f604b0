{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-slow-statements.json" -}}
{
  "type": "lens",
  "id": "logs-slow-statements",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Slow statements",
    "description": "Milliseconds of 95 % of the statements that PostgreSQL logged as slow.",
    "visualizationType": "lnsXY",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["time","number"],
              "columns": {
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
                  "label": "milliseconds",
                  "dataType": "number",
                  "isBucketed": false,
                  "scale": "ratio",
                  "customLabel": true,
                  "operationType": "percentile",
                  "sourceField": "postgres.milliseconds",
                  "params": {"percentile":95}
                }
              },
              "incompleteColumns": {}
            }
          }
        }
      },
      "visualization": {
        "legend": {"isVisible":true,"position":"right"},
        "preferredSeriesType": "line",
        "layers": [
          {
            "layerId": "layer",
            "layerType": "data",
            "seriesType": "line",
            "xAccessor": "time",
            "accessors": ["number"]
          }
        ]
      },
      "query": {"query":"postgres.milliseconds: *","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
