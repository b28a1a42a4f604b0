{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.logstash.logstash.yml" -}}
# Written by cdk8s-tiers. Whatever is not said here is as in Logstash's documentation of logstash.yml.
path.data: /usr/share/logstash/data
# Only who is let in by the NetworkPolicy reaches it: nobody but the kubelet.
api.http.host: 0.0.0.0
api.http.port: 9600
config.reload.automatic: true
config.reload.interval: 30s
ssl.reload.automatic: true
pipeline.ecs_compatibility: v8
queue.type: persisted
queue.max_bytes: {{ div (include "cluster-ai.bytes" .Values.logstash.storage.size | int64) 10485760 }}mb
dead_letter_queue.enable: true
dead_letter_queue.max_bytes: {{ div (include "cluster-ai.bytes" .Values.logstash.storage.size | int64) 20971520 }}mb
# Rather the newest errors than the oldest: what they say is the same.
dead_letter_queue.storage_policy: drop_older
log.format: json
{{- end }}
