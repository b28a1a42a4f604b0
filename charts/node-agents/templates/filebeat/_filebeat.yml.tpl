{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "node-agents.filebeat.filebeat.yml" -}}
# Written by cdk8s-tiers. Whatever is not said here is as in Filebeat's documentation.
filebeat.inputs:
  - type: filestream
    id: pods
    paths:
      {{- range $namespace := .Values.filebeat.namespaces }}
      - "/var/log/pods/{{ $namespace }}_*/*/*.log"
      # Rotated, until the kubelet compresses it.
      - "/var/log/pods/{{ $namespace }}_*/*/*.log.*[0-9]"
      {{- end }}
    prospector.scanner.fingerprint.enabled: true
    prospector.scanner.fingerprint.length: 64
    file_identity.fingerprint: ~
    # A pod's last lines are read to the end though its files are gone.
    close.on_state_change.removed: false
    clean_removed: false
    ignore_older: 48h
    clean_inactive: 72h
    message_max_bytes: 1048576
    parsers:
      - container:
          stream: all
          format: cri
      - multiline:
          type: pattern
          pattern: '^\s|^$|^During handling of the above exception, another exception occurred:|^The above exception was the direct cause of the following exception:|^Caused by: |^[A-Za-z_][A-Za-z0-9_.]*(Error|Exception|ExceptionGroup|Exit|Interrupt|StopIteration|Warning)(: |$)'
          negate: false
          match: after
          max_lines: 500
          timeout: 5s

processors:
  - add_kubernetes_metadata:
      node: ${NODE_NAME}
      scope: node
      use_kubeadm: false
      # Nothing is sent without the labels by which Logstash tells kinds of logs apart.
      wait_for_metadata: true
      wait_for_metadata_timeout: 0
      default_indexers.enabled: false
      default_matchers.enabled: false
      indexers:
        - pod_uid:
      matchers:
        - logs_path:
            logs_path: /var/log/pods/
            resource_type: pod
      add_resource_metadata:
        namespace:
          enabled: false
        node:
          enabled: false
        deployment: false
        cronjob: false

output.logstash:
  hosts: ["{{ .Values.filebeat.logstash.release }}-logstash.{{ .Values.filebeat.logstash.namespace }}.svc:5044"]
  # Filebeats spread anew over Logstash's pods, which needs a connection without pipelining.
  ttl: 5m
  pipelining: 0
  ssl.certificate_authorities: ["/run/secrets/logstash/ca.crt"]
  ssl.verification_mode: full

http.enabled: true
http.host: 0.0.0.0
http.port: 5066
logging.level: info
logging.metrics.enabled: false
{{- end }}
