{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.library.sh" -}}
# Sourced by the scripts of the backups. Each destination, store and offsite, keeps the same:
#   <kind>/<id>/…        files of a backup; the id is the UTC time at which it began, 20261121T020000Z
#   <kind>/<id>/manifest written last: without it there is no backup. Lines "key value", "file <sha256> <bytes> <name>"
#   <kind>/<id>/verified written once all of it was read back and was right; only such backups are restored
#   metrics/<kind>.prom  in the store alone
set -eu
umask 077
PATH=/opt/backup:$PATH
run=/run/backup
secrets=/run/secrets/backup
kind= id= incomplete=
mkdir -p "$run"
export RCLONE_CONFIG="$run/rclone.conf" RCLONE_LOG_LEVEL=ERROR RCLONE_CONTIMEOUT=15s RCLONE_LOW_LEVEL_RETRIES=5 RCLONE_BUFFER_SIZE=4Mi \
  RCLONE_TRANSFERS=1 RCLONE_S3_UPLOAD_CONCURRENCY=2 RCLONE_S3_NO_CHECK_BUCKET=true
[ ! -s /opt/backup/ca-certificates.crt ] || export SSL_CERT_FILE=/opt/backup/ca-certificates.crt

say() { echo "$(date -u +%T) $*" >&2; }
# What is said last is why.
fail() { printf '%s\n' "$*" > "$run/reason"; exit 1; }
stop() {
  [ "$1" -eq 0 ] || {
    [ -z "$kind" ] || failed
    say "failed: $(cat "$run/reason" 2> /dev/null || echo 'a command did, see above')"
  }
  exit "$1"
}
failed() {
  set +e
  [ -z "$incomplete" ] || for destination in $DESTINATIONS; do
    rclone purge "$destination:$kind/$id" 2> /dev/null
  done
  metric last_failure_timestamp_seconds "$(date +%s)"
  set -e
}
rm -f "$run/reason"
trap 'stop $?' EXIT
trap 'fail "it was told to stop"' INT TERM

# A remote for each destination. Passwords go through files in memory and pipes: arguments are for all to read.
secret() { cat "$secrets/$1"; }
hidden() { secret "$1" | rclone obscure -; }
remote() {
  if [ "$ENCRYPTION" = true ]; then
    # Contents alone: names and folders stay as they are.
    printf '[%s]\ntype = crypt\nremote = %s\nfilename_encryption = off\ndirectory_name_encryption = false\n' "$1" "$2"
    printf 'suffix = none\npassword = %s\n\n' "$(hidden encryption-password)"
  else
    printf '[%s]\ntype = alias\nremote = %s\n\n' "$1" "$2"
  fi
}
configure() {
  printf '[plain]\ntype = webdav\nvendor = rclone\nurl = %s\nuser = backup\npass = %s\n\n' \
    "$STORE_URL" "$(hidden store-password)"
  remote store plain:
  case " $DESTINATIONS " in
    *' offsite '*)
      printf '[s3]\ntype = s3\nprovider = Other\nendpoint = %s\nregion = %s\n' "$OFFSITE_ENDPOINT" "$OFFSITE_REGION"
      printf 'access_key_id = %s\nsecret_access_key = %s\n\n' \
        "$(secret offsite-access-key-id)" "$(secret offsite-secret-access-key)"
      remote offsite "s3:$OFFSITE_PATH"
      ;;
  esac
}
for key in "$secrets"/*; do [ -s "$key" ] || fail "the key ${key##*/} of the Secrets is empty"; done
configure > "$run/rclone.conf"
# A restore may look in one place alone.
case ${RESTORE_FROM:-} in
  '') ;;
  store | offsite)
    case " $DESTINATIONS " in
      *" $RESTORE_FROM "*) DESTINATIONS=$RESTORE_FROM ;;
      *) fail "RESTORE_FROM is $RESTORE_FROM, but backups are kept in: $DESTINATIONS" ;;
    esac
    ;;
  *) fail "RESTORE_FROM is \"$RESTORE_FROM\"; give store, offsite, or nothing for both" ;;
esac

# begin KIND: a new backup, of its own id.
begin() {
  kind=$1 started=$(date +%s)
  while :; do
    id=$(date -u +%Y%m%dT%H%M%SZ)
    [ -n "$(rclone lsf "store:$kind/$id" 2> /dev/null)" ] || break
    sleep 1
  done
  : > "$run/manifest"
  incomplete=yes
  note kind "$kind"
  note id "$id"
  say "$kind $id begins"
}
note() { printf '%s\n' "$*" >> "$run/manifest"; }

# measured, then what writes to $run/sum.in and $run/size.in, then measurements: SHA-256 and bytes, in $found.
measured() {
  rm -f "$run/sum.in" "$run/size.in"
  mkfifo "$run/sum.in" "$run/size.in"
  sha256sum < "$run/sum.in" > "$run/sum" & summing=$!
  wc -c < "$run/size.in" > "$run/size" & sizing=$!
}
measurements() {
  wait "$summing" "$sizing"
  found="$(sed 's/ .*//' "$run/sum") $(tr -d ' ' < "$run/size")"
}

# put NAME COMMAND…: what the command prints becomes a file of the backup, in every destination. The command is one
# program or function; where it fails, the backup does.
put() {
  name=$1
  shift
  rm -f "$run/broken" "$run/untaken"
  measured
  { "$@" || touch "$run/broken"; } | tee "$run/sum.in" "$run/size.in" |
    rclone rcat "store:$kind/$id/$name" || touch "$run/untaken"
  measurements
  # What writes to nobody fails as well.
  [ ! -e "$run/untaken" ] || fail "the store did not take $kind/$id/$name; $kind $id is given up"
  [ ! -e "$run/broken" ] || fail "$1 failed; $kind $id is given up"
  for destination in $DESTINATIONS; do
    [ "$destination" = store ] || rclone copyto "store:$kind/$id/$name" "$destination:$kind/$id/$name" ||
      fail "$destination did not take $kind/$id/$name; $kind $id is given up"
  done
  note "file $found $name"
}

# finish: now it is a backup, though not a verified one.
finish() {
  note seconds $(($(date +%s) - started))
  for destination in $DESTINATIONS; do
    rclone rcat "$destination:$kind/$id/manifest" < "$run/manifest" || fail "$destination did not take the manifest"
  done
  incomplete=
  metric last_size_bytes "$(awk '$1 == "file" { sum += $3 } END { printf "%d", sum }' "$run/manifest")"
  metric last_duration_seconds "$(value seconds < "$run/manifest")"
}
# value KEY: of a manifest on standard input.
value() { sed -n "s/^$1 //p"; }

# verify KIND ID CHECK: reads everything back from every destination. CHECK NAME gets each file on its standard input.
verify() {
  for destination in $DESTINATIONS; do
    rclone cat "$destination:$1/$2/manifest" > "$run/read" || fail "$destination has no manifest of $1 $2"
    while read -r word sum size name; do
      [ "$word" = file ] || continue
      rm -f "$run/broken"
      measured
      { rclone cat "$destination:$1/$2/$name" || echo "$destination cannot read it" > "$run/broken"; } < /dev/null |
        tee "$run/sum.in" "$run/size.in" |
        { "$3" "$name" || echo "$3 refuses it" >> "$run/broken"; cat > /dev/null; }
      measurements
      [ "$found" = "$sum $size" ] ||
        echo "it has SHA-256 and bytes $found, the manifest says $sum $size" >> "$run/broken"
      [ ! -s "$run/broken" ] || fail "$1/$2/$name in $destination is corrupted: $(tr '\n' ';' < "$run/broken")"
    done < "$run/read"
    date -u +%Y-%m-%dT%H:%M:%SZ | rclone rcat "$destination:$1/$2/verified" || fail "$destination did not take the mark"
  done
  metric last_verified_timestamp_seconds "$(date +%s)"
  metric last_success_timestamp_seconds "$(date +%s)"
  say "$1 $2 is verified in: $DESTINATIONS"
}

is_id() { case $1 in [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z) ;; *) return 1 ;; esac; }
# number ID: comparable, as an id is a time.
number() { echo "$1" | tr -d TZ; }

# verified_in DESTINATION KIND: ids, the oldest first.
verified_in() {
  rclone lsf --recursive --files-only --include '/*/verified' "$1:$2" 2> /dev/null | sed 's,/verified$,,' | sort
}
# verified KIND: ids that any destination has verified, the oldest first.
verified() { for destination in $DESTINATIONS; do verified_in "$destination" "$1"; done | sort -u; }
# newest_verified KIND: nothing where there is none.
newest_verified() { verified "$1" | tail -n 1; }
# places KIND ID: destinations that have it verified.
places() {
  for destination in $DESTINATIONS; do
    [ -z "$(rclone lsf "$destination:$1/$2/verified" 2> /dev/null)" ] || printf '%s ' "$destination"
  done
}
# manifest KIND ID: prints it.
manifest() { rclone cat "$(places "$1" "$2" | sed 's/ .*//'):$1/$2/manifest"; }

# feed KIND ID NAME COMMAND…: gives the command the file on its standard input, from each place in turn, until it was
# as the manifest says. What the command made of one that was not must be thrown away: it is run again, or all fails.
feed() {
  from=$1 which=$2 name=$3
  shift 3
  for destination in $(places "$from" "$which"); do
    expected=$(rclone cat "$destination:$from/$which/manifest" |
      awk -v name="$name" '$1 == "file" && $4 == name { print $2, $3 }')
    rm -f "$run/broken"
    measured
    { rclone cat "$destination:$from/$which/$name" || :; } | tee "$run/sum.in" "$run/size.in" |
      { "$@" || echo "$1 refuses it" > "$run/broken"; cat > /dev/null; }
    measurements
    [ "$found" != "$expected" ] || [ -s "$run/broken" ] || return 0
    say "$from/$which/$name in $destination is CORRUPTED: it has SHA-256 and bytes $found, the manifest says $expected"
  done
  fail "no place has $from/$which/$name as it was verified; nothing was changed"
}
save() { cat > "$1"; }
# fetch KIND ID NAME FILE
fetch() { feed "$1" "$2" "$3" save "$4"; }

# retain KIND DAYS: deletes what is older, never the newest verified one.
retain() {
  oldest=$(date -u -d "@$(($(date +%s) - $2 * 86400))" +%Y%m%d%H%M%S)
  for destination in $DESTINATIONS; do
    newest=$(verified_in "$destination" "$1" | tail -n 1)
    for old in $(rclone lsf --dirs-only "$destination:$1" | tr -d /); do
      is_id "$old" && [ "$(number "$old")" -lt "$oldest" ] && [ "$old" != "$newest" ] || continue
      rclone purge "$destination:$1/$old" || fail "$destination does not delete $1/$old"
      say "$1 $old, older than $2 days, is deleted from $destination"
    done
  done
}

# metric NAME VALUE: backup_<name>{backup="<kind>"}, in the store, for the exporter; the others of the kind stay.
metric() {
  { rclone cat "plain:metrics/$kind.prom" 2> /dev/null | sed "/^backup_$1{/d"
    echo "backup_$1{backup=\"$kind\"} $2"; } > "$run/metrics"
  rclone rcat "plain:metrics/$kind.prom" < "$run/metrics" || say "the store did not take the metric $1"
}
{{- end }}
