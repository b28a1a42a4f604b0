{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis-cluster.start.sh" -}}
#!/bin/sh
# Starts this pod's node, and beside it the script that tells it of changes around it.
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
# in_views ID PROGRAM: what awk makes of the nodes that each peer knows, all peers asked at once.
in_views() {
  for address in $(getent hosts "$DOMAIN" | awk '{ print $1 }'); do
    [ "$address" = "$POD_IP" ] || timeout 3 redis-cli -h "$address" cluster nodes 2> /dev/null |
      awk -v id="$1" -v host="$POD_NAME.$DOMAIN" "$2" &
  done
  wait
}
# IDs of this pod other than ID: each with its flags and its number of slot ranges, in each view.
older_selves() {
  in_views "$1" '{ split($2, name, ",") } name[2] == host && $1 != id { print $1, $3, NF - 8 }'
}
# Has the best replica of ID take over, as a majority of masters would: where none is left, or where no replica was in
# step since its own start, nobody is elected. The older ID never comes back, so nobody is deprived.
take_over() {
  in_views "$1" '$4 == id && $3 ~ /slave/ && $3 !~ /fail|noaddr/ { sub(/:6379@.*/, "", $2); print $2 }' | sort -u |
    while read -r replica; do
      offset=$(timeout 3 redis-cli -h "$replica" info replication | tr -d '\r' | sed -n 's/^master_repl_offset://p')
      keys=$(timeout 3 redis-cli -h "$replica" dbsize)
      case $offset$keys in *[!0-9]*) ;; *[1-9]*) echo "$offset $keys $replica" ;; esac
    done | sort -k 1,1n -k 2,2n | tail -n 1 | while read -r _ _ replica; do
      echo "asking $replica to take over: $(redis-cli -h "$replica" cluster failover takeover)"
    done
}

await_takeover() {
  round=0 failing=0
  while
    older=$(older_selves '')
    owner=$(echo "$older" | awk '
      $3 > 0 { id = $1; if ($2 !~ /fail|noaddr/) alive = 1 }
      END { if (id) print id, alive ? "alive" : "failing" }')
    [ -n "$owner" ]
  do
    id=${owner% *}
    [ $((round % 30)) -gt 0 ] || echo "this volume is empty, and slots belong to this pod's older ID $id:" \
      "no server starts before a replica has taken over; where none has the data, CLUSTER FORGET $id gives it up"
    case $owner in *alive) failing=0 ;; *) failing=$((failing + 1)) ;; esac
    [ "$failing" -lt 10 ] || take_over "$id"
    round=$((round + 1))
    sleep 2
  done
}

# A node that neither owns slots nor replicates is new, or its volume was emptied. Its server has no data, but may have
# an address from which replicas copy whatever they find there: follow.sh lets them once the node has a place.
placed() {
  [ -s /data/appendonlydir/appendonly.aof.manifest ] &&
    awk '$3 ~ /myself/ && ($3 ~ /slave/ || NF > 8) { found = 1 } END { exit !found }' /data/nodes.conf 2> /dev/null
}
rm -f /run/redis/unplaced
if ! placed; then
  touch /run/redis/unplaced
  rm -f /run/redis/joined
  [ -s /data/appendonlydir/appendonly.aof.manifest ] || rm -f /data/nodes.conf
  await_takeover
  [ -s /data/nodes.conf ] || [ -z "$older" ] || rm -rf /data/appendonlydir
fi

cat > /run/redis/runtime.conf <<CONF
requirepass "$password"
masterauth "$password"
cluster-announce-ip $POD_IP
cluster-announce-hostname $POD_NAME.$DOMAIN
cluster-announce-human-nodename $POD_NAME/${ZONE:-$NODE_NAME}
$(placed || printf 'user default on ">%s" ~* &* +@all -psync -sync' "$password")
CONF

address_of() { getent hosts "$1" | awk '{ print $1; exit }'; }

# nodes.conf names a node as address:6379@16379,hostname,…; the host name outlives the address.
refresh_nodes_conf() {
  sed -n 's/^[^ ]* [^ ]*@16379,\([^, ]*\).*/\1/p' /data/nodes.conf | while read -r host; do
    address=$(address_of "$host")
    [ -z "$address" ] || sed -i "s/ [^ ]*:6379@16379,$host,/ $address:6379@16379,$host,/" /data/nodes.conf
  done
}

[ ! -s /data/nodes.conf ] || refresh_nodes_conf
redis-server /etc/redis/redis.conf &
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
