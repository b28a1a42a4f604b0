{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.pgbouncer.pgbouncer.ini" -}}
[databases]
{{ .Values.postgres.database }} = host={{ .Release.Name }}-postgres-primary port=5432
{{- if ge (int64 .Values.postgres.replicas) 1 }}
; Short-lived, so that connections leave a replica that is no longer ready, and find one that is new.
{{ .Values.postgres.database }}_read = host={{ .Release.Name }}-postgres-read port=5432 dbname={{ .Values.postgres.database }} server_lifetime=60
{{- end }}

[users]
pgbouncer = pool_size=2 reserve_pool_size=0

[pgbouncer]
listen_addr = *
listen_port = 6432
unix_socket_dir =

auth_type = scram-sha-256
auth_file = /run/pgbouncer/userlist.txt
auth_user = pgbouncer
auth_query = SELECT rolname, rolpassword FROM pgbouncer.user_lookup($1)
stats_users = pgbouncer

pool_mode = transaction
max_prepared_statements = {{ int64 .Values.pgbouncer.maxPreparedStatements }}
default_pool_size = {{ int64 .Values.pgbouncer.defaultPoolSize }}
reserve_pool_size = {{ int64 .Values.pgbouncer.reservePoolSize }}
reserve_pool_timeout = 3
max_client_conn = {{ int64 .Values.pgbouncer.maxClientConn }}

server_lifetime = 600
server_idle_timeout = 60
server_connect_timeout = 5
; A primary that restarts is tried again each second; queries wait for it.
server_login_retry = 1
query_wait_timeout = {{ int64 .Values.pgbouncer.queryWaitTimeoutSeconds }}
; What drivers set and a pool cannot keep. Without "options" a malformed one could stop releases up to 1.26.0.
ignore_startup_parameters = extra_float_digits,options

log_connections = 0
log_disconnections = 0
log_stats = 0
{{- end }}
