{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis-cluster.follow.sh" -}}
#!/bin/sh
# Tells the server beside it of what changes around it: where its peers live, who is gone, and the password.
set -u

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
# The master with the fewest replicas, then one in another place (zone, else host); of equals, not the same for all.
# A master is asked: who has just come may not have heard of all replicas yet.
emptiest_master() {
  address=$(redis-cli cluster nodes | awk '$3 ~ /master/ && NF > 8 { sub(/:6379@.*/, "", $2); print $2; exit }')
  nodes=$(timeout 3 redis-cli -h "$address" cluster nodes)
  echo "$nodes" | awk '$3 ~ /master/ && NF > 8 { sub(/:6379@.*/, "", $2); print $1, $2 }' |
    while read -r id address; do
      replicas=$(echo "$nodes" | awk -v id="$id" -v host=",$POD_NAME.$DOMAIN" '$4 == id && !index($2, host)' | wc -l)
      place=$(timeout 3 redis-cli -h "$address" config get cluster-announce-human-nodename | tail -n 1)
      [ "${place#*/}" = "${ZONE:-$NODE_NAME}" ] && near=1 || near=0
      echo "$replicas $near $id"
    done | sort -k 1,1n -k 2,2n | awk -v pod="${POD_NAME##*-}" '
      NR == 1 { replicas = $1; near = $2 }
      $1 == replicas && $2 == near { id[n++] = $3 }
      END { if (n) print id[pod % n] }'
}

# A node that started without a place in the cluster waits for one: from the init Job, or, where its pod had one before
# its volume was emptied, as a replica. Until then it gives replicas nothing to copy.
take_place() {
  [ -e /run/redis/unplaced ] || return
  set -- $(redis-cli cluster nodes | awk '$3 ~ /myself/ { own = $1 " " $3 " " NF - 8 } END { print own, NR }')
  id=${1-} flags=${2-} slots=${3-0} known=${4-1}
  if [ "$slots" -gt 0 ] || redis-cli info replication | grep -q '^master_link_status:up'; then
    redis-cli -e acl setuser default +psync +sync > /dev/null && rm /run/redis/unplaced && echo 'placed in the cluster'
    return
  fi
  case $flags,$known in *slave*,* | *,1) return ;; esac
  older=$(older_selves "$id")
  case $older in
    '') ;; # an additional pod, or a new cluster
    *' '[1-9]*)
      echo "the cluster has slots down to this pod's older ID: starting again, to wait until a replica has taken over"
      redis-cli shutdown nosave ;;
    *)
      redis-cli cluster info | grep -q '^cluster_slots_ok:16384' || return
      master=$(emptiest_master)
      [ -n "$master" ] || return
      echo "this volume was emptied; replicating $master: $(redis-cli cluster replicate "$master")" ;;
  esac
}

# The ID that a pod has lost with its volume. Every node forgets it by itself, within the same minute as the others, for
# which it is banned: so no gossip brings it back.
forget_older_selves() {
  redis-cli cluster nodes | awk '
    { split($2, name, ",") }
    $3 ~ /fail(,|$)|noaddr/ && NF == 8 { lost[$1] = name[2] }
    $3 !~ /fail|noaddr|handshake/ && ($3 ~ /slave/ || NF > 8) { placed[name[2]] }
    END { for (id in lost) if (lost[id] != "" && lost[id] in placed) print id, lost[id] }' |
    while read -r id host; do
      echo "$host has another ID now; forgetting $id: $(redis-cli cluster forget "$id")"
    done
}

# The cluster's bus knows nodes by address only, pods change address when they restart, and where all restart at once
# nobody is left to tell. Meeting a node that is known already corrects its address.
meet_lost_peers() {
  nodes=$(redis-cli cluster nodes)
  echo "$nodes" | while read -r _ node flags _ _ _ _ link _; do
    case $flags,$link in
      *myself* | *handshake*) continue ;;
      *fail* | *noaddr* | *,disconnected) ;;
      *) continue ;;
    esac
    host=${node#*,} host=${host%%,*}
    address=$(getent hosts "$host" | awk '{ print $1; exit }')
    case $nodes in *" ${address:-$host}:6379@"*) continue ;; esac
    [ -z "$address" ] || echo "$host is at $address: $(redis-cli cluster meet "$address" 6379)"
  done
}

# A replica that learns by gossip where its master went still replicates from the old address (redis/redis#14633).
follow_master() {
  replication=$(redis-cli info replication | tr -d '\r')
  case $replication in *role:slave*master_link_status:down*) ;; *) return ;; esac
  old=$(echo "$replication" | sed -n 's/^master_host://p')
  master=$(redis-cli cluster nodes | awk '$3 ~ /myself/ { print $4 }')
  address=$(redis-cli cluster nodes | sed -n "s/^$master \(.*\):6379@.*/\1/p")
  case $address in '' | "$old") return ;; esac
  echo "master $master is at $address: $(redis-cli cluster replicate "$master")"
}

# The password that the Secret has come to hold is accepted beside that of the start, until the pod restarts.
accepted=$REDISCLI_AUTH
follow_password() {
  password=$(cat /run/secrets/redis/password)
  case $password in "$accepted" | '' | *[[:cntrl:]]*) return ;; esac
  quoted=$(printf '%s' "$password" | sed 's/["\\]/\\&/g')
  printf '%s\n' "acl setuser default \">$quoted\"" "config set masterauth \"$quoted\"" |
    redis-cli -e > /dev/null || return
  accepted=$password
  echo 'a new password is accepted too'
}

while sleep "$([ -e /run/redis/unplaced ] && echo 1 || echo 5)"; do
  take_place
  meet_lost_peers
  forget_older_selves
  follow_master
  follow_password
done
{{- end }}
