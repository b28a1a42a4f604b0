{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.start-sentinel.sh" -}}
#!/bin/sh
# Starts this pod's Sentinel with what it knew before, or else with what others know.
set -eu
umask 077
trap 'exit 143' TERM INT

case ${REDISCLI_AUTH:?the password is empty} in
  *[[:cntrl:]]*) echo 'the password holds a line break or another control character' >&2; exit 1 ;;
esac
password=$(printf '%s' "$REDISCLI_AUTH" | sed 's/["\\]/\\&/g')

# A pod deleted by force can leave its server running: one server at a time has the volume.
exec 9>>/data/.lock
flock -n 9 || {
  echo 'another server has this volume; waiting until it ends'
  flock 9 & # in the background, so that a signal ends the wait
  wait $!
}
# Names in full, no other search, and little patience: the cluster's own DNS says at once that a pod is gone, and Sentinel
# does nothing else while it waits for such an answer.
cluster=$(awk -v own="$POD_NAMESPACE.svc." '
  $1 == "search" { for (i = 2; i <= NF; i++) if (index($i, own) == 1) found = substr($i, length(own) + 1) }
  END { print found }' /etc/resolv.conf)
[ -z "$cluster" ] || export LOCALDOMAIN="$cluster"
export RES_OPTIONS='timeout:1 attempts:2'
servers=$SERVERS_NAME-headless.$POD_NAMESPACE.svc${cluster:+.$cluster}
sentinels=$SENTINELS_NAME-headless.$POD_NAMESPACE.svc${cluster:+.$cluster}

# What others call this pod, known once DNS can be reached and others would find it.
await_name() {
  for _ in $(seq 30); do
    [ -z "$(addresses "$own")" ] || break
    sleep 0.5
  done
}
addresses() { getent hosts "$1" | awk '{ print $1 }'; }
# Of each Sentinel that answers: the epoch of its configuration, the master, how many replicas that has, and its flags.
views() {
  for address in $(addresses "$sentinels"); do
    timeout 3 redis-cli -h "$address" -p 26379 sentinel master mymaster 2> /dev/null | awk '
      NR % 2 { key = $0; next }
      { value[key] = $0 }
      END { if ("ip" in value) print value["config-epoch"], value["ip"], value["num-slaves"], value["flags"] }' &
  done
  wait
}
. /etc/redis/numbers.sh
own=$POD_NAME.$sentinels
await_name

# What a Sentinel has written down, but for servers and Sentinels that there are no more.
remembered() {
  [ ! -s /data/sentinel.conf ] || awk -v servers="$SERVERS" -v sentinels="$SENTINELS" -v quorum="$QUORUM" '
    function ordinal(host) { sub(/\..*/, "", host); sub(/.*-/, "", host); return host + 0 }
    $1 != "sentinel" || ($2 == "known-replica" && ordinal($4) >= servers) { next }
    $2 == "known-sentinel" && ordinal($4) >= sentinels { next }
    $2 == "monitor" { $6 = quorum }
    $2 ~ /^(monitor|config-epoch|leader-epoch|current-epoch|known-replica|known-sentinel)$/' /data/sentinel.conf
}
# The server that is master of most replicas.
acting_master() {
  for address in $(addresses "$servers"); do
    timeout 3 redis-cli -h "$address" info replication 2> /dev/null | tr -d '\r' | awk -F : -v address="$address" '
      { value[$1] = $2 }
      END { if (value["role"] == "master") print value["connected_slaves"], address }'
  done | sort -n | tail -n 1 | while read -r _ address; do
    timeout 3 redis-cli -h "$address" config get replica-announce-ip | tail -n 1
  done
}
# As other Sentinels know it, or as it is, or the first server.
find_master() {
  master=$(views | awk '$1 > 0 || $3 > 0' | sort -k 1,1n | awk 'END { print $2 }')
  [ -n "$master" ] || master=$(acting_master)
  echo "${master:-$SERVERS_NAME-0.$servers}"
}

state=$(remembered)
case $state in *'sentinel monitor '*) ;; *) state="sentinel monitor mymaster $(find_master) 6379 $QUORUM" ;; esac
{
  cat /etc/redis/sentinel.conf
  printf 'requirepass "%s"\nsentinel sentinel-pass "%s"\nsentinel auth-pass mymaster "%s"\n' \
    "$password" "$password" "$password"
  echo "sentinel announce-ip $own"
  # The same on an emptied volume: an ID that is gone would count as a vote that is missing.
  echo "sentinel myid $(printf %s "$own" | sha1sum | cut -c 1-40)"
  echo "$state"
} > /data/sentinel.conf.new
mv /data/sentinel.conf.new /data/sentinel.conf
redis-server /data/sentinel.conf --sentinel &
server=$!
trap 'kill -TERM "$server"' TERM INT
sh /etc/redis/follow-sentinel.sh 9>&- &
status=0
wait "$server" || status=$?
# Still there after SIGTERM: a replica that writes its first append-only file refuses to end until it has.
while kill -TERM "$server" 2> /dev/null; do sleep 1; done
wait "$server" || status=$?
exit "$status"
{{- end }}
