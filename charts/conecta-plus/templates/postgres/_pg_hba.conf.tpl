{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.postgres.pg_hba.conf" -}}
# TYPE  DATABASE     USER        ADDRESS       METHOD
# The socket lies in a folder of this container alone and opens to its own user only.
local   all          postgres                  trust
# The superuser comes by the socket or a port-forward, never over the network.
host    all          postgres    127.0.0.1/32  scram-sha-256
host    all          postgres    all           reject
{{ if .Values.postgres.tls.enabled }}hostssl{{ else }}host   {{ end }} replication  replicator  all           scram-sha-256
# The exporter beside the server sees statistics alone, and needs no password for it.
host    postgres     postgres_exporter  127.0.0.1/32  trust
host    all          postgres_exporter  all           reject
{{- if .Values.postgres.tls.enabled }}
# Not encrypted is what stays within the pod, and nothing else.
host    all          all         127.0.0.1/32  scram-sha-256
hostnossl all        all         all           reject
{{- end }}
{{ if .Values.postgres.tls.enabled }}hostssl{{ else }}host   {{ end }} all          all         all           scram-sha-256
{{- end }}
