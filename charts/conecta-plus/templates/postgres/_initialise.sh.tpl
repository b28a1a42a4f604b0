{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.postgres.initialise.sh" -}}
#!/bin/sh
# Brings roles, passwords and database to what the release asks for. May run at any time, any number of times.
set -eu
umask 077
secrets=/run/secrets/postgres
# Some statements carry a password: none of them reaches the log or pg_stat_statements.
silent='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic'
silent="$silent -c pg_stat_statements.track=none -c client_min_messages=warning -c synchronous_commit=local"

run() {
  PGOPTIONS=$silent psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"
}

# Sets a password only where it differs. A new SCRAM verifier, even of the same password, would keep PgBouncer from
# opening server connections for clients that are logged in already.
set_password() {
  export PGPASSFILE=/var/run/postgresql/pgpass
  printf '*:*:*:%s:%s\n' "$1" "$(sed 's/[\\:]/\\&/g' "$secrets/$2")" > "$PGPASSFILE"
  if ! psql --no-psqlrc --host=127.0.0.1 --username="$1" --no-password --command='' > /dev/null 2>&1; then
    run --set=role="$1" --set=file="$secrets/$2" << 'SQL'
\set password `cat :'file'`
ALTER ROLE :"role" PASSWORD :'password';
SQL
    echo "initialise: password of $1 set from $2"
  fi
  rm "$PGPASSFILE"
}

run --set=application="$APPLICATION_USER" --set=database="$APPLICATION_DATABASE" --file=/etc/postgresql/initialise.sql
set_password postgres postgres-password
set_password replicator replication-password
set_password pgbouncer pooler-password
set_password "$APPLICATION_USER" password
{{- end }}
