{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.logstash.pipelines.yml" -}}
# Written by cdk8s-tiers.
- pipeline.id: intake
  path.config: /etc/logstash/pipelines/intake.conf
- pipeline.id: api
  path.config: /etc/logstash/pipelines/api.conf
- pipeline.id: nginx
  path.config: /etc/logstash/pipelines/nginx.conf
- pipeline.id: postgres
  path.config: /etc/logstash/pipelines/postgres.conf
- pipeline.id: other
  path.config: /etc/logstash/pipelines/other.conf
- pipeline.id: rejected
  path.config: /etc/logstash/pipelines/rejected.conf
{{- end }}
