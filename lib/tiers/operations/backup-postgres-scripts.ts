/**
 * The scripts that back a Postgres up, in POSIX sh. Beside what library.sh uses: `awk`, `expr`, `grep`, `gzip`, `sleep`
 * and `tar`, and PostgreSQL's `pg_basebackup`, `pg_dump`, `pg_restore` and `psql`, all of which its image has.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** Sourced after library.sh by all that deals with a Postgres. */
export const postgresLibrary: Text = text`
  # Sourced after library.sh. Who connects, and where to, is in PGHOST, PGUSER, PGDATABASE and LOGIN_FILE.
  export PGPORT=5432 PGPASSFILE="$run/pgpass" PGCONNECT_TIMEOUT=10 PGAPPNAME=backup LC_ALL=C
  [ -z "\${LOGIN_FILE:-}" ] || {
    [ -s "$LOGIN_FILE" ] || fail "the Secret of Postgres has no key \${LOGIN_FILE##*/}, or it is empty"
    printf '*:*:*:*:%s\n' "$(sed 's/[\\:]/\\&/g' "$LOGIN_FILE")" > "$PGPASSFILE"
  }

  ask() { psql --no-psqlrc --quiet --no-align --tuples-only --no-password --set=ON_ERROR_STOP=1 "$@"; }
  system_identifier() { ask --command='SELECT system_identifier FROM pg_control_system()'; }
  # reachable: waits a minute for the server.
  reachable() {
    tries=30
    until ask --command='SELECT' > /dev/null 2> "$run/refusal"; do
      tries=$((tries - 1))
      [ "$tries" -gt 0 ] || fail "$PGHOST does not answer $PGUSER: $(cat "$run/refusal")"
      sleep 2
    done
  }

  # A query whose rows are queries: the rows of each table of the application, as "<rows> <table>".
  # Forced row level security hides rows from the owner who restores them.
  count_rows="
    SELECT format('SELECT count(*) || %L FROM ONLY %I.%I', format(' %I.%I', nspname, relname), nspname, relname)
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
     WHERE relkind = 'r' AND NOT relforcerowsecurity AND nspname !~ '^pg_'
       AND nspname NOT IN ('information_schema', 'pgbouncer')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
     ORDER BY format('%I.%I', nspname, relname) COLLATE \"C\" \\gexec"

  # hold: a session that stays open, told what to do by tell and ended by release.
  hold() {
    rm -f "$run/session" "$run/ended"
    mkfifo "$run/session"
    { ask < "$run/session" > /dev/null 2> "$run/refusal" || echo "$?" > "$run/ended"; } &
    session=$!
    exec 3> "$run/session"
  }
  unbroken() { [ ! -e "$run/ended" ] || fail "the session with Postgres broke: $(cat "$run/refusal")"; }
  tell() { unbroken; printf '%s\n' "$*" >&3; }
  # told FILE: waits until the session has made it.
  told() {
    until [ -e "$1" ]; do unbroken; sleep 1; done
  }
  release() {
    exec 3>&-
    wait "$session"
    unbroken
  }

  # With a snapshot held: the same rows are counted, into $run/rows, and dumped.
  hold_snapshot() {
    rm -f "$run/snapshot" "$run/held" "$run/rows" "$run/counted"
    hold
    tell 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0;'
    tell "\\o $run/snapshot"
    tell 'SELECT pg_export_snapshot();'
    tell '\o'
    tell "\\! touch $run/held"
    told "$run/held"
    tell "\\o $run/rows"
    tell "$count_rows"
    tell '\o'
    tell "\\! touch $run/counted"
  }
  release_snapshot() {
    told "$run/counted"
    tell 'COMMIT;'
    release
  }
  # What initialise.sql makes itself is left out.
  dump() {
    pg_dump --format=custom --compress=gzip --snapshot="$(cat "$run/snapshot")" --no-password --lock-wait-timeout=300s \
      --exclude-schema=pgbouncer --exclude-extension=pg_stat_statements "$@"
  }
`;

export const dumpPostgres: Text = text`
  #!/bin/sh
  # Dumps the application's database, and reads the dump back from everywhere.
  . /etc/backup/library.sh
  . /etc/backup/postgres.sh
  reachable

  # A check: all data of the archive, into nothing.
  restorable() { pg_restore --file=/dev/null; }

  begin postgres
  note database "$PGDATABASE"
  note server "$(ask --command='SHOW server_version')"
  note system "$(system_identifier)"
  hold_snapshot
  put dump dump
  release_snapshot
  while read -r rows table; do note rows "$rows" "$table"; done < "$run/rows"
  finish
  verify postgres "$id" restorable
  retain postgres "$RETENTION_DAYS"
`;

export const baseBackup: Text = text`
  #!/bin/sh
  # Copies the server as it is, if a copy is due, and deletes WAL that no copy needs any more.
  . /etc/backup/library.sh
  . /etc/backup/postgres.sh
  reachable
  system=$(system_identifier)

  # due: says why.
  due() {
    newest=$(newest_verified postgres-base)
    [ -n "$newest" ] || { say 'there is no verified base backup'; return 0; }
    manifest postgres-base "$newest" > "$run/newest"
    [ "$(value system < "$run/newest")" = "$system" ] || { say 'the newest one is of another server'; return 0; }
    since=$(for destination in $DESTINATIONS; do
      rclone cat "$destination:postgres-wal/$system/since" 2> /dev/null || :
    done | sort | tail -n 1)
    expr "x$(value segment < "$run/newest")" '>=' "x$since" > /dev/null ||
      { say "the newest one, $newest, is older than the WAL: the stream began anew at $since"; return 0; }
    # Half an hour less, as no turn is exactly on time.
    [ $(($(date +%s) - $(value started < "$run/newest"))) -lt $((EVERY_HOURS * 3600 - 1800)) ] ||
      { say "the newest one, $newest, is $EVERY_HOURS hours old"; return 0; }
    return 1
  }
  # The manifest of pg_basebackup and a label are in it, and all of it can be unpacked.
  complete() {
    tar --list --gzip --file=- > "$run/listing" &&
      grep -qx backup_manifest "$run/listing" && grep -qx backup_label "$run/listing"
  }
  copy() {
    pg_basebackup --pgdata=- --format=tar --gzip --wal-method=fetch --checkpoint=fast --no-password --verbose \
      2> "$run/basebackup.log"
  }
  said() { sed -n "s/^pg_basebackup: write-ahead log $1 point: \([0-9A-F/]*\).*/\1/p" "$run/basebackup.log"; }
  # WAL of the server that no base backup of it in the destination begins before.
  retain_wal() {
    for other in $(rclone lsf --dirs-only "$1:postgres-wal" 2> /dev/null | tr -d /); do
      oldest=
      for kept in $(verified_in "$1" postgres-base); do
        rclone cat "$1:postgres-base/$kept/manifest" > "$run/kept"
        [ "$(value system < "$run/kept")" != "$other" ] || { oldest=$(value segment < "$run/kept"); break; }
      done
      # The WAL of this server waits for a base backup; that of a former one is of no use without.
      [ -n "$oldest" ] || [ "$other" != "$system" ] || continue
      rclone lsf --files-only "$1:postgres-wal/$other" |
        awk -v oldest="$oldest" 'oldest == "" || ($0 ~ /^[0-9A-F]+\./ && substr($0, 1, 24) < oldest)' > "$run/needless"
      [ -s "$run/needless" ] || continue
      rclone delete --files-from-raw "$run/needless" "$1:postgres-wal/$other" || fail "$1 does not delete WAL"
      say "$(wc -l < "$run/needless") files of WAL before \${oldest:-the end of server $other} are deleted from $1"
    done
  }

  if due; then
    begin postgres-base
    # WAL that the copy needs stays until it has been fetched.
    hold
    tell "SELECT pg_create_physical_replication_slot('backup_base', true, true);"
    put base.tar.gz copy
    release
    note system "$system"
    note started "$started"
    note segment "$(ask --command="SELECT pg_walfile_name('$(said start)')")"
    # From this time on, by the server's clock, it can be recovered.
    note recoverable "$(ask --command='SELECT ceil(extract(epoch FROM clock_timestamp()))::bigint')"
    finish
    verify postgres-base "$id" complete
  else
    say "the newest one, $newest, will do"
  fi
  retain postgres-base "$RETENTION_DAYS"
  for destination in $DESTINATIONS; do retain_wal "$destination"; done
`;
