{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.pgbouncer.start-pgbouncer.sh" -}}
#!/bin/sh
# Writes PgBouncer's own password to where it and the exporter read it, then becomes pgbouncer.
set -eu
umask 077
password=$(cat /run/secrets/postgres/pooler-password)
[ -n "$password" ] || { echo 'start-pgbouncer: key pooler-password of the Secret is empty' >&2; exit 1; }
printf '"pgbouncer" "%s"\n' "$(printf %s "$password" | sed 's/"/""/g')" > /run/pgbouncer/userlist.txt
printf '*:*:*:pgbouncer:%s\n' "$(printf %s "$password" | sed 's/[\\:]/\\&/g')" > /run/pgbouncer/pgpass
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
{{- end }}
