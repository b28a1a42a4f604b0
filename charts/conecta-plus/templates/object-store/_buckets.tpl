{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.object-store.buckets" -}}
# name publicRead versioning quota expireDays noncurrentDays
{{- range $key, $bucket := .Values.objectStore.buckets }}
{{ $key }} {{ $bucket.publicRead }} {{ $bucket.versioning }} {{ if $bucket.quota }}{{ $bucket.quota }}{{ else }}-{{ end }} {{ if $bucket.expireDays }}{{ int64 $bucket.expireDays }}{{ else }}-{{ end }} {{ if $bucket.noncurrentDays }}{{ int64 $bucket.noncurrentDays }}{{ else }}-{{ end }}
{{- end }}
{{- end }}
