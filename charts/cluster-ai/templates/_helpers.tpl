{{/* The Secret that the channels of alerts need. */}}
{{- define "cluster-ai.alertmanager.secretName" -}}
{{ if .Values.alertmanager.existingSecret }}{{ .Values.alertmanager.existingSecret }}{{ else }}{{ .Release.Name }}-alertmanager{{ end }}
{{- end }}

{{/* What each workload may take: memory in MiB, CPU in thousandths of a core. */}}
{{- define "cluster-ai.allocated" -}}
{{- $rows := list }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "postgres-primary"
  "pods" 1
  "containers" (list .Values.postgres.resources .Values.postgres.exporter.resources)
)) }}
{{- if ge (int64 .Values.postgres.replicas) 1 }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "postgres-replica"
  "pods" .Values.postgres.replicas
  "containers" (list .Values.postgres.resources .Values.postgres.exporter.resources)
)) }}
{{- end }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "pgbouncer"
  "pods" .Values.pgbouncer.replicas
  "containers" (list .Values.pgbouncer.resources .Values.pgbouncer.exporter.resources)
)) }}
{{- if .Values.redisCluster.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "redis-cluster"
  "pods" (mul .Values.redisCluster.masters (add 1 .Values.redisCluster.replicasPerMaster))
  "containers" (list .Values.redisCluster.resources .Values.redisCluster.exporter.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "redis-cluster-init"
  "pods" 1
  "containers" (list (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if not .Values.redisCluster.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "redis"
  "pods" 1
  "containers" (list .Values.redis.resources .Values.redis.exporter.resources)
)) }}
{{- end }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backend"
  "pods" (ternary (int64 .Values.backend.autoscaling.maxReplicas) (int64 .Values.backend.replicas) .Values.backend.autoscaling.enabled)
  "containers" (list .Values.backend.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "frontend"
  "pods" (ternary (int64 .Values.frontend.autoscaling.maxReplicas) (int64 .Values.frontend.replicas) .Values.frontend.autoscaling.enabled)
  "containers" (list
    .Values.frontend.resources
    (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m"))
  )
)) }}
{{- if .Values.backup.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup"
  "pods" 1
  "containers" (list
    .Values.backup.resources
    .Values.backup.jobResources
    (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m"))
  )
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-postgres"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-postgres-base"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-drill-postgres"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-redis"
  "pods" 1
  "containers" (list
    (dict "limits" (dict "memory" (printf "%dMi" (add (div (include "cluster-ai.bytes" (ternary .Values.redis.resources.limits.memory .Values.redisCluster.resources.limits.memory (not .Values.redisCluster.enabled)) | int64) 1048576) 128))) "requests" (dict "cpu" (ternary .Values.redis.resources.requests.cpu .Values.redisCluster.resources.requests.cpu (not .Values.redisCluster.enabled))))
  )
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-drill-redis"
  "pods" 1
  "containers" (list
    (dict "limits" (dict "memory" (printf "%dMi" (add (div (include "cluster-ai.bytes" (ternary .Values.redis.resources.limits.memory .Values.redisCluster.resources.limits.memory (not .Values.redisCluster.enabled)) | int64) 1048576) 128))) "requests" (dict "cpu" (ternary .Values.redis.resources.requests.cpu .Values.redisCluster.resources.requests.cpu (not .Values.redisCluster.enabled))))
  )
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if and .Values.backup.enabled .Values.backup.volumeSnapshots.claims }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-snapshots"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if and .Values.backup.enabled .Values.backup.volumeArchives.claims }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "backup-volume"
  "pods" (len .Values.backup.volumeArchives.claims | int64)
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if .Values.elasticsearch.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "elasticsearch"
  "pods" .Values.elasticsearch.replicas
  "containers" (list .Values.elasticsearch.resources)
  "initContainers" (list (dict "limits" (dict "memory" "256Mi") "requests" (dict "cpu" "50m")))
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "elasticsearch-setup"
  "pods" 1
  "containers" (list .Values.elasticsearch.setup.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "elasticsearch-exporter"
  "pods" 1
  "containers" (list .Values.elasticsearch.exporter.resources)
)) }}
{{- end }}
{{- if and .Values.elasticsearch.enabled .Values.logstash.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "logstash"
  "pods" .Values.logstash.replicas
  "containers" (list .Values.logstash.resources .Values.logstash.exporter.resources)
  "initContainers" (list (dict "limits" (dict "memory" "32Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if and .Values.elasticsearch.enabled .Values.kibana.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "kibana"
  "pods" .Values.kibana.replicas
  "containers" (list .Values.kibana.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "kibana-import"
  "pods" 1
  "containers" (list .Values.kibana.import.resources)
)) }}
{{- end }}
{{- if .Values.jaeger.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "jaeger"
  "pods" .Values.jaeger.replicas
  "containers" (list .Values.jaeger.resources)
)) }}
{{- end }}
{{- if and .Values.jaeger.enabled (eq .Values.jaeger.storage "elasticsearch") }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "jaeger-cleaner"
  "pods" 1
  "containers" (list .Values.jaeger.cleaner.resources)
)) }}
{{- end }}
{{- if and .Values.opentelemetry.enabled .Values.jaeger.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "opentelemetry-gateway"
  "pods" .Values.opentelemetry.gateway.replicas
  "containers" (list .Values.opentelemetry.gateway.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "opentelemetry-agent"
  "pods" .Values.objectives.budget.nodes
  "containers" (list .Values.opentelemetry.agent.resources)
)) }}
{{- end }}
{{- if and .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "prometheus"
  "pods" 1
  "containers" (list .Values.prometheus.resources .Values.prometheus.reloader.resources)
)) }}
{{- end }}
{{- if and (or .Values.tensorflowServing.enabled .Values.torchserve.enabled .Values.onnx.enabled .Values.tensorrt.enabled) .Values.sampleModels.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "sample-models"
  "pods" 1
  "containers" (list .Values.sampleModels.resources)
)) }}
{{- end }}
{{- if and (or .Values.tensorflowServing.enabled .Values.torchserve.enabled .Values.onnx.enabled .Values.tensorrt.enabled) .Values.modelCache.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "model-cache"
  "pods" 1
  "containers" (list .Values.modelCache.resources .Values.modelCache.exporter.resources)
)) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "model-cache-preload"
  "pods" 1
  "containers" (list .Values.modelCache.preload.resources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if .Values.tensorflowServing.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "tensorflow-serving"
  "pods" (ternary (int64 .Values.tensorflowServing.autoscaling.maxReplicas) (int64 .Values.tensorflowServing.replicas) .Values.tensorflowServing.autoscaling.enabled)
  "containers" (list .Values.tensorflowServing.resources)
  "initContainers" (list
    (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m"))
    .Values.tensorflowServing.fetcher.resources
  )
)) }}
{{- end }}
{{- if .Values.torchserve.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "torchserve"
  "pods" (ternary (int64 .Values.torchserve.autoscaling.maxReplicas) (int64 .Values.torchserve.replicas) .Values.torchserve.autoscaling.enabled)
  "containers" (list .Values.torchserve.resources)
  "initContainers" (list
    (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m"))
    .Values.torchserve.fetcher.resources
  )
)) }}
{{- end }}
{{- if .Values.onnx.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "onnx"
  "pods" (ternary (int64 .Values.onnx.autoscaling.maxReplicas) (int64 .Values.onnx.replicas) .Values.onnx.autoscaling.enabled)
  "containers" (list .Values.onnx.resources)
  "initContainers" (list
    (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m"))
    .Values.onnx.fetcher.resources
  )
)) }}
{{- end }}
{{- if .Values.tensorrt.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "tensorrt"
  "pods" (ternary (int64 .Values.tensorrt.autoscaling.maxReplicas) (int64 .Values.tensorrt.replicas) .Values.tensorrt.autoscaling.enabled)
  "containers" (list .Values.tensorrt.resources)
  "initContainers" (list
    (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m"))
    .Values.tensorrt.fetcher.resources
  )
)) }}
{{- end }}
{{- if and (or .Values.tensorflowServing.enabled .Values.torchserve.enabled .Values.onnx.enabled .Values.tensorrt.enabled) .Values.inferenceGateway.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "inference-gateway"
  "pods" (ternary (int64 .Values.inferenceGateway.autoscaling.maxReplicas) (int64 .Values.inferenceGateway.replicas) .Values.inferenceGateway.autoscaling.enabled)
  "containers" (list .Values.inferenceGateway.resources)
)) }}
{{- end }}
{{- if and .Values.blackbox.enabled .Values.ingress.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "blackbox"
  "pods" 1
  "containers" (list .Values.blackbox.resources)
)) }}
{{- end }}
{{- if and .Values.alertmanager.enabled .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "alertmanager"
  "pods" .Values.alertmanager.replicas
  "containers" (list .Values.alertmanager.resources .Values.alertmanager.reloader.resources)
)) }}
{{- end }}
{{- if and .Values.grafana.enabled .Values.prometheus.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "grafana"
  "pods" 1
  "containers" (list .Values.grafana.resources)
)) }}
{{- end }}
{{- if .Values.secretGenerator.enabled }}
{{- $rows = append $rows (include "cluster-ai.allocation" (dict
  "workload" "secret-generator"
  "pods" 1
  "containers" (list .Values.secretGenerator.resources)
)) }}
{{- end }}
{{- join ", " $rows }}
{{- end }}

{{/* All CPU by the requests of its pods, in thousandths of a core. */}}
{{- define "cluster-ai.allocated.cpu" -}}
{{ include "cluster-ai.sumOfColumn" (dict "rows" (include "cluster-ai.allocated" .) "column" 2) | int64 }}
{{- end }}

{{/* All memory by the limits of its pods, in MiB. */}}
{{- define "cluster-ai.allocated.memory" -}}
{{ include "cluster-ai.sumOfColumn" (dict "rows" (include "cluster-ai.allocated" .) "column" 1) | int64 }}
{{- end }}

{{/* What the pods of a workload may take together: memory limits, and CPU that is set aside, such as api 3072Mi 1500m. */}}
{{- define "cluster-ai.allocation" -}}
{{- $memory := 0 }}
{{- $cpu := 0 }}
{{- range .containers }}
{{- $memory = add $memory (div (add (include "cluster-ai.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = add $cpu (include "cluster-ai.millicores" .requests.cpu | int64) }}
{{- end }}
{{- range .initContainers }}
{{- $memory = max $memory (div (add (include "cluster-ai.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = max $cpu (include "cluster-ai.millicores" .requests.cpu | int64) }}
{{- end }}
{{- range .sidecars }}
{{- $memory = add $memory (div (add (include "cluster-ai.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = add $cpu (include "cluster-ai.millicores" .requests.cpu | int64) }}
{{- end }}
{{- printf "%s %dMi %dm" .workload (mul .pods $memory) (mul .pods $cpu) }}
{{- end }}

{{/* The Secret with the password that encrypts. */}}
{{- define "cluster-ai.backup-encryption.secretName" -}}
{{ if .Values.backup.encryption.existingSecret }}{{ .Values.backup.encryption.existingSecret }}{{ else }}{{ .Release.Name }}-backup-encryption{{ end }}
{{- end }}

{{/* The Secret with the key to the object storage. */}}
{{- define "cluster-ai.backup-offsite.secretName" -}}
{{ if .Values.backup.offsite.existingSecret }}{{ .Values.backup.offsite.existingSecret }}{{ else }}{{ .Release.Name }}-backup-offsite{{ end }}
{{- end }}

{{/* The Secret by which the pods of the backups know each other. */}}
{{- define "cluster-ai.backup.secretName" -}}
{{ if .Values.backup.existingSecret }}{{ .Values.backup.existingSecret }}{{ else }}{{ .Release.Name }}-backup{{ end }}
{{- end }}

{{/* The bytes of a quantity with a binary suffix: 2147483648 for 2Gi. */}}
{{- define "cluster-ai.bytes" -}}
{{- $factors := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- $suffix := trimAll "0123456789" . }}
{{- mul (trimSuffix $suffix .) (get $factors $suffix) }}
{{- end }}

{{/* The security context of every container: Pod Security "restricted", and a read-only root. */}}
{{- define "cluster-ai.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* Whole cores in a CPU quantity, rounded up: 1 for 250m, 2 for 1500m. */}}
{{- define "cluster-ai.cores" -}}
{{- if hasSuffix "m" . }}{{ div (add (trimSuffix "m" .) 999) 1000 }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* The way to DNS, which every pod has. */}}
{{- define "cluster-ai.dnsEgress" -}}
to:
  - namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: {{ .Values.network.dnsNamespace | quote }}
  {{- range $dnsAddress := .Values.network.dnsAddresses }}
  - ipBlock:
      cidr: {{ $dnsAddress | quote }}
  {{- end }}
{{- if .Values.network.dnsPorts }}
ports:
  {{- range $dnsPort := .Values.network.dnsPorts }}
  - port: {{ int64 $dnsPort }}
    protocol: UDP
  {{- end }}
  {{- range $dnsPort := .Values.network.dnsPorts }}
  - port: {{ int64 $dnsPort }}
    protocol: TCP
  {{- end }}
{{- end }}
{{- end }}

{{/* The Secret with the certificate and its authority. */}}
{{- define "cluster-ai.elasticsearch-tls.secretName" -}}
{{ if .Values.elasticsearch.tlsSecretName }}{{ .Values.elasticsearch.tlsSecretName }}{{ else }}{{ .Release.Name }}-elasticsearch-tls{{ end }}
{{- end }}

{{/* The heap of a node, in MiB. */}}
{{- define "cluster-ai.elasticsearch.heap" -}}
{{ min (div (include "cluster-ai.bytes" .Values.elasticsearch.resources.limits.memory | int64) 2097152) 26624 }}
{{- end }}

{{/* The Secret with the passwords of all users. */}}
{{- define "cluster-ai.elasticsearch.secretName" -}}
{{ if .Values.elasticsearch.existingSecret }}{{ .Values.elasticsearch.existingSecret }}{{ else }}{{ .Release.Name }}-elasticsearch{{ end }}
{{- end }}

{{/* The Secret with the password of the user admin and the key for what is kept. */}}
{{- define "cluster-ai.grafana.secretName" -}}
{{ if .Values.grafana.existingSecret }}{{ .Values.grafana.existingSecret }}{{ else }}{{ .Release.Name }}-grafana{{ end }}
{{- end }}

{{/* An x for each item of a list that has this number in a field. */}}
{{- define "cluster-ai.hasItemWith" -}}
{{- range .list }}{{ if eq (int64 (get . $.field)) (int64 $.value) }}x{{ end }}{{ end }}
{{- end }}

{{/* An image: registry/repository:tag, or @digest where one is set. */}}
{{- define "cluster-ai.image" -}}
{{ if .root.Values.global.imageRegistry }}{{ .root.Values.global.imageRegistry }}{{ else }}{{ .image.registry }}{{ end }}/{{ .image.repository }}{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag }}{{ end }}
{{- end }}

{{/* Milliseconds that one try may take. */}}
{{- define "cluster-ai.inference-gateway.onnx.tryMilliseconds" -}}
{{ min (mul .Values.onnx.latencyTargetMilliseconds .Values.inferenceGateway.tryTimeoutTargets) (mul .Values.inferenceGateway.timeoutSeconds 1000) }}
{{- end }}

{{/* Milliseconds that one try may take. */}}
{{- define "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" -}}
{{ min (mul .Values.tensorflowServing.latencyTargetMilliseconds .Values.inferenceGateway.tryTimeoutTargets) (mul .Values.inferenceGateway.timeoutSeconds 1000) }}
{{- end }}

{{/* Milliseconds that one try may take. */}}
{{- define "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" -}}
{{ min (mul .Values.tensorrt.latencyTargetMilliseconds .Values.inferenceGateway.tryTimeoutTargets) (mul .Values.inferenceGateway.timeoutSeconds 1000) }}
{{- end }}

{{/* Milliseconds that one try may take. */}}
{{- define "cluster-ai.inference-gateway.torchserve.tryMilliseconds" -}}
{{ min (mul .Values.torchserve.latencyTargetMilliseconds .Values.inferenceGateway.tryTimeoutTargets) (mul .Values.inferenceGateway.timeoutSeconds 1000) }}
{{- end }}

{{/* MiB that the program may take: four fifths of its limit. */}}
{{- define "cluster-ai.jaegerMemory" -}}
{{ mul (div (include "cluster-ai.bytes" .Values.jaeger.resources.limits.memory | int64) 5242880) 4 }}
{{- end }}

{{/* The Secret with the keys by which Kibana encrypts sessions and what it keeps. */}}
{{- define "cluster-ai.kibana.secretName" -}}
{{ if .Values.kibana.existingSecret }}{{ .Values.kibana.existingSecret }}{{ else }}{{ .Release.Name }}-kibana{{ end }}
{{- end }}

{{/* Labels of an object's own metadata. */}}
{{- define "cluster-ai.labels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
app.kubernetes.io/part-of: cluster-ai
app.kubernetes.io/version: "0.1.0"
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{/* The largest number of a list; 0 for an empty one. */}}
{{- define "cluster-ai.largest" -}}
{{- $largest := 0 }}
{{- range . }}{{ $largest = max $largest . }}{{ end }}
{{- $largest }}
{{- end }}

{{/* The Secret with the certificate for Filebeat. */}}
{{- define "cluster-ai.logstash-tls.secretName" -}}
{{ if .Values.logstash.tlsSecretName }}{{ .Values.logstash.tlsSecretName }}{{ else }}{{ .Release.Name }}-logstash-tls{{ end }}
{{- end }}

{{/* The thousandths of a core in a CPU quantity: 250 for 250m, 2000 for 2. */}}
{{- define "cluster-ai.millicores" -}}
{{- if hasSuffix "m" . }}{{ trimSuffix "m" . }}{{ else }}{{ mul . 1000 }}{{ end }}
{{- end }}

{{/* The memory limit of a server, in bytes. */}}
{{- define "cluster-ai.model-cache.memory" -}}
{{ include "cluster-ai.bytes" .Values.modelCache.resources.limits.memory | int64 }}
{{- end }}

{{/* The Secret with the password. */}}
{{- define "cluster-ai.model-cache.secretName" -}}
{{ if .Values.modelCache.existingSecret }}{{ .Values.modelCache.existingSecret }}{{ else }}{{ .Release.Name }}-model-cache{{ end }}
{{- end }}

{{/* The Secret with the keys to the models. */}}
{{- define "cluster-ai.model-storage.secretName" -}}
{{ if and (or .Values.tensorflowServing.enabled .Values.torchserve.enabled .Values.onnx.enabled .Values.tensorrt.enabled) .Values.sampleModels.enabled }}{{ include "cluster-ai.sample-models.secretName" . }}{{ else }}{{ if .Values.modelStorage.existingSecret }}{{ .Values.modelStorage.existingSecret }}{{ else }}{{ .Release.Name }}-model-storage{{ end }}{{ end }}
{{- end }}

{{/* Memory of one GPU, share or instance, in bytes. */}}
{{- define "cluster-ai.onnx.gpuBytes" -}}
{{ if eq .Values.onnx.accelerator.kind "mig" }}{{ mul .Values.onnx.accelerator.mig.memoryGigabytes 1000000000 }}{{ else }}{{ include "cluster-ai.bytes" .Values.onnx.accelerator.memory | int64 }}{{ end }}
{{- end }}

{{/* The extended resource of its GPUs. */}}
{{- define "cluster-ai.onnx.gpuResource" -}}
{{ if eq .Values.onnx.accelerator.kind "mig" }}nvidia.com/mig-{{ int64 .Values.onnx.accelerator.mig.slices }}g.{{ int64 .Values.onnx.accelerator.mig.memoryGigabytes }}gb{{ else }}{{ if eq .Values.onnx.accelerator.kind "shared" }}nvidia.com/gpu.shared{{ else }}nvidia.com/gpu{{ end }}{{ end }}
{{- end }}

{{/* What all instances take, in bytes. Those of an engine of TensorRT share it. */}}
{{- define "cluster-ai.onnx.instanceBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.onnx.models }}
{{- $sum = add $sum (mul (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) (mul (ternary (int64 $.Values.onnx.accelerator.count) 1 (eq $.Values.onnx.accelerator.kind "gpu")) (ternary 1 (int64 $model.instances) (eq $model.backend "tensorrt")))) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* What the largest model takes, in bytes. */}}
{{- define "cluster-ai.onnx.largestModelBytes" -}}
{{- $largest := 0 }}
{{- range $key, $model := .Values.onnx.models }}
{{- $largest = max $largest (include "cluster-ai.bytes" $model.size | int64) }}
{{- end }}
{{- $largest }}
{{- end }}

{{/* What all versions of all models take, in bytes. */}}
{{- define "cluster-ai.onnx.modelBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.onnx.models }}
{{- $sum = add $sum (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* MiB that the program may take: four fifths of its limit. */}}
{{- define "cluster-ai.opentelemetry.agentMemory" -}}
{{ mul (div (include "cluster-ai.bytes" .Values.opentelemetry.agent.resources.limits.memory | int64) 5242880) 4 }}
{{- end }}

{{/* MiB that the program may take: four fifths of its limit. */}}
{{- define "cluster-ai.opentelemetry.gatewayMemory" -}}
{{ mul (div (include "cluster-ai.bytes" .Values.opentelemetry.gateway.resources.limits.memory | int64) 5242880) 4 }}
{{- end }}

{{/* The most pods that run at a time, the surge of a rollout included. */}}
{{- define "cluster-ai.pgbouncer.mostPods" -}}
{{ add .Values.pgbouncer.replicas 1 }}
{{- end }}

{{/* The most connections that all pods together open to one server. */}}
{{- define "cluster-ai.pgbouncer.serverConnections" -}}
{{ mul (include "cluster-ai.pgbouncer.mostPods" .) (add (add .Values.pgbouncer.defaultPoolSize .Values.pgbouncer.reservePoolSize) 2) }}
{{- end }}

{{/* The security context of every pod: Pod Security "restricted". */}}
{{- define "cluster-ai.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ int64 .user }}
runAsGroup: {{ int64 .user }}
fsGroup: {{ int64 .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The memory limit of a server, in MiB. */}}
{{- define "cluster-ai.postgres.memoryMebibytes" -}}
{{ div (include "cluster-ai.bytes" .Values.postgres.resources.limits.memory | int64) 1048576 }}
{{- end }}

{{/* The Secret with all passwords of the database. */}}
{{- define "cluster-ai.postgres.secretName" -}}
{{ if .Values.postgres.existingSecret }}{{ .Values.postgres.existingSecret }}{{ else }}{{ .Release.Name }}-postgres{{ end }}
{{- end }}

{{/* The size of a data volume, in MiB. */}}
{{- define "cluster-ai.postgres.storageMebibytes" -}}
{{ div (include "cluster-ai.bytes" .Values.postgres.storage.size | int64) 1048576 }}
{{- end }}

{{/* The role that owns the database and logs in for the application. */}}
{{- define "cluster-ai.postgres.username" -}}
{{ if .Values.postgres.username }}{{ .Values.postgres.username }}{{ else }}{{ .Values.postgres.database }}{{ end }}
{{- end }}

{{/* Where who is in another namespace asks for series. */}}
{{- define "cluster-ai.prometheus.urlInCluster" -}}
{{ if .Values.prometheus.operator.enabled }}http://{{ .Values.prometheus.operator.prometheus.host }}:{{ int64 .Values.prometheus.operator.prometheus.port }}{{ else }}http://{{ .Release.Name }}-prometheus.{{ .Release.Namespace }}.svc:9090{{ end }}
{{- end }}

{{/* The memory limit of a server, in bytes. */}}
{{- define "cluster-ai.redis-cluster.memory" -}}
{{ include "cluster-ai.bytes" .Values.redisCluster.resources.limits.memory | int64 }}
{{- end }}

{{/* The Secret with the password. */}}
{{- define "cluster-ai.redis-cluster.secretName" -}}
{{ if .Values.redisCluster.existingSecret }}{{ .Values.redisCluster.existingSecret }}{{ else }}{{ .Release.Name }}-redis{{ end }}
{{- end }}

{{/* The memory limit of a server, in bytes. */}}
{{- define "cluster-ai.redis.memory" -}}
{{ include "cluster-ai.bytes" .Values.redis.resources.limits.memory | int64 }}
{{- end }}

{{/* The Secret with the password. */}}
{{- define "cluster-ai.redis.secretName" -}}
{{ if .Values.redis.existingSecret }}{{ .Values.redis.existingSecret }}{{ else }}{{ .Release.Name }}-redis{{ end }}
{{- end }}

{{/* Names that more than one of a map's entries has: a, b. */}}
{{- define "cluster-ai.repeatedNames" -}}
{{- $names := list }}
{{- $repeated := list }}
{{- range . }}
{{- if has .name $names }}{{ $repeated = append $repeated .name }}{{ end }}
{{- $names = append $names .name }}
{{- end }}
{{- $repeated | uniq | sortAlpha | join ", " }}
{{- end }}

{{/* Numbers that more than one item of a list has in a field: 1, 2. */}}
{{- define "cluster-ai.repeatedNumbers" -}}
{{- $numbers := list }}
{{- $repeated := list }}
{{- range .list }}
{{- $number := int64 (get . $.field) }}
{{- if has $number $numbers }}{{ $repeated = append $repeated $number }}{{ end }}
{{- $numbers = append $numbers $number }}
{{- end }}
{{- $repeated | uniq | join ", " }}
{{- end }}

{{/* What a container asks for and is held to. */}}
{{- define "cluster-ai.resources" -}}
requests:
  cpu: {{ .resources.requests.cpu | quote }}
  memory: {{ .resources.requests.memory | quote }}
  ephemeral-storage: {{ .resources.requests.ephemeralStorage | quote }}
limits:
  {{- if .resources.limits.cpu }}
  cpu: {{ .resources.limits.cpu | quote }}
  {{- end }}
  memory: {{ .resources.limits.memory | quote }}
  ephemeral-storage: {{ .resources.limits.ephemeralStorage | quote }}
{{- end }}

{{/* The Secret with the keys to the sample models. */}}
{{- define "cluster-ai.sample-models.secretName" -}}
{{ if .Values.sampleModels.existingSecret }}{{ .Values.sampleModels.existingSecret }}{{ else }}{{ .Release.Name }}-sample-models{{ end }}
{{- end }}

{{/* Labels that select the pods of a workload; they never change. */}}
{{- define "cluster-ai.selectorLabels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/* Keeps replicas of a workload on different nodes, where there are enough. */}}
{{- define "cluster-ai.spreadAffinity" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "cluster-ai.selectorLabels" (dict "root" .root "name" .name "component" .component) | nindent 12 }}
{{- end }}

{{/* Spreads replicas of a workload over zones. */}}
{{- define "cluster-ai.spreadConstraints" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "cluster-ai.selectorLabels" (dict "root" .root "name" .name "component" .component) | nindent 6 }}
{{- end }}

{{/* The sum of the amounts in a column of rows such as api 3072Mi 1500m, postgres 2048Mi 500m. */}}
{{- define "cluster-ai.sumOfColumn" -}}
{{- $sum := 0 }}
{{- range .rows | splitList ", " | compact }}
{{- $sum = add $sum (index (splitList " " .) (int $.column) | trimSuffix "Mi" | trimSuffix "m") }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* The sum of a field that the entries of a map have. */}}
{{- define "cluster-ai.sumOfField" -}}
{{- $sum := 0 }}
{{- range .map }}{{ $sum = add $sum (get . $.field) }}{{ end }}
{{- $sum }}
{{- end }}

{{/* Memory of one GPU, share or instance, in bytes. */}}
{{- define "cluster-ai.tensorflow-serving.gpuBytes" -}}
{{ if eq .Values.tensorflowServing.accelerator.kind "mig" }}{{ mul .Values.tensorflowServing.accelerator.mig.memoryGigabytes 1000000000 }}{{ else }}{{ include "cluster-ai.bytes" .Values.tensorflowServing.accelerator.memory | int64 }}{{ end }}
{{- end }}

{{/* The extended resource of its GPUs. */}}
{{- define "cluster-ai.tensorflow-serving.gpuResource" -}}
{{ if eq .Values.tensorflowServing.accelerator.kind "mig" }}nvidia.com/mig-{{ int64 .Values.tensorflowServing.accelerator.mig.slices }}g.{{ int64 .Values.tensorflowServing.accelerator.mig.memoryGigabytes }}gb{{ else }}{{ if eq .Values.tensorflowServing.accelerator.kind "shared" }}nvidia.com/gpu.shared{{ else }}nvidia.com/gpu{{ end }}{{ end }}
{{- end }}

{{/* What the largest model takes, in bytes. */}}
{{- define "cluster-ai.tensorflow-serving.largestModelBytes" -}}
{{- $largest := 0 }}
{{- range $key, $model := .Values.tensorflowServing.models }}
{{- $largest = max $largest (include "cluster-ai.bytes" $model.size | int64) }}
{{- end }}
{{- $largest }}
{{- end }}

{{/* What all versions of all models take, in bytes. */}}
{{- define "cluster-ai.tensorflow-serving.modelBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.tensorflowServing.models }}
{{- $sum = add $sum (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* A thread for each core. */}}
{{- define "cluster-ai.tensorflow-serving.threads" -}}
{{ include "cluster-ai.cores" (ternary .Values.tensorflowServing.resources.limits.cpu "1" (not (kindIs "invalid" .Values.tensorflowServing.resources.limits.cpu))) | int64 }}
{{- end }}

{{/* Memory of one GPU, share or instance, in bytes. */}}
{{- define "cluster-ai.tensorrt.gpuBytes" -}}
{{ if eq .Values.tensorrt.accelerator.kind "mig" }}{{ mul .Values.tensorrt.accelerator.mig.memoryGigabytes 1000000000 }}{{ else }}{{ include "cluster-ai.bytes" .Values.tensorrt.accelerator.memory | int64 }}{{ end }}
{{- end }}

{{/* The extended resource of its GPUs. */}}
{{- define "cluster-ai.tensorrt.gpuResource" -}}
{{ if eq .Values.tensorrt.accelerator.kind "mig" }}nvidia.com/mig-{{ int64 .Values.tensorrt.accelerator.mig.slices }}g.{{ int64 .Values.tensorrt.accelerator.mig.memoryGigabytes }}gb{{ else }}{{ if eq .Values.tensorrt.accelerator.kind "shared" }}nvidia.com/gpu.shared{{ else }}nvidia.com/gpu{{ end }}{{ end }}
{{- end }}

{{/* What all instances take, in bytes. Those of an engine of TensorRT share it. */}}
{{- define "cluster-ai.tensorrt.instanceBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.tensorrt.models }}
{{- $sum = add $sum (mul (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) (mul (ternary (int64 $.Values.tensorrt.accelerator.count) 1 (eq $.Values.tensorrt.accelerator.kind "gpu")) (ternary 1 (int64 $model.instances) (eq $model.backend "tensorrt")))) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* What the largest model takes, in bytes. */}}
{{- define "cluster-ai.tensorrt.largestModelBytes" -}}
{{- $largest := 0 }}
{{- range $key, $model := .Values.tensorrt.models }}
{{- $largest = max $largest (include "cluster-ai.bytes" $model.size | int64) }}
{{- end }}
{{- $largest }}
{{- end }}

{{/* What all versions of all models take, in bytes. */}}
{{- define "cluster-ai.tensorrt.modelBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.tensorrt.models }}
{{- $sum = add $sum (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* Keeps the pods of a tier on different nodes, where there are enough. */}}
{{- define "cluster-ai.tierAffinity" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "cluster-ai.tierLabels" (dict "root" .root "name" .name) | nindent 12 }}
{{- end }}

{{/* Spreads the pods of a tier over zones. */}}
{{- define "cluster-ai.tierConstraints" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "cluster-ai.tierLabels" (dict "root" .root "name" .name) | nindent 6 }}
{{- end }}

{{/* Labels that select the pods of all workloads of a tier; they never change. */}}
{{- define "cluster-ai.tierLabels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- end }}

{{/* Taints of nodes that pods tolerate. */}}
{{- define "cluster-ai.tolerations" -}}
{{- range $toleration := .tolerations }}
- key: {{ $toleration.key | quote }}
  operator: {{ $toleration.operator | quote }}
  {{- if $toleration.value }}
  value: {{ $toleration.value | quote }}
  {{- end }}
  {{- if $toleration.effect }}
  effect: {{ $toleration.effect | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Memory of one GPU, share or instance, in bytes. */}}
{{- define "cluster-ai.torchserve.gpuBytes" -}}
{{ if eq .Values.torchserve.accelerator.kind "mig" }}{{ mul .Values.torchserve.accelerator.mig.memoryGigabytes 1000000000 }}{{ else }}{{ include "cluster-ai.bytes" .Values.torchserve.accelerator.memory | int64 }}{{ end }}
{{- end }}

{{/* The extended resource of its GPUs. */}}
{{- define "cluster-ai.torchserve.gpuResource" -}}
{{ if eq .Values.torchserve.accelerator.kind "mig" }}nvidia.com/mig-{{ int64 .Values.torchserve.accelerator.mig.slices }}g.{{ int64 .Values.torchserve.accelerator.mig.memoryGigabytes }}gb{{ else }}{{ if eq .Values.torchserve.accelerator.kind "shared" }}nvidia.com/gpu.shared{{ else }}nvidia.com/gpu{{ end }}{{ end }}
{{- end }}

{{/* What the largest model takes, in bytes. */}}
{{- define "cluster-ai.torchserve.largestModelBytes" -}}
{{- $largest := 0 }}
{{- range $key, $model := .Values.torchserve.models }}
{{- $largest = max $largest (include "cluster-ai.bytes" $model.size | int64) }}
{{- end }}
{{- $largest }}
{{- end }}

{{/* What all versions of all models take, in bytes. */}}
{{- define "cluster-ai.torchserve.modelBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.torchserve.models }}
{{- $sum = add $sum (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* What archives take when they are unpacked, in bytes. */}}
{{- define "cluster-ai.torchserve.unpackedBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.torchserve.models }}
{{- $sum = add $sum (ternary (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) 0 (eq $model.archive "file")) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* What the workers take that are there at the start, in bytes. */}}
{{- define "cluster-ai.torchserve.workerBytes" -}}
{{- $sum := 0 }}
{{- range $key, $model := .Values.torchserve.models }}
{{- $sum = add $sum (mul (mul (include "cluster-ai.bytes" $model.size | int64) (len $model.versions | int64)) $model.minWorkers) }}
{{- end }}
{{- $sum }}
{{- end }}
