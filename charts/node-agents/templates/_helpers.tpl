{{/* The bytes of a quantity with a binary suffix: 2147483648 for 2Gi. */}}
{{- define "node-agents.bytes" -}}
{{- $factors := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- $suffix := trimAll "0123456789" . }}
{{- mul (trimSuffix $suffix .) (get $factors $suffix) }}
{{- end }}

{{/* The security context of every container: Pod Security "restricted", and a read-only root. */}}
{{- define "node-agents.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* The way to DNS, which every pod has. */}}
{{- define "node-agents.dnsEgress" -}}
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

{{/* The Secret with the certificate of who signed Logstash's. */}}
{{- define "node-agents.filebeat.secretName" -}}
{{ if .Values.filebeat.existingSecret }}{{ .Values.filebeat.existingSecret }}{{ else }}{{ .Release.Name }}-filebeat{{ end }}
{{- end }}

{{/* An image: registry/repository:tag, or @digest where one is set. */}}
{{- define "node-agents.image" -}}
{{ if .root.Values.global.imageRegistry }}{{ .root.Values.global.imageRegistry }}{{ else }}{{ .image.registry }}{{ end }}/{{ .image.repository }}{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag }}{{ end }}
{{- end }}

{{/* Labels of an object's own metadata. */}}
{{- define "node-agents.labels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
app.kubernetes.io/part-of: node-agents
app.kubernetes.io/version: "0.1.0"
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{/* The security context of every pod: Pod Security "restricted". */}}
{{- define "node-agents.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ int64 .user }}
runAsGroup: {{ int64 .user }}
fsGroup: {{ int64 .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* What a container asks for and is held to. */}}
{{- define "node-agents.resources" -}}
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
{{- define "node-agents.selectorLabels" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/* Taints of nodes that pods tolerate. */}}
{{- define "node-agents.tolerations" -}}
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
