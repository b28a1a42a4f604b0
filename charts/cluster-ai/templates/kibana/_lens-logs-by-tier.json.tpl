{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.lens-logs-by-tier.json" -}}
{
  "type": "lens",
  "id": "logs-by-tier",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Lines by tier",
    "description": "Who logs how much.",
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
                    "size": 10,
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
            "splitAccessor": "labels.tier"
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
