{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.kibana.yml" -}}
# Written by cdk8s-tiers.
server.name: {{ .Release.Name }}-kibana
server.host: 0.0.0.0
server.port: 5601
server.shutdownTimeout: 20s
server.securityResponseHeaders.disableEmbedding: true
{{- if .Values.kibana.publicBaseUrl }}
server.publicBaseUrl: {{ .Values.kibana.publicBaseUrl }}
{{- end }}
path.data: /usr/share/kibana/data

elasticsearch.hosts:
  - https://{{ .Release.Name }}-elasticsearch:9200
elasticsearch.username: kibana_system
elasticsearch.ssl.certificateAuthorities:
  - /run/secrets/elasticsearch-tls/ca.crt
elasticsearch.ssl.verificationMode: full

logging:
  appenders:
    json:
      type: console
      layout:
        type: json
  root:
    appenders: [json]
    level: info

telemetry.optIn: false
telemetry.allowChangingOptInStatus: false
newsfeed.enabled: false
map.includeElasticMapsService: false
xpack.fleet.isAirGapped: true
# Reports as PDF start a browser in the pod.
xpack.reporting.enabled: false
{{- end }}
