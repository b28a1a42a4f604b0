{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.postgres.start-replica.sh" -}}
#!/bin/sh
# Starts a streaming replica. Copies the primary where there is no data yet, or where the primary no longer keeps the
# WAL that this copy needs; then runs it in standby mode.
set -eu
umask 077
trap 'exit 143' INT TERM
export PGPASSFILE=/var/run/postgresql/pgpass PGCONNECT_TIMEOUT=5
slot=replica_${POD_NAME##*-}
primary="host=$PRIMARY_HOST port=5432 user=replicator application_name=$POD_NAME passfile=$PGPASSFILE tcp_user_timeout=10000"
options='-c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf'

say() { echo "start-replica: $*" >&2; }
ask() {
  psql --no-psqlrc --quiet --no-align --tuples-only --no-password --dbname="$primary dbname=postgres" --command="$1"
}
control() { LC_ALL=C pg_controldata | sed -n "s/^$1: *//p"; }

printf '*:*:*:replicator:%s\n' "$(sed 's/[\\:]/\\&/g' /run/secrets/postgres/replication-password)" > "$PGPASSFILE"

# A pod deleted by force can leave its server running. Every process of a server inherits the lock: it lasts until
# the last of them is gone.
exec 9>>"${PGDATA%/*}/.lock"
flock --nonblock 9 || {
  echo 'another server has this volume; waiting until it ends' >&2
  flock 9 & # in the background, so that a signal ends the wait
  wait $!
}
rm -f "$PGDATA/postmaster.pid" # stale, as nobody else has the lock: its number may be that of any process here

if [ -s "$PGDATA/PG_VERSION" ]; then
  # A primary that cannot be reached says nothing: the replica starts with what it has.
  kept=$(ask "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot' AND wal_status <> 'lost')") \
    || kept=unknown
  if [ "$kept" = f ]; then
    theirs=$(ask 'SELECT system_identifier FROM pg_control_system()')
    ours=$(control 'Database system identifier')
    if [ "$theirs" != "$ours" ]; then
      say "$PRIMARY_HOST is database system $theirs, this is a copy of $ours, and perhaps the last one: it stays." \
        "To copy the new primary, delete this replica's PersistentVolumeClaim and pod."
      exit 1
    fi
    say "the primary keeps no WAL for slot $slot any more: copying it again"
    rm -rf "$PGDATA"
  fi
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA" "$PGDATA.new"
  until pg_isready --quiet --dbname="$primary dbname=postgres"; do
    say "waiting for $PRIMARY_HOST"
    sleep 2
  done
  ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE slot_name = '$slot' AND wal_status = 'lost'"
  ask "SELECT pg_create_physical_replication_slot('$slot', immediately_reserve => true)
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')" > /dev/null
  pg_basebackup --dbname="$primary" --no-password --pgdata="$PGDATA.new" --wal-method=stream --slot="$slot" \
    --checkpoint=fast & # in the background, so that a signal ends the wait
  wait $!
  mv "$PGDATA.new" "$PGDATA" # whole or not at all: a copy that was cut short is never taken for data
fi
chmod 0700 "$PGDATA" # mounting the volume may have added rights for the group
touch "$PGDATA/standby.signal"

# A standby refuses to start with less than its primary ran with: a lowered setting waits until it was replayed.
keep_at_least() {
  used=$(control "$1 setting")
  [ "$used" -le "$(postgres -C "$2" $options)" ] || options="$options -c $2=$used"
}
keep_at_least max_connections max_connections
keep_at_least max_worker_processes max_worker_processes
keep_at_least max_wal_senders max_wal_senders
keep_at_least max_prepared_xacts max_prepared_transactions
keep_at_least max_locks_per_xact max_locks_per_transaction
set -- $options -c primary_conninfo="$primary" -c primary_slot_name="$slot"

# The shell stays process 1, which inherits orphans, such as what a probe that timed out leaves. PostgreSQL would take
# one that fails for a backend that has crashed, and restart. Whatever the signal, the shutdown is the fast one.
postgres "$@" &
server=$!
trap 'kill -INT "$server"' INT TERM
status=0
wait "$server" || status=$?
while kill -0 "$server" 2> /dev/null; do # a signal has ended the wait, not the server
  status=0
  wait "$server" || status=$?
done
exit "$status"
{{- end }}
