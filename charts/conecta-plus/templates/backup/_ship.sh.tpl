{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.ship.sh" -}}
#!/bin/sh
# Brings all WAL that the server has written by now to every destination, the unfinished segment too.
. /etc/backup/library.sh
. /etc/backup/postgres.sh
kind=postgres-wal

# mark: the time, and up to where WAL went at it. The message is a commit, so that there always is one to recover to.
mark() {
  marked=$(ask --command="SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')" \
    --command="SELECT FROM pg_logical_emit_message(true, 'backup', '')" --command='SELECT pg_current_wal_flush_lsn()') || return 1
  time=$(echo "$marked" | head -n 1) end=$(echo "$marked" | tail -n 1)
  tries=30
  until [ "$(ask --command="SELECT restart_lsn >= '$end' FROM pg_replication_slots WHERE slot_name = 'backup'")" = t ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 1
  done
}
# ship DESTINATION FILE NAME: uploads a file, and reads it back.
ship() {
  gzip --stdout "$2" > /tmp/wal.gz
  rclone copyto --ignore-times /tmp/wal.gz "$1:$folder/$3.gz" &&
    [ "$(rclone cat "$1:$folder/$3.gz" | sha256sum)" = "$(sha256sum < /tmp/wal.gz)" ]
}
# Finished segments. What one destination does not take waits in the spool, until it has it too.
ship_finished() {
  finished=no
  for segment in "$spool"/????????????????????????; do
    [ -e "$segment" ] || continue
    finished=yes name=${segment##*/} left=no
    for destination in $DESTINATIONS; do
      [ ! -e "$segment.$destination" ] || continue
      if ship "$destination" "$segment" "$name"; then
        : > "$segment.$destination"
        rclone deletefile "$destination:$folder/$name.partial.gz" 2> /dev/null || :
      else
        left=yes behind="$destination"
      fi
    done
    : > "$run/alive"
    [ "$left" = yes ] || rm "$segment" "$segment".*
  done
}

for spool in "$SPOOL"/*/; do
  spool=${spool%/} system=${spool##*/}
  folder=postgres-wal/$system behind=
  [ -e "$spool/since" ] || continue
  for destination in $DESTINATIONS; do
    [ -e "$run/since-$system-$destination" ] || {
      rclone copyto "$spool/since" "$destination:$folder/since" && : > "$run/since-$system-$destination"
    } || behind=$destination
  done
  # A former server's spool only has to become empty.
  time=
  if [ "$system" = "$(system_identifier 2> "$run/refusal")" ]; then
    mark || fail "the WAL that was written is not received: the log above says why"
  fi
  ship_finished
  for partial in "$spool"/*.partial; do
    [ -e "$partial" ] || continue
    name=${partial##*/}
    for destination in $DESTINATIONS; do ship "$destination" "$partial" "$name" || behind=$destination; done
  done
  # What was unfinished may have been finished meanwhile.
  ship_finished
  [ -z "$behind" ] || fail "$behind does not take the WAL of server $system"
  [ -n "$time" ] || continue
  for destination in $DESTINATIONS; do echo "$time" | rclone rcat "$destination:$folder/archived"; done
  metric wal_archived_timestamp_seconds "$(date -u -d "$time" +%s)"
done
[ ! -s "$run/refusal" ] || fail "$PGHOST does not answer: $(cat "$run/refusal")"
{{- end }}
