{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.redis-cluster.follow.sh" -}}
#!/bin/sh
# Tells the server beside it of what changes around it: where its peers live, and the password.
set -u

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

while sleep 5; do
  meet_lost_peers
  follow_master
  follow_password
done
{{- end }}
