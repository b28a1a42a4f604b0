{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.tensorflow-serving.models" -}}
# model version SHA-256-of-SHA256SUMS variant
{{- range $key, $model := .Values.tensorflowServing.models }}
{{- range $version := $model.versions }}
{{ $key }} {{ int64 $version.version }} {{ if $version.sha256 }}{{ $version.sha256 }}{{ else }}-{{ end }} {{ if $model.variant }}{{ $model.variant }}{{ else }}-{{ end }}
{{- end }}
{{- end }}
{{- end }}
