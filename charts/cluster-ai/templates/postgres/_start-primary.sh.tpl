{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.postgres.start-primary.sh" -}}
#!/bin/sh
# Starts the primary. Makes the data folder once; applies roles, passwords and database at every start, on a server
# that nobody else can reach; then runs it for everyone.
set -eu
umask 077
trap 'exit 143' INT TERM
secrets=/run/secrets/postgres
set -- -c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf

for key in postgres-password replication-password password pooler-password; do
  [ -s "$secrets/$key" ] || { echo "start-primary: the Secret has no key $key, or it is empty" >&2; exit 1; }
done

# A pod deleted by force can leave its server running. Every process of a server inherits the lock: it lasts until
# the last of them is gone.
exec 9>>"${PGDATA%/*}/.lock"
flock --nonblock 9 || {
  echo 'another server has this volume; waiting until it ends' >&2
  flock 9 & # in the background, so that a signal ends the wait
  wait $!
}
rm -f "$PGDATA/postmaster.pid" # stale, as nobody else has the lock: its number may be that of any process here

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA" # fails, as it must, where there is something in it
  rm -rf "$PGDATA.new"
  # The built-in locale sorts alike under every C library: another base image never corrupts an index.
  initdb --pgdata="$PGDATA.new" --username=postgres --pwfile="$secrets/postgres-password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums
  mv "$PGDATA.new" "$PGDATA"
fi
chmod 0700 "$PGDATA" # mounting the volume may have added rights for the group

export PGPORT=5433 # where neither probes nor clients look
trap 'pg_ctl stop --mode=fast; exit 143' INT TERM
pg_ctl start --silent --wait --timeout=86400 --options="$* -c port=$PGPORT -c listen_addresses=127.0.0.1"
sh /etc/postgresql/initialise.sh
pg_ctl stop --silent --mode=fast --timeout=86400
unset PGPORT

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
