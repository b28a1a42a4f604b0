{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.torchserve.config.properties" -}}
# Written by cdk8s-tiers.
inference_address=http://0.0.0.0:8080
grpc_inference_address=0.0.0.0
grpc_inference_port=7070
metrics_address=http://0.0.0.0:8082
metrics_mode=prometheus
# Of the node, which others measure; each minute it would start a Python.
disable_system_metrics=true

# Who manages may run code: only from within the pod, where kubectl port-forward comes from.
management_address=http://127.0.0.1:8081
grpc_management_address=127.0.0.1
grpc_management_port=7071
# Models come from the volume: none are registered later, or fetched.
enable_model_api=false
allowed_urls=none
install_py_dep_per_model=false
# Tokens would change with each start; NetworkPolicies say who may ask.
disable_token_authorization=true
enable_envvars_config=false

vmargs=-XX:MaxRAMPercentage=10 -XX:+ExitOnOutOfMemoryError
number_of_gpu={{ if eq .Values.torchserve.accelerator.kind "none" }}0{{ else }}{{ int64 .Values.torchserve.accelerator.count }}{{ end }}
job_queue_size={{ int64 .Values.torchserve.jobQueueSize }}
default_startup_timeout={{ int64 .Values.torchserve.startupTimeoutSeconds }}
model_store=/run/torchserve/store
# The first version of a model is its default, whatever else is said. The comma at the end ends the list.
load_models=\
  {{- range $key, $model := .Values.torchserve.models }}
  {{- range $versionIndex, $version := $model.versions }}
  {{- if eq (add $versionIndex 1) (len $model.versions | int64) }}
  {{ $key }}={{ $key }}-{{ int64 $version.version }}.mar,\
  {{- end }}
  {{- end }}
  {{- range $versionIndex, $version := $model.versions }}
  {{- if ne (add $versionIndex 1) (len $model.versions | int64) }}
  {{ $key }}={{ $key }}-{{ int64 $version.version }}.mar,\
  {{- end }}
  {{- end }}
  {{- end }}
  ,
# By the version that the archive says it has. The empty ones end their lists.
models={\
  {{- range $key, $model := .Values.torchserve.models }}
  "{{ $key }}": {\
    {{- range $version := $model.versions }}
    "{{ int64 $version.version }}": {\
      "marName": "{{ $key }}-{{ int64 $version.version }}.mar",\
      "minWorkers": {{ int64 $model.minWorkers }},\
      "maxWorkers": {{ int64 $model.maxWorkers }},\
      "batchSize": {{ int64 $model.batchSize }},\
      "maxBatchDelay": {{ int64 $model.maxBatchDelayMilliseconds }},\
      "responseTimeout": {{ int64 $model.responseTimeoutSeconds }}},\
    {{- end }}
    "": {}},\
  {{- end }}
  "": {}}
{{- end }}
