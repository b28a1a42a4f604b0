{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.receive.sh" -}}
#!/bin/sh
# Receives the WAL of the primary into the spool, and has it shipped at least every UPLOAD_SECONDS. It never gives up:
# what goes wrong is said, and tried again.
. /etc/backup/library.sh
. /etc/backup/postgres.sh
kind=postgres-wal
receiver=
trap 'trap - EXIT; [ -z "$receiver" ] || { kill -INT "$receiver"; wait "$receiver"; }; exit 0' INT TERM
pause() { sleep "$1" & wait $!; }

# A slot, and a spool that belongs to it. Where either was lost, WAL may be missing: the stream begins anew, and a
# base backup is due, as the file "since" says.
attach() {
  system=$(system_identifier 2> "$run/refusal") || { say "$PGHOST does not answer: $(cat "$run/refusal")"; return 1; }
  status=$(ask --command="SELECT coalesce(wal_status, 'none') FROM pg_replication_slots WHERE slot_name = 'backup'") ||
    return 1
  [ "$status" = lost ] || [ "$status" = none ] || [ -z "$status" ] || [ ! -e "$SPOOL/$system/since" ] || return 0
  if [ "$status" = lost ]; then
    say "WAL IS MISSING: slot backup was further behind than max_slot_wal_keep_size. A new base backup is due."
  elif [ -e "$SPOOL/$system/since" ]; then
    say "WAL MAY BE MISSING: slot backup was gone. A new base backup is due."
  elif [ -n "$status" ]; then
    say "WAL MAY BE MISSING: the spool of server $system was gone. A new base backup is due."
  fi
  [ -z "$status" ] || ask --command="SELECT pg_drop_replication_slot('backup')" || return 1
  since=$(ask --command="SELECT pg_walfile_name(lsn) FROM pg_create_physical_replication_slot('backup', true)") ||
    return 1
  rm -rf "$SPOOL/$system" "$run"/since-*
  mkdir -p "$SPOOL/$system" && echo "$since" > "$SPOOL/$system/since" || return 1
  say "receiving WAL of server $system from $since on"
}

mkdir -p "$SPOOL"
shipped=0
while :; do
  : > "$run/alive"
  if [ -z "$receiver" ] || ! kill -0 "$receiver" 2> /dev/null; then
    receiver=
    if attach; then
      # With --synchronous, the slot says what the spool has for good. To a server that vanished, nobody acknowledges
      # the status that goes out every ten seconds: so the connection ends, which would otherwise take a quarter of an hour.
      pg_receivewal --directory="$SPOOL/$system" --slot=backup --no-loop --synchronous --no-password \
        --dbname=tcp_user_timeout=10000 &
      receiver=$!
    fi
  fi
  if [ $(($(date +%s) - shipped)) -ge "$UPLOAD_SECONDS" ]; then
    shipped=$(date +%s)
    sh /etc/backup/ship.sh & wait $! || :
  fi
  pause 3
done
{{- end }}
