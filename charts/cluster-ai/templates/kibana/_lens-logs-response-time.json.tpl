{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-response-time.json" -}}
{
  "type": "lens",
  "id": "logs-response-time",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Response time",
    "description": "Of 95 % of the requests, in seconds, by tier.",
    "visualizationType": "lnsXY",
    "state": {
      "datasourceStates": {
        "formBased": {
          "layers": {
            "layer": {
              "columnOrder": ["labels.tier","time","number"],
              "columns": {
                "labels.tier": {
                  "label": "tier",
                  "customLabel": true,
                  "dataType": "string",
                  "operationType": "terms",
                  "sourceField": "labels.tier",
                  "isBucketed": true,
                  "scale": "ordinal",
                  "params": {
                    "size": 5,
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
                  "label": "seconds",
                  "dataType": "number",
                  "isBucketed": false,
                  "scale": "ratio",
                  "customLabel": true,
                  "operationType": "percentile",
                  "sourceField": "http.seconds",
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
            "accessors": ["number"],
            "splitAccessor": "labels.tier"
          }
        ]
      },
      "query": {"query":"http.seconds: *","language":"kuery"},
      "filters": []
    }
  },
  "references": [{"type":"index-pattern","id":"logs","name":"indexpattern-datasource-layer-layer"}]
}
{{- end }}
