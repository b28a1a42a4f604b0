{{- define "cluster-ai.redis-cluster.follow.sh" -}}
#!/bin/sh
# Tells the server beside it where its peers live. The cluster's bus knows nodes by address only, pods change address
# when they restart, and where all restart at once nobody is left to tell.
set -u

address_of() { getent hosts "$1" | awk '{ print $1; exit }'; }

# Meeting a node that is known already corrects its address.
meet_lost_peers() {
  redis-cli cluster nodes | while read -r _ node flags _ _ _ _ link _; do
    case $flags,$link in *myself* | *handshake*) continue ;; *fail* | *noaddr* | *,disconnected) ;; *) continue ;; esac
    host=${node#*,} host=${host%%,*}
    address=$(address_of "$host")
    case $address in
      '' | "${node%:6379@*}") ;;
      *) echo "$host is at $address: $(redis-cli cluster meet "$address" 6379)" ;;
    esac
  done
}

# A replica that learns by gossip where its master went still replicates from the old address (redis/redis#14633).
follow_master() {
  replication=$(redis-cli info replication | tr -d '\r')
  case $replication in *role:slave*master_link_status:down*) ;; *) return ;; esac
  master=$(redis-cli cluster nodes | awk '$3 ~ /myself/ { print $4 }')
  address=$(redis-cli cluster nodes | awk -v id="$master" '$1 == id && $3 !~ /fail|noaddr/ { sub(/:6379@.*/, "", $2); print $2 }')
  case $replication in *"master_host:$address
"*) return ;; esac
  [ -z "$address" ] || echo "master $master is at $address: $(redis-cli cluster replicate "$master")"
}

while sleep 5; do
  meet_lost_peers
  follow_master
done
{{- end }}
