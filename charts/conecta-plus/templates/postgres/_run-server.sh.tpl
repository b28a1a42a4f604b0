{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.postgres.run-server.sh" -}}
#!/bin/sh
# Runs one of the servers. The file "primary" names the one that takes writes; this one reads it every second, and
# becomes primary or standby as it says. No server names itself.
set -eu
umask 077
secrets=/run/secrets/postgres run=/var/run/postgresql
export PGPASSFILE="$run/replicator" PGCONNECT_TIMEOUT=3
options='-c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf'
role=${POD_NAME%-*} slot=${POD_NAME##*-}
slot=${role##*-}_$slot
own=$POD_NAME.$role-headless # not in full: /etc/hosts has that, whatever DNS says
ending='' server='' remedy='' tried='' name='' named='' busy=0 gone=0
: > "$run/idle" # that there is no server has a reason

say() { echo "run-server: $*" >&2; }
pause() { sleep "$1" & wait $! || :; }
stopping() {
  ending=yes
  [ -n "$server" ] || exit 143
  kill -INT "$server" 2> /dev/null || :
}
trap stopping INT TERM

read_named() {
  read -r name < /etc/postgresql/primary || :
  [ -z "$name" ] || named=$name
}
host_of() { for host in $MEMBERS; do [ "${host%%.*}" != "$1" ] || echo "$host"; done; }
others() { for host in $MEMBERS; do [ "${host%%.*}" = "$POD_NAME" ] || echo "$host"; done; }
has_data() { [ -s "$PGDATA/PG_VERSION" ]; }
# Nothing has been here, and nothing was to come.
is_new() { ! has_data && [ ! -e "$PGDATA.rewinding" ] && [ ! -e "$PGDATA.copying" ]; }
was_standby() { [ -e "$PGDATA/standby.signal" ]; }
control() { LC_ALL=C pg_controldata | sed -n "s/^$1: *//p"; }

conninfo() { # HOST
  echo "host=$1 port=5432 user=replicator application_name=$POD_NAME passfile=$PGPASSFILE tcp_user_timeout=10000{{ if .Values.postgres.tls.enabled }} sslmode=verify-full sslrootcert=/run/secrets/tls/ca.crt{{ else }}{{ end }}"
}
ask() { # HOST STATEMENT
  timeout 5 psql --no-psqlrc --quiet --no-align --tuples-only --no-password \
    --dbname="$(conninfo "$1") dbname=postgres" --command="$2"
}
here() { timeout 5 psql --no-psqlrc --quiet --no-align --tuples-only --command="$1"; }
# state_of HOST: primary, standby, busy where something runs that does not say, or gone. Also busy while DNS does not
# know this pod itself, which there is: that it knows no other then says nothing.
state_of() {
  case $(ask "$1" 'SELECT pg_is_in_recovery()' 2> /dev/null) in
    f) echo primary ;;
    t) echo standby ;;
    *)
      code=0
      timeout 5 pg_isready --quiet --host="$1" --port=5432 --timeout=3 || code=$?
      if [ "$code" -gt 1 ] && timeout 5 getent hosts "$own" > /dev/null; then echo gone; else echo busy; fi
      ;;
  esac
}
# stays_gone HOST: for 10 s of looks one after the other; $state is what it is at this one.
stays_gone() {
  state=$(state_of "$1")
  [ "$state" = gone ] || { gone=0; return 1; }
  [ "$gone" -gt 0 ] || gone=$(date +%s)
  [ $(($(date +%s) - gone)) -ge 10 ]
}
# The latest timeline that this server has WAL of.
timeline() { ls "$PGDATA/pg_wal" | sed -n 's/^\([0-9A-F]\{8\}\).*/\1/p' | sort | tail -n 1; }
# superseded: a server of this database system is primary on a later timeline; $by is its host.
superseded() {
  for by in $(others); do
    theirs=$(ask "$by" "SELECT system_identifier || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
                          FROM pg_control_system() WHERE NOT pg_is_in_recovery()" 2> /dev/null) || continue
    [ -n "$theirs" ] && [ "${theirs% *}" = "$(control 'Database system identifier')" ] || continue
    [ $((0x${theirs#* })) -le $((0x$(timeline))) ] || return 0
  done
  return 1
}

# ended: the server has; $code is how.
ended() {
  code=0
  wait "$server" || code=$?
  while kill -0 "$server" 2> /dev/null; do # a signal has ended the wait, not the server
    code=0
    wait "$server" || code=$?
  done
}
# halt: by the fast shutdown, which leaves standbys all WAL.
halt() {
  : > "$run/idle"
  kill -INT "$server" 2> /dev/null || :
  ended
  server=
  [ -z "$ending" ] || exit "$code"
}

ensure_slot() { # HOST
  ask "$1" "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
             WHERE slot_name = '$slot' AND wal_status = 'lost'" > /dev/null &&
    ask "$1" "SELECT pg_create_physical_replication_slot('$slot', true)
               WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')" > /dev/null
}
slot_is_lost() { [ "$(ask "$1" "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '$slot'")" = lost ]; }
# rewind HOST: to where the timelines part. What was written here alone is gone then.
rewind() {
  say "rewinding to where $1 has left this timeline"
  : > "$PGDATA.rewinding" # what is rewound by half is no data
  rm -f "$PGDATA/standby.signal" # with it, crash recovery would not end
  pg_rewind --target-pgdata="$PGDATA" --source-server="$(conninfo "$1") dbname=postgres" \
    --config-file=/etc/postgresql/postgresql.conf >&2 &
  wait $! || return 1
  touch "$PGDATA/standby.signal"
  rm "$PGDATA.rewinding"
}
copy() { # HOST
  say "copying $1"
  ensure_slot "$1" || return 1
  : > "$PGDATA.copying" # whoever has begun to copy data never makes a database of its own
  rm -rf "$PGDATA" "$PGDATA.new"
  # Not by the name by which a standby counts as synchronous.
  primary="$(conninfo "$1") application_name=copy"
  pg_basebackup --dbname="$primary" --no-password --pgdata="$PGDATA.new" --wal-method=stream --slot="$slot" \
    --checkpoint=fast & # in the background, so that a signal ends the wait
  wait $! || return 1
  mv "$PGDATA.new" "$PGDATA" || return 1 # whole or not at all: a copy that was cut short is never taken for data
  rm -f "$PGDATA.rewinding" "$PGDATA.copying"
}

# as_standby HOST: makes data and settings ready to follow it.
as_standby() {
  leader=$1
  state=$(state_of "$leader")
  # It may answer in a moment, and then say whether there is anything to rewind.
  if [ "$state" = busy ] && [ "$busy" -lt 5 ]; then
    busy=$((busy + 1))
    return 1
  fi
  has_data && [ ! -e "$PGDATA.rewinding" ] || remedy=copy
  if [ "$remedy" = copy ] && [ "$state" != primary ] && [ "$state" != standby ]; then
    say "there is no data yet, and $leader is $state; waiting"
    return 1
  fi
  if [ "$state" = primary ] && [ "$remedy" != copy ]; then
    theirs=$(ask "$leader" 'SELECT system_identifier FROM pg_control_system()') || return 1
    ours=$(control 'Database system identifier')
    if [ "$theirs" != "$ours" ]; then
      say "$leader is database system $theirs, this is $ours, and perhaps the last one: it stays." \
        "To copy $leader, delete this server's PersistentVolumeClaim and pod."
      return 1
    fi
    if slot_is_lost "$leader"; then
      remedy=copy
    elif [ -z "$remedy" ] && ! was_standby; then
      remedy=rewind
    fi
    [ "$remedy" != rewind ] || rewind "$leader" || remedy=copy
  fi
  [ "$remedy" != copy ] || copy "$leader" || return 1
  tried=$remedy remedy='' busy=0
  [ "$state" = gone ] || ensure_slot "$leader" || :
  chmod 0700 "$PGDATA" # mounting the volume may have added rights for the group
  touch "$PGDATA/standby.signal"
  floor=$(
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
    echo "$options"
  )
  say "standby of $leader, which is $state"
}

# as_primary: roles, passwords and database are applied on a server that nobody else can reach.
as_primary() {
  chmod 0700 "$PGDATA"
  say 'starting as primary'
  trap 'pg_ctl stop --mode=fast; exit 143' INT TERM
  pg_ctl start --silent --wait --timeout=86400 \
    --options="$options -c port=5433 -c listen_addresses=127.0.0.1" || exit 1
  PGPORT=5433 sh /etc/postgresql/initialise.sh || exit 1
  pg_ctl stop --silent --mode=fast --timeout=86400 || exit 1
  trap stopping INT TERM
}

# prepare: decides what to run, and makes it ready. Nothing can be run yet where it fails.
prepare() {
  read_named
  standby=yes
  if [ "$named" != "$POD_NAME" ]; then
    gone=0
    leader=$(host_of "$named")
    [ -n "$leader" ] || { say "the file \"primary\" names \"$named\", and there are: $MEMBERS"; return 1; }
    as_standby "$leader"
  elif has_data && ! was_standby && [ ! -e "$PGDATA.rewinding" ]; then
    if superseded; then
      say "$by is primary on a later timeline: this server is none"
      as_standby "$by"
      return
    fi
    as_primary
    # Recovery may have taken its time.
    ! superseded || return 1
    standby=
  elif [ "${MEMBERS%%.*}" = "$POD_NAME" ] && is_new && stays_gone "$(others)"; then
    [ ! -e "$PGDATA" ] || rmdir "$PGDATA" || exit 1 # fails, as it must, where there is something in it
    rm -rf "$PGDATA.new"
    # The built-in locale sorts alike under every C library: another base image never corrupts an index.
    initdb --pgdata="$PGDATA.new" --username=postgres --pwfile="$secrets/postgres-password" --auth=scram-sha-256 \
      --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums || exit 1
    mv "$PGDATA.new" "$PGDATA" || exit 1
    as_primary
    standby=
  else
    as_standby "$(others)"
  fi
}

# take_over: as standby that is named. Promotes where the other takes no writes any more, and this one has all that the other has.
take_over() {
  if [ "$(here 'SELECT pg_is_in_recovery()')" = f ]; then
    standby=
    sh /etc/postgresql/initialise.sh || say 'roles and passwords are those of the former primary'
    return
  fi
  other=$(others) reason=
  if stays_gone "$other"; then
    reason="$other is gone for 10 s"
  elif [ "$state" = standby ]; then
    theirs=$(ask "$other" 'SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())') &&
      [ "$(here "SELECT pg_last_wal_replay_lsn() >= '$theirs'")" = t ] &&
      reason="$other is standby at $theirs, and this server has that" || :
  fi
  read_named
  if [ -z "$reason" ] || [ "$named" != "$POD_NAME" ]; then
    [ $((turn % 10)) -ne 1 ] || say "named primary; waiting for $other, which is $state"
    return 0
  fi
  say "promoting: $reason; the last transaction here is of $(here 'SELECT pg_last_xact_replay_timestamp()')"
  here 'SELECT pg_promote(false)' > /dev/null || :
}

# follow: as standby. Fails where the server must start anew.
follow() {
  receiving=$(here "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'") || return 0
  state=$(state_of "$leader")
  [ "$state" = primary ] || { silent=0; return 0; }
  if [ "$receiving" != 0 ]; then
    silent=0 tried=''
    # Those of standbys that this server had, which keep WAL for nobody.
    here 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND slot_type = $$physical$$' > /dev/null || :
    return 0
  fi
  silent=$((silent + 5))
  if slot_is_lost "$leader"; then remedy=copy; return 1; fi
  ensure_slot "$leader" || :
  [ "$silent" -ge 20 ] || return 0
  [ "$tried" = rewind ] || { remedy=rewind; return 1; }
  at=$(here 'SELECT pg_last_wal_replay_lsn()') || return 0
  kept=$(ask "$leader" "SELECT EXISTS (SELECT FROM pg_ls_dir('pg_wal', false, false) AS file
                         WHERE substr(file, 9) = substr(pg_walfile_name('$at'), 9))") || return 0
  [ "$kept" = t ] || { say "$leader keeps no WAL from $at on"; remedy=copy; return 1; }
  say "$leader sends no WAL"
}

for key in postgres-password replication-password password pooler-password; do
  [ -s "$secrets/$key" ] || { say "the Secret has no key $key, or it is empty"; exit 1; }
done
printf '*:*:*:replicator:%s\n' "$(sed 's/[\\:]/\\&/g' "$secrets/replication-password")" > "$PGPASSFILE"

# A pod deleted by force can leave its server running. Every process of a server inherits the lock: it lasts until
# the last of them is gone.
exec 9>>"${PGDATA%/*}/.lock"
flock --nonblock 9 || {
  echo 'another server has this volume; waiting until it ends' >&2
  flock 9 & # in the background, so that a signal ends the wait
  wait $!
}
rm -f "$PGDATA/postmaster.pid" # stale, as nobody else has the lock: its number may be that of any process here

while :; do
  prepare || { pause 2; continue; }
  set -- $options
  [ -z "$standby" ] ||
    set -- $floor -c primary_conninfo="$(conninfo "$leader")" -c primary_slot_name="$slot" -c wal_retrieve_retry_interval=1s
  files=$(readlink /etc/postgresql/..data /run/secrets/tls/..data || :) turn=0 gone=0 silent=0
  postgres "$@" &
  server=$!
  [ -z "$ending" ] || kill -INT "$server" 2> /dev/null || :
  rm -f "$run/idle"

  while kill -0 "$server" 2> /dev/null; do
    pause 1
    [ -z "$ending" ] || break
    turn=$((turn + 1))
    read_named
    if [ -z "$standby" ]; then
      if [ "$named" != "$POD_NAME" ]; then
        say "$named is named primary: stepping down"
        halt
        break
      elif [ $((turn % 5)) -eq 0 ] && superseded; then
        say "$by is primary on a later timeline: stepping down"
        halt
        touch "$PGDATA/standby.signal" # whether or not it can be asked again
        remedy=rewind
        break
      fi
    elif [ "$named" = "$POD_NAME" ]; then
      take_over
    elif [ "$leader" != "$(host_of "$named")" ] || { [ $((turn % 5)) -eq 0 ] && ! follow; }; then
      halt
      break
    fi
    now=$(readlink /etc/postgresql/..data /run/secrets/tls/..data || :)
    if [ "$now" != "$files" ]; then
      files=$now
      kill -HUP "$server" 2> /dev/null || :
    fi
  done
  if [ -n "$server" ]; then
    ended
    exit "$code"
  fi
done
{{- end }}
