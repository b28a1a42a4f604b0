{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.postgres.sh" -}}
# Sourced after library.sh. Who connects, and where to, is in PGHOST, PGUSER, PGDATABASE and LOGIN_FILE.
export PGPORT=5432 PGPASSFILE="$run/pgpass" PGCONNECT_TIMEOUT=10 PGAPPNAME=backup LC_ALL=C
[ -z "${LOGIN_FILE:-}" ] || {
  [ -s "$LOGIN_FILE" ] || fail "the Secret of Postgres has no key ${LOGIN_FILE##*/}, or it is empty"
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
{{- end }}
