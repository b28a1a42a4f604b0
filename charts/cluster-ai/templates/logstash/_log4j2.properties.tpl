{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.logstash.log4j2.properties" -}}
# Written by cdk8s-tiers.
status = error
name = Logstash

appender.console.type = Console
appender.console.name = console
appender.console.layout.type = JSONLayout
appender.console.layout.compact = true
appender.console.layout.eventEol = true

rootLogger.level = info
rootLogger.appenderRef.console.ref = console

logger.beats.name = org.logstash.beats.BeatsHandler
logger.beats.level = error
logger.elasticsearch.name = logstash.outputs.elasticsearch
logger.elasticsearch.level = error
{{- end }}
