{{/* The Secret that the channels of alerts need. */}}
{{- define "conecta-plus.alertmanager.secretName" -}}
{{ if .Values.alertmanager.existingSecret }}{{ .Values.alertmanager.existingSecret }}{{ else }}{{ .Release.Name }}-alertmanager{{ end }}
{{- end }}

{{/* All CPU by the requests of its pods, in thousandths of a core. */}}
{{- define "conecta-plus.allocated.cpu" -}}
{{ add (include "conecta-plus.sumOfColumn" (dict "rows" (include "conecta-plus.allocated.serving" .) "column" 2) | int64) (include "conecta-plus.sumOfColumn" (dict "rows" (include "conecta-plus.allocated.others" .) "column" 2) | int64) }}
{{- end }}

{{/* All memory by the limits of its pods, in MiB. */}}
{{- define "conecta-plus.allocated.memory" -}}
{{ add (include "conecta-plus.sumOfColumn" (dict "rows" (include "conecta-plus.allocated.serving" .) "column" 1) | int64) (include "conecta-plus.sumOfColumn" (dict "rows" (include "conecta-plus.allocated.others" .) "column" 1) | int64) }}
{{- end }}

{{/* The same of all other workloads. */}}
{{- define "conecta-plus.allocated.others" -}}
{{- $rows := list }}
{{- if ge (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 5000 }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "redis-cluster-init"
  "pods" 1
  "containers" (list (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if not .Values.objectStore.external.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "object-store-setup"
  "pods" 1
  "containers" (list .Values.objectStore.jobResources)
)) }}
{{- end }}
{{- if .Values.backup.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup"
  "pods" 1
  "containers" (list
    .Values.backup.resources
    .Values.backup.jobResources
    (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m"))
  )
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup-postgres"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup-postgres-base"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup-drill-postgres"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if and .Values.backup.enabled .Values.backup.volumeSnapshots.claims }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup-snapshots"
  "pods" 1
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if and .Values.backup.enabled .Values.backup.volumeArchives.claims }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "backup-volume"
  "pods" (len .Values.backup.volumeArchives.claims | int64)
  "containers" (list .Values.backup.jobResources)
  "initContainers" (list (dict "limits" (dict "memory" "128Mi") "requests" (dict "cpu" "10m")))
)) }}
{{- end }}
{{- if eq .Values.certificates.source "generate" }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "certificates"
  "pods" 1
  "containers" (list .Values.certificates.resources)
)) }}
{{- end }}
{{- if and .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "prometheus"
  "pods" 1
  "containers" (list .Values.prometheus.resources .Values.prometheus.reloader.resources)
)) }}
{{- end }}
{{- if .Values.blackbox.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "blackbox"
  "pods" 1
  "containers" (list .Values.blackbox.resources)
)) }}
{{- end }}
{{- if and .Values.alertmanager.enabled .Values.prometheus.enabled (not .Values.prometheus.operator.enabled) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "alertmanager"
  "pods" .Values.alertmanager.replicas
  "containers" (list .Values.alertmanager.resources .Values.alertmanager.reloader.resources)
)) }}
{{- end }}
{{- if and .Values.grafana.enabled .Values.prometheus.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "grafana"
  "pods" 1
  "containers" (list .Values.grafana.resources)
)) }}
{{- end }}
{{- if .Values.secretGenerator.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "secret-generator"
  "pods" 1
  "containers" (list .Values.secretGenerator.resources)
)) }}
{{- end }}
{{- join ", " $rows }}
{{- end }}

{{/* What each workload that serves users may take: memory in MiB, CPU in thousandths of a core. */}}
{{- define "conecta-plus.allocated.serving" -}}
{{- $rows := list }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "load-balancer"
  "pods" .Values.loadBalancer.replicas
  "containers" (list
    .Values.loadBalancer.resources
    (dict "limits" (dict "memory" "64Mi") "requests" (dict "cpu" "10m"))
  )
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "api"
  "pods" (ternary (int64 .Values.api.autoscaling.maxReplicas) (include "conecta-plus.api.replicas" . | int64) .Values.api.autoscaling.enabled)
  "containers" (list .Values.api.resources)
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "postgres-primary"
  "pods" 1
  "containers" (list .Values.postgres.resources .Values.postgres.exporter.resources)
)) }}
{{- if ge (int64 .Values.postgres.replicas) 1 }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "postgres-replica"
  "pods" .Values.postgres.replicas
  "containers" (list .Values.postgres.resources .Values.postgres.exporter.resources)
)) }}
{{- end }}
{{- if lt (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 5000 }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "redis"
  "pods" (add 1 .Values.redis.replicas)
  "containers" (list .Values.redis.resources .Values.redis.exporter.resources)
)) }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "redis-sentinel"
  "pods" .Values.redis.sentinels
  "containers" (list .Values.redis.sentinel.resources .Values.redis.exporter.resources)
)) }}
{{- end }}
{{- if ge (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 5000 }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "redis-cluster"
  "pods" (mul .Values.redisCluster.masters (add 1 .Values.redisCluster.replicasPerMaster))
  "containers" (list .Values.redisCluster.resources .Values.redisCluster.exporter.resources)
)) }}
{{- end }}
{{- if not .Values.objectStore.external.enabled }}
{{- $rows = append $rows (include "conecta-plus.allocation" (dict
  "workload" "object-store"
  "pods" .Values.objectStore.servers
  "containers" (list .Values.objectStore.resources)
)) }}
{{- end }}
{{- join ", " $rows }}
{{- end }}

{{/* What the pods of a workload may take together: memory limits, and CPU that is set aside, such as api 3072Mi 1500m. */}}
{{- define "conecta-plus.allocation" -}}
{{- $memory := 0 }}
{{- $cpu := 0 }}
{{- range .containers }}
{{- $memory = add $memory (div (add (include "conecta-plus.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = add $cpu (include "conecta-plus.millicores" .requests.cpu | int64) }}
{{- end }}
{{- range .initContainers }}
{{- $memory = max $memory (div (add (include "conecta-plus.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = max $cpu (include "conecta-plus.millicores" .requests.cpu | int64) }}
{{- end }}
{{- range .sidecars }}
{{- $memory = add $memory (div (add (include "conecta-plus.bytes" .limits.memory) 1048575) 1048576) }}
{{- $cpu = add $cpu (include "conecta-plus.millicores" .requests.cpu | int64) }}
{{- end }}
{{- printf "%s %dMi %dm" .workload (mul .pods $memory) (mul .pods $cpu) }}
{{- end }}

{{/* Connections that each process keeps to each database server. */}}
{{- define "conecta-plus.api.databasePoolSize" -}}
{{ if .Values.api.databasePoolSize }}{{ int64 .Values.api.databasePoolSize }}{{ else }}{{ div (add (include "conecta-plus.plan.databaseConnections" .) (sub (mul (ternary (int64 .Values.api.autoscaling.maxReplicas) (include "conecta-plus.api.replicas" . | int64) .Values.api.autoscaling.enabled) (include "conecta-plus.api.processes" .)) 1)) (mul (ternary (int64 .Values.api.autoscaling.maxReplicas) (include "conecta-plus.api.replicas" . | int64) .Values.api.autoscaling.enabled) (include "conecta-plus.api.processes" .)) }}{{ end }}
{{- end }}

{{/* Processes in each instance. */}}
{{- define "conecta-plus.api.processes" -}}
{{ if .Values.api.processes }}{{ int64 .Values.api.processes }}{{ else }}{{ include "conecta-plus.cores" (ternary .Values.api.resources.limits.cpu .Values.api.resources.requests.cpu (not (kindIs "invalid" .Values.api.resources.limits.cpu))) | int64 }}{{ end }}
{{- end }}

{{/* Instances where no autoscaler decides. */}}
{{- define "conecta-plus.api.replicas" -}}
{{ if .Values.api.replicas }}{{ int64 .Values.api.replicas }}{{ else }}{{ include "conecta-plus.plan.instances" . | int64 }}{{ end }}
{{- end }}

{{/* The Secret with the password that encrypts. */}}
{{- define "conecta-plus.backup-encryption.secretName" -}}
{{ if .Values.backup.encryption.existingSecret }}{{ .Values.backup.encryption.existingSecret }}{{ else }}{{ .Release.Name }}-backup-encryption{{ end }}
{{- end }}

{{/* The Secret with the key to the object storage. */}}
{{- define "conecta-plus.backup-offsite.secretName" -}}
{{ if .Values.backup.offsite.existingSecret }}{{ .Values.backup.offsite.existingSecret }}{{ else }}{{ .Release.Name }}-backup-offsite{{ end }}
{{- end }}

{{/* The Secret by which the pods of the backups know each other. */}}
{{- define "conecta-plus.backup.secretName" -}}
{{ if .Values.backup.existingSecret }}{{ .Values.backup.existingSecret }}{{ else }}{{ .Release.Name }}-backup{{ end }}
{{- end }}

{{/* The bytes of a quantity with a binary suffix: 2147483648 for 2Gi. */}}
{{- define "conecta-plus.bytes" -}}
{{- $factors := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- $suffix := trimAll "0123456789" . }}
{{- mul (trimSuffix $suffix .) (get $factors $suffix) }}
{{- end }}

{{/* The security context of every container: Pod Security "restricted", and a read-only root. */}}
{{- define "conecta-plus.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* Whole cores in a CPU quantity, rounded up: 1 for 250m, 2 for 1500m. */}}
{{- define "conecta-plus.cores" -}}
{{- if hasSuffix "m" . }}{{ div (add (trimSuffix "m" .) 999) 1000 }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* The way to DNS, which every pod has. */}}
{{- define "conecta-plus.dnsEgress" -}}
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

{{/* The Secret with the password of the user admin and the key for what is kept. */}}
{{- define "conecta-plus.grafana.secretName" -}}
{{ if .Values.grafana.existingSecret }}{{ .Values.grafana.existingSecret }}{{ else }}{{ .Release.Name }}-grafana{{ end }}
{{- end }}

{{/* An image: registry/repository:tag, or @digest where one is set. */}}
{{- define "conecta-plus.image" -}}
{{ if .root.Values.global.imageRegistry }}{{ .root.Values.global.imageRegistry }}{{ else }}{{ .image.registry }}{{ end }}/{{ .image.repository }}{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag }}{{ end }}
{{- end }}

{{/* Labels of an object's own metadata. */}}
{{- define "conecta-plus.labels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
app.kubernetes.io/part-of: conecta-plus
app.kubernetes.io/version: "0.1.0"
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{/* The Secret with the certificate of the load balancer. */}}
{{- define "conecta-plus.load-balancer.secretName" -}}
{{ if .Values.loadBalancer.tls.existingSecret }}{{ .Values.loadBalancer.tls.existingSecret }}{{ else }}{{ .Release.Name }}-load-balancer-tls{{ end }}
{{- end }}

{{/* The thousandths of a core in a CPU quantity: 250 for 250m, 2000 for 2. */}}
{{- define "conecta-plus.millicores" -}}
{{- if hasSuffix "m" . }}{{ trimSuffix "m" . }}{{ else }}{{ mul . 1000 }}{{ end }}
{{- end }}

{{/* The Secret with the certificate of the servers. */}}
{{- define "conecta-plus.object-store-tls.secretName" -}}
{{ if .Values.objectStore.tls.existingSecret }}{{ .Values.objectStore.tls.existingSecret }}{{ else }}{{ .Release.Name }}-object-store-tls{{ end }}
{{- end }}

{{/* The Secret with the keys. */}}
{{- define "conecta-plus.object-store.secretName" -}}
{{ if .Values.objectStore.existingSecret }}{{ .Values.objectStore.existingSecret }}{{ else }}{{ .Release.Name }}-object-store{{ end }}
{{- end }}

{{/* Where the S3 API is. */}}
{{- define "conecta-plus.object-store.url" -}}
{{ if .Values.objectStore.external.enabled }}{{ .Values.objectStore.external.endpoint }}{{ else }}{{ if .Values.objectStore.tls.enabled }}https{{ else }}http{{ end }}://{{ .Release.Name }}-object-store:9000{{ end }}
{{- end }}

{{/* Connections to the database, by the capacity plan. */}}
{{- define "conecta-plus.plan.databaseConnections" -}}
{{ add 100 (div (add (mul (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 1) 9) 10) }}
{{- end }}

{{/* Instances of the application, by the capacity plan. */}}
{{- define "conecta-plus.plan.instances" -}}
{{ max 3 (add 1 (div (add (mul (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 1) 499) 500)) }}
{{- end }}

{{/* Memory of what serves users, in MiB, by the capacity plan. */}}
{{- define "conecta-plus.plan.memory" -}}
{{ add 4096 (div (add (mul (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 8192) 999) 1000) }}
{{- end }}

{{/* The security context of every pod: Pod Security "restricted". */}}
{{- define "conecta-plus.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ int64 .user }}
runAsGroup: {{ int64 .user }}
fsGroup: {{ int64 .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The Secret with the certificate of the database. */}}
{{- define "conecta-plus.postgres-tls.secretName" -}}
{{ if .Values.postgres.tls.existingSecret }}{{ .Values.postgres.tls.existingSecret }}{{ else }}{{ .Release.Name }}-postgres-tls{{ end }}
{{- end }}

{{/* The memory limit of a server, in MiB. */}}
{{- define "conecta-plus.postgres.memoryMebibytes" -}}
{{ div (include "conecta-plus.bytes" .Values.postgres.resources.limits.memory | int64) 1048576 }}
{{- end }}

{{/* The Secret with all passwords of the database. */}}
{{- define "conecta-plus.postgres.secretName" -}}
{{ if .Values.postgres.existingSecret }}{{ .Values.postgres.existingSecret }}{{ else }}{{ .Release.Name }}-postgres{{ end }}
{{- end }}

{{/* The size of a data volume, in MiB. */}}
{{- define "conecta-plus.postgres.storageMebibytes" -}}
{{ div (include "conecta-plus.bytes" .Values.postgres.storage.size | int64) 1048576 }}
{{- end }}

{{/* The role that owns the database and logs in for the application. */}}
{{- define "conecta-plus.postgres.username" -}}
{{ if .Values.postgres.username }}{{ .Values.postgres.username }}{{ else }}{{ .Values.postgres.database }}{{ end }}
{{- end }}

{{/* The memory limit of a server, in bytes. */}}
{{- define "conecta-plus.redis-cluster.memory" -}}
{{ include "conecta-plus.bytes" .Values.redisCluster.resources.limits.memory | int64 }}
{{- end }}

{{/* The Secret with the password. */}}
{{- define "conecta-plus.redis-cluster.secretName" -}}
{{ if .Values.redisCluster.existingSecret }}{{ .Values.redisCluster.existingSecret }}{{ else }}{{ .Release.Name }}-redis{{ end }}
{{- end }}

{{/* The memory limit of a server, in bytes. */}}
{{- define "conecta-plus.redis.memory" -}}
{{ include "conecta-plus.bytes" .Values.redis.resources.limits.memory | int64 }}
{{- end }}

{{/* The Secret with the password. */}}
{{- define "conecta-plus.redis.secretName" -}}
{{ if .Values.redis.existingSecret }}{{ .Values.redis.existingSecret }}{{ else }}{{ .Release.Name }}-redis{{ end }}
{{- end }}

{{/* Names that more than one of a map's entries has: a, b. */}}
{{- define "conecta-plus.repeatedNames" -}}
{{- $names := list }}
{{- $repeated := list }}
{{- range . }}
{{- if has .name $names }}{{ $repeated = append $repeated .name }}{{ end }}
{{- $names = append $names .name }}
{{- end }}
{{- $repeated | uniq | sortAlpha | join ", " }}
{{- end }}

{{/* What a container asks for and is held to. */}}
{{- define "conecta-plus.resources" -}}
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

{{/* Labels that select the pods of a workload; they never change. */}}
{{- define "conecta-plus.selectorLabels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/* Keeps replicas of a workload on different nodes; where there are too few, one stays Pending. */}}
{{- define "conecta-plus.separateAffinity" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- include "conecta-plus.selectorLabels" (dict "root" .root "name" .name "component" .component) | nindent 10 }}
{{- end }}

{{/* Keeps replicas of a workload on different nodes, where there are enough. */}}
{{- define "conecta-plus.spreadAffinity" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "conecta-plus.selectorLabels" (dict "root" .root "name" .name "component" .component) | nindent 12 }}
{{- end }}

{{/* Spreads replicas of a workload over zones. */}}
{{- define "conecta-plus.spreadConstraints" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "conecta-plus.selectorLabels" (dict "root" .root "name" .name "component" .component) | nindent 6 }}
{{- end }}

{{/* The sum of the amounts in a column of rows such as api 3072Mi 1500m, postgres 2048Mi 500m. */}}
{{- define "conecta-plus.sumOfColumn" -}}
{{- $sum := 0 }}
{{- range .rows | splitList ", " | compact }}
{{- $sum = add $sum (index (splitList " " .) (int $.column) | trimSuffix "Mi" | trimSuffix "m") }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* Keeps the pods of a tier on different nodes, where there are enough. */}}
{{- define "conecta-plus.tierAffinity" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "conecta-plus.tierLabels" (dict "root" .root "name" .name) | nindent 12 }}
{{- end }}

{{/* Spreads the pods of a tier over zones. */}}
{{- define "conecta-plus.tierConstraints" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "conecta-plus.tierLabels" (dict "root" .root "name" .name) | nindent 6 }}
{{- end }}

{{/* Labels that select the pods of all workloads of a tier; they never change. */}}
{{- define "conecta-plus.tierLabels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- end }}

{{/* Taints of nodes that pods tolerate. */}}
{{- define "conecta-plus.tolerations" -}}
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
