/**
 * The scripts that restore a Postgres, and try it out, in POSIX sh. Beside what library.sh and postgres.sh use: `awk`,
 * `chmod`, `diff`, `grep`, `gzip` and `tar`, and PostgreSQL's `initdb`, `pg_controldata`, `pg_ctl`, `pg_restore` and
 * `pg_verifybackup`.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** Sourced after postgres.sh: a server of the pod's own on the scratch volume, which only the pod reaches. */
export const scratchServer: Text = text`
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
`;

/** PostgreSQL's restore_command: a segment from any place, else what there is of one that was not finished. */
export const fetchWal: Text = text`
  #!/bin/sh
  for suffix in '' .partial; do
    for place in $PLACES; do
      rclone cat "$place:postgres-wal/$SYSTEM/$1$suffix.gz" 2> /dev/null | gzip --decompress 2> /dev/null > "$2" || continue
      [ "$(wc -c < "$2")" -eq 0 ] || exit 0
    done
  done
  rm -f "$2"
  exit 1
`;

export const restorePostgres: Text = text`
  #!/bin/sh
  # Restores the application's database, all of it or nothing, from what RESTORE_TO says:
  #   nothing                    the newest verified dump
  #   20261121T020000Z           that dump
  #   latest                     all that WAL has
  #   2026-11-21T13:05:00Z       as it was at that time
  # A database that holds anything is left alone, unless RESTORE_REPLACE is yes.
  . /etc/backup/library.sh
  . /etc/backup/postgres.sh
  . /etc/backup/scratch.sh

  case $RESTORE_REPLACE in yes | no | '') ;; *) fail "RESTORE_REPLACE is \"$RESTORE_REPLACE\"; give yes or no" ;; esac
  reachable
  held=$(ask --command="
    SELECT (SELECT count(*) FROM pg_class AS o JOIN pg_namespace AS n ON n.oid = relnamespace
             WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'pgbouncer') AND relkind <> 'i'
               AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = o.oid AND deptype = 'e'))
         + (SELECT count(*) FROM pg_proc AS o JOIN pg_namespace AS n ON n.oid = pronamespace
             WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'pgbouncer')
               AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = o.oid AND deptype = 'e'))
         + (SELECT count(*) FROM pg_largeobject_metadata)")
  [ "$held" -eq 0 ] || [ "$RESTORE_REPLACE" = yes ] ||
    fail "database $PGDATABASE holds $held objects; nothing was changed. RESTORE_REPLACE=yes replaces all of it"

  # A dump, and the rows that it has.
  take_dump() {
    [ -n "$1" ] || fail "there is no verified backup in: $DESTINATIONS; nothing was changed"
    [ -n "$(places postgres "$1")" ] ||
      fail "there is no verified backup $1 in: $DESTINATIONS; nothing was changed. Those are: $(
        verified postgres | tr '\n' ' ')"
    say "restoring the dump $1"
    fetch postgres "$1" dump "$scratch/dump"
    manifest postgres "$1" | value rows > "$run/rows"
  }

  # A time, in seconds, or nothing for all there is.
  take_point() {
    wanted=$1 base=
    for candidate in $(verified postgres-base); do
      from=$(manifest postgres-base "$candidate" | value recoverable)
      [ -n "$base" ] || first=$from
      [ -z "$wanted" ] || [ "$from" -le "$wanted" ] || continue
      base=$candidate
    done
    [ -n "\${first:-}$base" ] || fail "there is no verified base backup in: $DESTINATIONS; nothing was changed"
    [ -n "$base" ] || fail "$RESTORE_TO is before $(iso "$first"), from which on there are base backups; nothing was changed"
    system=$(manifest postgres-base "$base" | value system)
    archived=$(for destination in $DESTINATIONS; do
      rclone cat "$destination:postgres-wal/$system/archived" 2> /dev/null || :
    done | sort | tail -n 1)
    [ -n "$archived" ] || fail "there is no WAL of server $system in: $DESTINATIONS; nothing was changed"
    [ -z "$wanted" ] || [ "$wanted" -le "$(date -u -d "$archived" +%s)" ] ||
      fail "$RESTORE_TO is after $archived, to which there is WAL; nothing was changed"
    unbroken_wal "$system" "$(manifest postgres-base "$base" | value segment)"
    recover "$base"
    set --
    # In numbers: abbreviations such as Z are not known yet where this is read.
    [ -z "$wanted" ] || set -- "recovery_target_time = '$(date -u -d "$RESTORE_TO" '+%Y-%m-%d %H:%M:%S.%6N+00')'"
    recovered "$@" || fail "it cannot be recovered to \${wanted:+$RESTORE_TO }from base backup $base: $(why); nothing was changed"
    grep -E 'recovery stopping|last completed transaction' "$scratch/log" >&2 || :
    live_host=$PGHOST live_user=$PGUSER
    export PGHOST="$run" PGUSER=postgres
    hold_snapshot
    dump > "$scratch/dump" || fail "the recovered server cannot be dumped; nothing was changed"
    release_snapshot
    export PGHOST="$live_host" PGUSER="$live_user"
    stop_server
    rm -rf "$PGDATA"
  }
  iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
  # Each segment is followed by the next.
  unbroken_wal() {
    for destination in $DESTINATIONS; do rclone lsf --files-only "$destination:postgres-wal/$1" 2> /dev/null || :; done |
      sed -n 's/^\([0-9A-F]\{24\}\)\.gz$/\1/p; s/^\([0-9A-F]\{24\}\)\.partial\.gz$/\1 partial/p' | sort -u |
      awk -v first="$2" '
        function number(hex,  i, n) {
          for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
          return n
        }
        $1 < first || $1 == last { next }
        # 256 segments of 16 MiB to a log file. What was never finished has nothing after it.
        { n = number(substr($1, 9, 8)) * 256 + number(substr($1, 17, 8)) }
        last != "" && (n != at + 1 || unfinished) { print last " and " $1; exit }
        { last = $1; at = n; unfinished = $2 == "partial" }' > "$run/hole"
    [ ! -s "$run/hole" ] || [ -n "$wanted" ] ||
      fail "WAL is missing between $(cat "$run/hole"), after base backup $base; nothing was changed." \
        "Name a time before, or a dump"
  }

  case $RESTORE_TO in
    '') take_dump "$(newest_verified postgres)" ;;
    latest) take_point '' ;;
    *)
      if is_id "$RESTORE_TO"; then
        take_dump "$RESTORE_TO"
      else
        case $RESTORE_TO in
          [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T\ ][0-9][0-9]:[0-9][0-9]*[Z0-9])
            wanted=$(date -u -d "$RESTORE_TO" +%s 2> /dev/null) || wanted= ;;
          *) wanted= ;;
        esac
        [ -n "$wanted" ] || fail "RESTORE_TO is \"$RESTORE_TO\"; give the id of a backup such as 20261121T020000Z, a time" \
          "such as 2026-11-21T13:05:00Z, latest, or nothing for the newest verified dump"
        take_point "$wanted"
      fi
      ;;
  esac

  # One transaction, committed at the end of all of it: what fails or breaks off changes nothing. All becomes the
  # application's. Rights of roles that are not here are left out; comments on extensions are for their owners.
  pg_restore --list "$scratch/dump" > "$run/all"
  grep -E '^[0-9]+; [0-9]+ [0-9]+ (DEFAULT )?ACL ' "$run/all" > "$run/rights" || :
  grep -vE '^[0-9]+; [0-9]+ [0-9]+ ((DEFAULT )?ACL |COMMENT - EXTENSION )' "$run/all" > "$run/objects" || :
  # pg_restore would commit by itself, after each large object or at its end. Its own BEGIN is its first, its COMMIT
  # its last: this script has others around it.
  within_transaction() {
    awk '
      function let_go(  i) { for (i = 1; i <= kept; i++) print line[i]; kept = 0 }
      $0 == "BEGIN;" && !begun { begun = 1; next }
      $0 == "COMMIT;" { let_go(); line[++kept] = $0; next }
      kept && kept < 50 { line[++kept] = $0; next }
      { let_go(); print }
      END { for (i = 2; i <= kept; i++) print line[i] }'
  }
  objects() {
    pg_restore --single-transaction --file=- --no-owner --no-privileges --no-tablespaces --use-list="$run/objects" \
      "$scratch/dump" || echo 'pg_restore failed' > "$run/broken"
  }
  script() {
    echo "BEGIN; SET LOCAL lock_timeout = '60s';"
    [ "$RESTORE_REPLACE" != yes ] || echo 'DROP OWNED BY CURRENT_USER CASCADE;'
    objects | within_transaction
    [ ! -e "$run/broken" ] || return 1
    printf '%s\n' '\set ON_ERROR_STOP 0' '\set ON_ERROR_ROLLBACK on'
    pg_restore --file=- --no-owner --use-list="$run/rights" "$scratch/dump" || return 1
    printf '%s\n' '\set ON_ERROR_ROLLBACK off' '\set ON_ERROR_STOP 1' "\\o $run/restored" "$count_rows" '\o' \
      '\set same \`cmp -s '"$run/rows $run/restored"' && echo 1 || echo 0\`' \
      '\if :same' 'COMMIT;' "\\! touch $run/committed" '\endif'
  }
  rm -f "$run/broken" "$run/committed" "$run/restored"
  { script || echo 'error: pg_restore failed' >&2; } 2> "$run/making" | ask --output=/dev/null 2> "$run/said" || :
  cat "$run/making" >> "$run/said"
  cat "$run/said" >&2
  [ -e "$run/committed" ] || {
    [ ! -e "$run/restored" ] || diff "$run/rows" "$run/restored" >&2 || fail 'other rows than were backed up; nothing was changed'
    fail "nothing was changed: $({ grep -E 'ERROR|FATAL' "$run/said" || cat "$run/said"; } | tail -n 1)"
  }
  ! grep -q ERROR "$run/said" || say 'rights of roles that are not here were left out, as said above'
  ask --command='ANALYZE' 2> /dev/null || :
  say "restored: $(awk '{ rows += $1 } END { printf "%d rows in %d tables", rows, NR }' "$run/rows")"
`;

export const drillPostgres: Text = text`
  #!/bin/sh
  # Restores the newest verified dump, and then the newest base backup with all WAL, into servers of its own.
  . /etc/backup/library.sh
  . /etc/backup/postgres.sh
  . /etc/backup/scratch.sh
  kind=drill-postgres began=$(date +%s)

  newest=$(newest_verified postgres)
  [ -n "$newest" ] || fail "there is no verified dump in: $DESTINATIONS"
  initdb --pgdata="$PGDATA" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin \
    --builtin-locale=C.UTF-8 --no-sync > /dev/null
  start_server || fail "the scratch server does not start: $(why)"
  in_scratch --dbname=postgres --command="CREATE DATABASE \"$PGDATABASE\""
  load() { within pg_restore --exit-on-error --no-owner --no-privileges --no-tablespaces --dbname="$PGDATABASE"; }
  feed postgres "$newest" dump load
  manifest postgres "$newest" | value rows > "$run/rows"
  printf '%s\n' "$count_rows" | in_scratch > "$run/restored"
  diff "$run/rows" "$run/restored" >&2 || fail "dump $newest has other rows than when it was made"
  say "dump $newest has the $(awk '{ rows += $1 } END { printf "%d rows in %d tables", rows, NR }' "$run/rows") it was made of"
  stop_server

  newest=$(newest_verified postgres-base)
  [ -n "$newest" ] || fail "there is no verified base backup in: $DESTINATIONS"
  recover "$newest"
  pg_verifybackup --quiet "$PGDATA" || fail "base backup $newest is not as pg_basebackup made it"
  recovered || fail "base backup $newest cannot be recovered: $(why)"
  printf '%s\n' "$count_rows" | in_scratch > "$run/restored"
  say "base backup $newest, with all WAL, has $(
    awk '{ rows += $1 } END { printf "%d rows in %d tables", rows, NR }' "$run/restored")"
  metric last_success_timestamp_seconds "$(date +%s)"
  metric last_duration_seconds $(($(date +%s) - began))
`;
