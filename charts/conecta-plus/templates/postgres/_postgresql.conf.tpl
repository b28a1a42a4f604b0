{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.postgres.postgresql.conf" -}}
# Connections
listen_addresses = '*'
unix_socket_directories = '/var/run/postgresql'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = {{ int64 .Values.postgres.maxConnections }}
superuser_reserved_connections = 3
reserved_connections = 5
{{- if .Values.postgres.tls.enabled }}
# A renewed certificate takes a reload.
ssl = on
ssl_min_protocol_version = 'TLSv1.2'
ssl_cert_file = '/run/secrets/tls/tls.crt'
ssl_key_file = '/run/secrets/tls/tls.key'
{{- end }}

# Memory. A quarter is left for the sorts and hashes of all connections together.
shared_buffers = {{ div (include "conecta-plus.postgres.memoryMebibytes" .) 4 }}MB
effective_cache_size = {{ div (mul (include "conecta-plus.postgres.memoryMebibytes" .) 3) 4 }}MB
work_mem = {{ max (div (mul (include "conecta-plus.postgres.memoryMebibytes" .) 256) .Values.postgres.maxConnections) 4096 }}kB
maintenance_work_mem = {{ div (include "conecta-plus.postgres.memoryMebibytes" .) 16 }}MB

# Planner: network volumes on SSD seek almost for free.
random_page_cost = 1.1
effective_io_concurrency = 200

# WAL
wal_level = replica
wal_compression = lz4
include 'volume.conf'

# Replication. A broken connection is noticed within these timeouts, and reads leave the replica.
max_wal_senders = {{ int64 .Values.postgres.maxWalSenders }}
max_replication_slots = {{ int64 .Values.postgres.maxWalSenders }}
wal_sender_timeout = 20s
wal_receiver_timeout = 20s
hot_standby = on
include 'synchronous.conf'

# Log, to the container's output
logging_collector = off
# Time, process, SQLSTATE, query identifier; of a session, role, database and application too.
log_line_prefix = '%m [%p] %e %Q %q%u@%d/%a '
log_timezone = 'UTC'
# Values that clients bind to parameters are data: none is logged.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_lock_waits = on
log_min_duration_statement = {{ int64 .Values.postgres.logMinDurationStatement }}
shared_preload_libraries = 'pg_stat_statements'
{{- end }}
