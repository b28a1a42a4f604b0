{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "node-agents.filebeat.json-exporter.yaml" -}}
# Written by cdk8s-tiers.
modules:
  default:
    metrics:
      - name: filebeat_events_active
        help: Lines that were read, and that Logstash has not taken.
        valuetype: gauge
        path: '{.libbeat.pipeline.events.active}'
      - name: filebeat_events_acked_total
        help: Lines that Logstash has taken.
        valuetype: counter
        path: '{.libbeat.output.events.acked}'
      - name: filebeat_events_failed_total
        help: Lines that had to be sent again.
        valuetype: counter
        path: '{.libbeat.output.events.failed}'
      - name: filebeat_events_dropped_total
        help: Lines that were given up.
        valuetype: counter
        path: '{.libbeat.output.events.dropped}'
      - name: filebeat_open_files
        help: Files that are being read.
        valuetype: gauge
        path: '{.filebeat.harvester.open_files}'
{{- end }}
