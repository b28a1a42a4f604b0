/**
 * The receiver of WAL in the store's pod, in POSIX sh. Beside what library.sh and postgres.sh use: `find`, `gzip`,
 * `mv` and `sleep`, and PostgreSQL's `pg_receivewal`.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { GIVES_UP } from '../data/postgres-scripts';

/** The replication slot that keeps WAL until the receiver has it. */
export const WAL_SLOT = 'backup';

export const receiveWal: Text = text`
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
    status=$(ask --command="SELECT coalesce(wal_status, 'none') FROM pg_replication_slots WHERE slot_name = '${WAL_SLOT}'") ||
      return 1
    [ "$status" = lost ] || [ "$status" = none ] || [ -z "$status" ] || [ ! -e "$SPOOL/$system/since" ] || return 0
    if [ "$status" = lost ]; then
      say "WAL IS MISSING: slot ${WAL_SLOT} was further behind than max_slot_wal_keep_size. A new base backup is due."
    elif [ -e "$SPOOL/$system/since" ]; then
      say "WAL MAY BE MISSING: slot ${WAL_SLOT} was gone. A new base backup is due."
    elif [ -n "$status" ]; then
      say "WAL MAY BE MISSING: the spool of server $system was gone. A new base backup is due."
    fi
    [ -z "$status" ] || ask --command="SELECT pg_drop_replication_slot('${WAL_SLOT}')" || return 1
    since=$(ask --command="SELECT pg_walfile_name(lsn) FROM pg_create_physical_replication_slot('${WAL_SLOT}', true)") ||
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
        pg_receivewal --directory="$SPOOL/$system" --slot=${WAL_SLOT} --no-loop --synchronous --no-password \
          --dbname=${GIVES_UP} &
        receiver=$!
      fi
    fi
    if [ $(($(date +%s) - shipped)) -ge "$UPLOAD_SECONDS" ]; then
      shipped=$(date +%s)
      sh /etc/backup/ship.sh & wait $! || :
    fi
    pause 3
  done
`;

export const shipWal: Text = text`
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
    until [ "$(ask --command="SELECT restart_lsn >= '$end' FROM pg_replication_slots WHERE slot_name = '${WAL_SLOT}'")" = t ]; do
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
      finished=yes name=\${segment##*/} left=no
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
    spool=\${spool%/} system=\${spool##*/}
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
      name=\${partial##*/}
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
`;

/** Whether the receiver turns: what it waits for is no reason to restart it. */
export const receiverAlive: Text = text`
  #!/bin/sh
  [ -n "$(find /run/backup/alive -mmin -10)" ]
`;
