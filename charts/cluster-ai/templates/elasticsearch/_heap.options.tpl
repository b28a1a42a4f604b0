{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.elasticsearch.heap.options" -}}
# Written by cdk8s-tiers.
-Xms{{ include "cluster-ai.elasticsearch.heap" . | int64 }}m
-Xmx{{ include "cluster-ai.elasticsearch.heap" . | int64 }}m
# No heap dumps, which hold what was logged, and no files of the garbage collector, up to 2 GB.
-XX:-HeapDumpOnOutOfMemoryError
-Xlog:disable
-Xlog:all=warning:stderr:utctime,level,tags
{{- end }}
