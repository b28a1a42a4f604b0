{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.start.sh" -}}
#!/bin/sh
# Starts this pod's server: as the master where the Sentinels name it, else as a replica of whom they name.
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
own=$POD_NAME.$servers
await_name

# A server has data once it was in step with a master, or was one itself.
has_data() { [ -s /data/appendonlydir/appendonly.aof.manifest ] && [ ! -e /data/incomplete ]; }
# How many other servers answer, and how many of them have keys.
peers() {
  {
    for address in $(addresses "$servers"); do
      [ "$address" = "$POD_IP" ] || timeout 3 redis-cli -h "$address" dbsize 2> /dev/null &
    done
    wait
  } | awk 'NF { answer++ } NF && $0 != "0" { keys++ } END { print answer + 0, keys + 0 }'
}
# Why this server must not start yet; nothing where it may, as what $master says.
obstacle() {
  views=$(views)
  if [ "$(echo "$views" | grep -c .)" -le $((SENTINELS / 2)) ]; then
    echo 'no majority of the Sentinels answers that could say who is master'
    return
  fi
  master=$(echo "$views" | sort -k 1,1n | awk 'END { print $2 }')
  [ "$master" = "$own" ] || return 0
  case $views in *failover_in_progress*) echo 'the Sentinels are choosing another master'; return ;; esac
  ! has_data || return 0
  # The Sentinels name a server that has lost its volume: where replicas copied it, their data would be gone too.
  replicas=$(echo "$views" | awk '$3 > most { most = $3 } END { print most + 0 }')
  set -- $(peers)
  [ "$2" -eq 0 ] && { [ "$replicas" -eq 0 ] || [ "$1" -ge $((SERVERS - 1)) ]; } || echo "this volume is empty, and" \
    "the master had $replicas replicas: it waits until the Sentinels have chosen one; where none has the data," \
    "SENTINEL RESET mymaster on every Sentinel gives it up"
}

round=0 said=/run/redis/said
while obstacle > "$said"; [ -s "$said" ]; do
  [ $((round % 30)) -gt 0 ] || cat "$said"
  round=$((round + 1))
  sleep 1
done
rm "$said"
[ "$master" != "$own" ] || rm -f /data/incomplete
[ "$master" = "$own" ] || has_data || touch /data/incomplete

{
  printf 'requirepass "%s"\nmasterauth "%s"\n' "$password" "$password"
  echo "replica-announce-ip $own"
  # An incomplete server never becomes master.
  [ ! -e /data/incomplete ] || echo 'replica-priority 0'
  [ "$master" = "$own" ] || echo "replicaof $master 6379"
} > /run/redis/runtime.conf
# The file that Sentinels have the server rewrite.
echo 'include /etc/redis/redis.conf' > /run/redis/redis.conf
echo "the Sentinels name $master"
redis-server /run/redis/redis.conf &
server=$!
trap 'kill -TERM "$server"' TERM INT
sh /etc/redis/follow.sh 9>&- &
status=0
wait "$server" || status=$?
# Still there after SIGTERM: a replica that writes its first append-only file refuses to end until it has.
while kill -TERM "$server" 2> /dev/null; do sleep 1; done
wait "$server" || status=$?
exit "$status"
{{- end }}
