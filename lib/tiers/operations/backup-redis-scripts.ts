/**
 * The scripts of Redis backups, in POSIX sh. Beside the shell's own and those of library.sh they use `awk`, `cat`, `grep`,
 * `head`, `rm`, `sed`, `sleep`, `sort`, `tail` and `tr`, and `redis-check-rdb`, `redis-cli` and `redis-server`: the image
 * has all of them in its PATH.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { copyKeys } from './backup-redis-copy';

/** What asks the servers of the release. */
const servers: Text = text`
  export REDISCLI_AUTH=$REDIS_PASSWORD
  at() { host=$1; shift; redis-cli -h "$host" "$@" < /dev/null | tr -d '\r'; }

  # Each master as it sees itself: its ID, its address and its slots. A server of its own has all of them.
  layout() {
    [ "\${REDIS_CLUSTER:-false}" = true ] || { echo "server $REDIS_HOST 0-16383"; return; }
    at "$REDIS_HOST" cluster nodes |
      awk '$3 ~ /master/ && $3 !~ /fail|handshake|noaddr/ { sub(/:[0-9]*@.*/, "", $2); print $2 }' > "$run/masters"
    while read -r address; do
      at "$address" cluster nodes | awk -v address="$address" '
        $3 ~ /myself/ && $3 ~ /master/ && NF > 8 {
          printf "%s %s", $1, address
          for (f = 9; f <= NF; f++) printf " %s", $f
          print ""
        }'
    done < "$run/masters" | sort
  }
  # whole LAYOUT: each slot has one owner, and none is being moved.
  whole() {
    echo "$1" | awk '
      { for (f = 3; f <= NF; f++) {
          if ($f ~ /^\[/) { moving = 1; continue }
          n = split($f, edge, "-")
          for (s = edge[1] + 0; s <= edge[n] + 0; s++) owners[s]++
      } }
      END { for (s = 0; s < 16384; s++) if (owners[s] != 1) exit 1; exit moving }'
  }
`;

/** What runs a server of this pod's own, from an RDB. */
const scratch: Text = text`
  own() { env -u REDISCLI_AUTH redis-cli -s /tmp/redis.sock "$@"; }
  # load NAME: a server without a port, without persistence, and with the keys of /scratch/NAME.
  load() {
    env -u REDISCLI_AUTH redis-server --port 0 --unixsocket /tmp/redis.sock --dir /scratch --dbfilename "$1" --save '' \
      --appendonly no --slowlog-log-slower-than -1 > "$run/server.log" 2>&1 &
    server=$!
    until [ "$(own ping 2> /dev/null)" = PONG ]; do
      kill -0 "$server" 2> /dev/null || fail "$1 of $id does not load: $(tail -n 3 "$run/server.log")"
      sleep 0.2
    done
  }
  unload() { own shutdown nosave || :; wait "$server" || :; }

  # The files of the backup: name, keys, keys with a TTL, slots.
  rdbs() { sed -n 's/^rdb //p' "$run/restored"; }
  # choose: the backup that RESTORE_TO names, the newest verified one up to that time, or the newest of all.
  choose() {
    case \${RESTORE_TO:-} in
      '') id=$(newest_verified redis) ;;
      *[-:]*)
        id= most=$(echo "$RESTORE_TO" | tr -d ': -')
        is_id "$most" ||
          fail "RESTORE_TO is \"$RESTORE_TO\"; give a time such as 2026-11-21T03:00:00Z, or the ID of a backup"
        for candidate in $(verified redis); do
          [ "$(number "$candidate")" -gt "$(number "$most")" ] || id=$candidate
        done
        ;;
      *)
        id=$RESTORE_TO
        [ -n "$(places redis "$id")" ] ||
          fail "there is no verified backup $id in: $DESTINATIONS; nothing was changed. Those are: $(
            verified redis | tr '\n' ' ')"
        ;;
    esac
    [ -n "$id" ] ||
      fail "there is no verified backup \${RESTORE_TO:+up to $RESTORE_TO }in: $DESTINATIONS; nothing was changed"
    manifest redis "$id" > "$run/restored"
    [ -n "$(rdbs)" ] || fail "the manifest of redis $id names no RDB; nothing was changed"
  }
  # take NAME: into /scratch, as it was verified.
  take() { [ -e "/scratch/$1" ] || fetch redis "$id" "$1" "/scratch/$1"; }
  # From INFO: the keys of all databases, and those of them that never expire.
  counted() { awk -F '[=,]' '/^db/ { all += $2; lasting += $2 - $4 } END { print all + 0, lasting + 0 }'; }
  # same NAME KEYS EXPIRING: the server has the keys that never expire, and no more than there were of the others.
  same() {
    own info keyspace | tr -d '\r' | counted > "$run/count"
    read -r loaded permanent < "$run/count"
    [ "$permanent" -eq $(($2 - $3)) ] && [ "$loaded" -le "$2" ] ||
      fail "$1 of $id loads $loaded keys, $permanent of them without a TTL; the manifest says $2 and $(($2 - $3))"
  }
`;

/** Saves an RDB of each master. */
export const backUpRedis: Text = text`
  #!/bin/sh
  # Saves an RDB of each master, and reads all of it back.
  . /etc/backup/library.sh

  ${servers}

  # examine FILE: whether it is sound; its keys and those with a TTL, in $keys and $expiring.
  examine() {
    redis-check-rdb "$1" > "$run/examined" 2>&1 || return 1
    keys=$(sed -n 's/^\[info\] \([0-9]*\) keys read.*/\1/p' "$run/examined")
    expiring=$(sed -n 's/^\[info\] \([0-9]*\) expires.*/\1/p' "$run/examined")
    [ -n "$keys" ]
  }
  save_each() {
    : > "$run/rdbs"
    echo "$before" > "$run/before"
    while read -r node address slots; do
      redis-cli -h "$address" --rdb "/scratch/$node.rdb" < /dev/null >&2 || return 1
      examine "/scratch/$node.rdb" || { tail -n 3 "$run/examined" >&2; return 1; }
      echo "$node.rdb $keys $expiring $slots" >> "$run/rdbs"
    done < "$run/before"
  }
  # The slots of the masters, saved, and still theirs afterwards.
  save_all() {
    before=$(layout)
    whole "$before" || { say "not every slot has one owner: $before"; return 1; }
    save_each || return 1
    after=$(layout)
    [ "$before" = "$after" ] || { say "the masters changed from: $before to: $after"; return 1; }
  }

  begin redis
  attempt=1
  until save_all; do
    [ "$attempt" -lt 5 ] || fail 'in none of 5 attempts could an RDB of every slot be saved, for the reasons above'
    attempt=$((attempt + 1))
    rm -f /scratch/*
    sleep 10
  done

  note redis-version "$(redis-cli --version | sed 's/^redis-cli //')"
  while read -r name keys expiring slots; do
    note rdb "$name" "$keys" "$expiring" "$slots"
    put "$name" cat "/scratch/$name"
    rm "/scratch/$name"
    say "$name: $keys keys, $expiring of them with a TTL, of slots $slots"
  done < "$run/rdbs"
  finish

  # As it was read back, an RDB is sound and has the keys that it had.
  check() {
    examine /dev/stdin || { tail -n 3 "$run/examined" >&2; return 1; }
    grep -q "^rdb $1 $keys $expiring " "$run/manifest"
  }
  verify redis "$id" check
  retain redis "$RETENTION_DAYS"
`;

/** Copies the keys of a backup into the running servers, whatever slots they own now. */
export const restoreRedis: Text = text`
  #!/bin/sh
  # Copies the keys of a backup into the running servers, through their network ports.
  . /etc/backup/library.sh

  ${servers}
  ${scratch}

  # A key larger than the tenth of maxmemory that clients may take comes in one piece: the limit waits outside.
  lift_limits() {
    : > "$run/limits"
    echo "$masters" | while read -r _ address _; do
      limit=$(at "$address" config get maxmemory-clients | tail -n 1)
      echo "$address $limit" >> "$run/limits"
      at "$address" config set maxmemory-clients 0 > /dev/null
    done
  }
  tidy() {
    while read -r address limit; do
      at "$address" config set maxmemory-clients "$limit" > /dev/null || :
    done < "$run/limits"
    kill "$server" 2> /dev/null || :
  }
  : > "$run/limits"
  server=
  trap 'status=$?; tidy; stop "$status"' EXIT

  everywhere() { echo "$masters" | while read -r _ address _; do at "$address" "$@"; done; }
  found() { everywhere info keyspace | counted; }
  evicted() { everywhere info stats | awk -F : '/^evicted_keys:/ { sum += $2 } END { print sum + 0 }'; }
  # How many bytes the replica that is furthest behind has yet to get.
  behind() {
    everywhere info replication | tr ',' '\n' | awk -F '[:=]' '
      /^role/ { least = "" }
      $1 == "state" { online = $2 == "online" }
      $1 == "offset" && online && (least == "" || $2 < least) { least = $2 }
      /^master_repl_offset/ && least != "" && $2 - least > most { most = $2 - least }
      END { print most + 0 }'
  }
  # Replicas get what the masters get; one that falls behind too far would need a full copy.
  keep_replicas() {
    waited=0
    until [ "$(behind)" -lt 4194304 ] || [ "$waited" -ge 60 ]; do sleep 1; waited=$((waited + 1)); done
  }

  quoted=$(printf '%s' "$REDISCLI_AUTH" | sed 's/["\\]/\\&/g')
  # step DATABASE: copies some keys, and moves $cursor on. The password goes through the pipe of a builtin.
  step() {
    ranges=$(echo "$masters" | awk '
      { for (f = 3; f <= NF; f++) { n = split($f, edge, "-"); printf " %d %d %s", edge[1], edge[n], $2 } }')
    refused='the server of this pod does not answer'
    printf 'evalsha %s 0 %s %s "%s" %s%s\n' "$copy" "$cursor" "$1" "$quoted" "$REDIS_PORT" "$ranges" |
      own > "$run/step" || return 1
    { read -r next && read -r copied && read -r bytes && read -r refused || :; } < "$run/step"
    case \${next:-none} in *[!0-9]*) refused=$(cat "$run/step") ;; esac
    [ -z "$refused" ] || return 1
    cursor=$next total=$((total + copied)) unseen=$((unseen + bytes))
  }
  copy_database() {
    cursor=0 failures=0
    while :; do
      if step "$1"; then
        failures=0
        [ "$unseen" -lt 4194304 ] || { keep_replicas; unseen=0; }
        [ "$cursor" != 0 ] || return 0
      else
        failures=$((failures + 1))
        case $refused in
          *OOM*) fail "a server has no room left: $refused. Raise its memory, then restore again with RESTORE_REPLACE=yes" ;;
        esac
        [ "$failures" -lt 12 ] ||
          fail "keys cannot be copied: $refused. The servers hold a part; restore again with RESTORE_REPLACE=yes"
        say "again, because: $refused"
        sleep 5
        masters=$(layout)
      fi
    done
  }
  copy_functions() {
    [ -n "$(own function list)" ] || return 0
    own -D '' function dump > "$run/functions"
    echo "$masters" | while read -r _ address _; do
      redis-cli -h "$address" -X payload function restore payload replace < "$run/functions" |
        grep -q OK || echo "$address"
    done > "$run/without"
    [ ! -s "$run/without" ] || fail "functions were refused by $(cat "$run/without")"
  }

  choose
  say "redis $id is restored, saved by $(value redis-version < "$run/restored")"

  attempts=0
  until masters=$(layout) && whole "$masters"; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 30 ] || fail "not every slot has one owner, so nothing was changed: $masters"
    sleep 2
  done
  found > "$run/count"
  read -r all lasting < "$run/count"
  if [ "$all" -gt 0 ] && [ "\${RESTORE_REPLACE:-no}" != yes ]; then
    fail "the servers hold $all keys; nothing was changed. To replace them by those of $id, set RESTORE_REPLACE=yes"
  fi

  # All of it is here and loads before anything is flushed.
  rdbs > "$run/rdbs"
  due=0
  while read -r name keys expiring _; do
    take "$name"
    [ "$all" -eq 0 ] || { load "$name"; same "$name" "$keys" "$expiring"; unload; }
    due=$((due + keys - expiring))
  done < "$run/rdbs"
  [ "$all" -eq 0 ] || { say "flushing $all keys"; everywhere flushall sync > /dev/null; }

  lift_limits
  evicted_before=$(evicted)
  started=$(date +%s) total=0 unseen=0
  while read -r name keys expiring _; do
    load "$name"
    same "$name" "$keys" "$expiring"
    copy=$(own -x script load <<'LUA'
  ${copyKeys}
  LUA
    )
    own info keyspace | tr -d '\r' | sed -n 's/^db\([0-9]*\):.*/\1/p' > "$run/databases"
    while read -r database; do
      [ "$database" -eq 0 ] || [ "\${REDIS_CLUSTER:-false}" != true ] ||
        fail "$name has keys in database $database, and a cluster has database 0 alone; restore into a server of its own"
      copy_database "$database"
    done < "$run/databases"
    copy_functions
    unload
    rm "/scratch/$name"
  done < "$run/rdbs"

  found > "$run/count"
  read -r all lasting < "$run/count"
  lost=$(($(evicted) - evicted_before))
  [ "$lost" -le 0 ] ||
    fail "the servers evicted $lost keys meanwhile; raise their memory, then restore again with RESTORE_REPLACE=yes"
  [ "$lasting" -ge "$due" ] ||
    fail "the servers hold $lasting keys without a TTL, $id has $due; restore again with RESTORE_REPLACE=yes"
  seconds=$(($(date +%s) - started))
  say "redis $id is restored: $total keys in $seconds s"
  say "the servers hold $all keys, $lasting of them without a TTL, of which $id has $due"
`;

/** Loads the newest backup, as a restore would. */
export const drillRedis: Text = text`
  #!/bin/sh
  # Loads the newest verified backup into a server of this pod's own, and counts its keys.
  . /etc/backup/library.sh

  ${scratch}

  kind=drill-redis began=$(date +%s) server=
  trap 'status=$?; [ -z "$server" ] || kill "$server" 2> /dev/null || :; stop "$status"' EXIT
  choose
  rdbs > "$run/rdbs"
  total=0
  while read -r name keys expiring _; do
    take "$name"
    load "$name"
    same "$name" "$keys" "$expiring"
    unload
    rm "/scratch/$name"
    total=$((total + keys))
  done < "$run/rdbs"
  metric last_success_timestamp_seconds "$(date +%s)"
  metric last_duration_seconds $(($(date +%s) - began))
  say "redis $id: all $total keys load"
`;
