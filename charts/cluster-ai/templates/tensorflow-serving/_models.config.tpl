{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.tensorflow-serving.models.config" -}}
# Written by cdk8s-tiers.
model_config_list {
  {{- range $key, $model := .Values.tensorflowServing.models }}
  config {
    name: "{{ $key }}"
    base_path: "/models/{{ $key }}"
    model_platform: "tensorflow"
    model_version_policy {
      {{- if and $model.policy (eq $model.policy "latest") }}
      latest { num_versions: 1 }
      {{- else }}
      specific {
        {{- range $version := $model.versions }}
        versions: {{ int64 $version.version }}
        {{- end }}
      }
      {{- end }}
    }
    {{- range $version := $model.versions }}
    {{- if $version.label }}
    version_labels { key: "{{ $version.label }}" value: {{ int64 $version.version }} }
    {{- end }}
    {{- end }}
  }
  {{- end }}
}
{{- end }}
