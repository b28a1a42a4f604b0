{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.elasticsearch.elasticsearch.yml" -}}
# Written by cdk8s-tiers.
cluster.name: {{ .Release.Name }}-elasticsearch
node.name: ${POD_NAME}
path.data: /usr/share/elasticsearch/data
path.logs: /usr/share/elasticsearch/logs

network.host: 0.0.0.0
network.publish_host: ${POD_IP}
http.port: 9200
transport.port: 9300
readiness.port: 9399

discovery.seed_hosts:
  - {{ .Release.Name }}-elasticsearch-headless
# Of the first start alone: who may be master is known to the cluster from then on.
cluster.initial_master_nodes:
  {{- range $index := until (int .Values.elasticsearch.replicas) }}
  - {{ $.Release.Name }}-elasticsearch-{{ int64 $index }}
  {{- end }}

# Without it a node needs no vm.max_map_count, which only who administers it can raise.
node.store.allow_mmap: {{ .Values.elasticsearch.allowMmap }}

xpack.security.enabled: true
xpack.security.enrollment.enabled: false
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: certs/tls.crt
xpack.security.http.ssl.key: certs/tls.key
xpack.security.transport.ssl.enabled: true
# Whoever has a certificate of this authority is a node: pods change their addresses.
xpack.security.transport.ssl.verification_mode: certificate
xpack.security.transport.ssl.certificate: certs/tls.crt
xpack.security.transport.ssl.key: certs/tls.key
xpack.security.transport.ssl.certificate_authorities: certs/ca.crt

# Neither is used; one takes memory, the other asks hosts outside.
xpack.ml.enabled: false
ingest.geoip.downloader.enabled: false
{{- if .Values.elasticsearch.snapshots.enabled }}

s3.client.default.endpoint: {{ .Values.elasticsearch.snapshots.endpoint }}
s3.client.default.region: {{ .Values.elasticsearch.snapshots.region }}
s3.client.default.path_style_access: {{ .Values.elasticsearch.snapshots.pathStyleAccess }}
{{- end }}
{{- end }}
