{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.redis-cluster.start.sh" -}}
#!/bin/sh
# Starts this pod's node, and beside it the script that tells it of changes around it.
set -eu
umask 077

case ${REDISCLI_AUTH:?the password is empty} in
  *[[:cntrl:]]*) echo 'the password holds a line break or another control character' >&2; exit 1 ;;
esac
password=$(printf '%s' "$REDISCLI_AUTH" | sed 's/["\\]/\\&/g')

# A pod deleted by force can leave its server running: one server at a time has the volume.
exec 9>>/data/.lock
flock -n 9 || { echo 'another server has this volume; waiting until it ends'; flock 9; }

cat > /run/redis/runtime.conf <<CONF
requirepass "$password"
masterauth "$password"
cluster-announce-ip $POD_IP
cluster-announce-hostname $POD_NAME.$DOMAIN
cluster-announce-human-nodename $POD_NAME/${ZONE:-$NODE_NAME}
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
while kill -0 "$server" 2>/dev/null; do wait "$server" || status=$?; done
exit "$status"
{{- end }}
