{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.scratch.sh" -}}
# Sourced after postgres.sh. A server on the scratch volume, for this pod alone.
scratch=/scratch
export PGDATA="$scratch/data"
stop_server() { [ ! -e "$PGDATA/postmaster.pid" ] || pg_ctl stop --silent --mode=immediate > /dev/null 2>&1 || :; }
trap 'code=$?; stop_server; rm -rf "$scratch"/data "$scratch"/dump; stop "$code"' EXIT
rm -rf "$scratch"/data "$scratch"/dump "$scratch"/log

# within: runs a command with the superuser of that server.
within() { env PGHOST="$run" PGUSER=postgres "$@"; }
in_scratch() { within psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"; }

# start_server SETTING…: with what a copy was made with at the least, and nothing that lasts.
start_server() {
  chmod 0700 "$PGDATA"
  echo 'local all all trust' > "$run/pg_hba.conf"
  {
    printf '%s\n' "$@" "hba_file = '$run/pg_hba.conf'" "unix_socket_directories = '$run'" "listen_addresses = ''" \
      'shared_buffers = 32MB' 'fsync = off' 'full_page_writes = off' 'wal_level = replica' 'archive_mode = off' \
      'max_wal_size = 256MB' 'logging_collector = off' 'max_parallel_workers_per_gather = 0' \
      'max_parallel_maintenance_workers = 0'
    pg_controldata | sed -n '
      s/^max_connections setting: */max_connections = /p
      s/^max_worker_processes setting: */max_worker_processes = /p
      s/^max_wal_senders setting: */max_wal_senders = /p
      s/^max_prepared_xacts setting: */max_prepared_transactions = /p
      s/^max_locks_per_xact setting: */max_locks_per_transaction = /p'
  } > "$run/postgresql.conf"
  # What ALTER SYSTEM has set is for the server that was copied.
  : > "$PGDATA/postgresql.auto.conf"
  pg_ctl start --silent --wait --timeout=86400 --log="$scratch/log" --options="-c config_file=$run/postgresql.conf"
}
why() { grep -E 'FATAL|PANIC|ERROR' "$scratch/log" | tail -n 3 | tr '\n' ' '; }

# Places, those whose WAL reaches furthest first: what is unfinished is taken from the first.
order() {
  for destination in $DESTINATIONS; do
    echo "$(rclone cat "$destination:postgres-wal/$1/archived" 2> /dev/null || echo 0) $destination"
  done | sort -r | sed 's/.* //' | tr '\n' ' '
}
unpack() {
  rm -rf "$PGDATA"
  mkdir -m 0700 -p "$PGDATA"
  tar --extract --gzip --file=- --directory="$PGDATA"
}
# recover ID SETTING…: a base backup, and WAL from there on.
recover() {
  base=$1
  shift
  manifest postgres-base "$base" > "$run/base"
  SYSTEM=$(value system < "$run/base")
  PLACES=$(order "$SYSTEM")
  export SYSTEM PLACES
  say "base backup $base of server $SYSTEM, WAL from: $PLACES"
  feed postgres-base "$base" base.tar.gz unpack
  : > "$PGDATA/recovery.signal"
  rm -f "$PGDATA/standby.signal" "$PGDATA/postmaster.pid"
}
recovered() {
  start_server "restore_command = 'sh /etc/backup/fetch-wal.sh %f %p'" 'recovery_target_action = promote' "$@" ||
    return 1
  until [ "$(in_scratch --command='SELECT pg_is_in_recovery()' 2> /dev/null)" = f ]; do
    [ -e "$PGDATA/postmaster.pid" ] || return 1
    sleep 1
  done
}
{{- end }}
