/**
 * The scripts of a Redis Cluster, in POSIX sh. Beside the shell's own they use `awk`, `cat`, `date`, `flock`, `getent`,
 * `grep`, `head`, `rm`, `sed`, `sleep`, `sort`, `tail`, `timeout`, `touch`, `tr` and `wc`, and `redis-cli` and
 * `redis-server`: the image has all of them in its PATH.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { awaitTakeover, olderSelves, takePlace } from './redis-cluster-rejoin';
import { followPassword, prepareServer, runServer } from './redis-configuration';

export const startNode: Text = text`
  #!/bin/sh
  # Starts this pod's node, and beside it the script that tells it of changes around it.
  set -eu
  umask 077
  trap 'exit 143' TERM INT

  ${prepareServer}
  ${olderSelves}
  ${awaitTakeover}

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
  cluster-announce-human-nodename $POD_NAME/\${ZONE:-$NODE_NAME}
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
  ${runServer('/etc/redis/redis.conf')}
`;

export const follow: Text = text`
  #!/bin/sh
  # Tells the server beside it of what changes around it: where its peers live, who is gone, and the password.
  set -u

  ${olderSelves}
  ${takePlace}

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
      host=\${node#*,} host=\${host%%,*}
      address=$(getent hosts "$host" | awk '{ print $1; exit }')
      case $nodes in *" \${address:-$host}:6379@"*) continue ;; esac
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

  ${followPassword(text`
    printf '%s\n' "acl setuser default \">$quoted\"" "config set masterauth \"$quoted\"" |
      redis-cli -e > /dev/null || return
  `)}

  while sleep "$([ -e /run/redis/unplaced ] && echo 1 || echo 5)"; do
    take_place
    meet_lost_peers
    forget_older_selves
    follow_master
    follow_password
  done
`;

export const nodeReady: Text = text`
  #!/bin/sh
  # Ready: answers. Until the cluster was whole once in the life of this pod: whole, and the node owns slots or is in step
  # with its master.
  set -eu
  [ "$(redis-cli ping)" = PONG ]
  [ ! -e /run/redis/joined ] || exit 0
  redis-cli cluster info | grep -q '^cluster_state:ok'
  redis-cli cluster info | grep -q '^cluster_slots_assigned:16384'
  redis-cli info replication | grep -q '^master_link_status:up' ||
    redis-cli cluster nodes | awk '$3 ~ /myself/ { exit NF == 8 }'
  touch /run/redis/joined
`;

export const stopNode: Text = text`
  #!/bin/sh
  # Before SIGTERM: a master hands its slots to a replica in step with it, so that nobody waits for an election.
  set -u
  role() { redis-cli role | head -n 1; }

  [ "$(role)" = master ] || exit 0
  replica=$(redis-cli info replication | sed -n 's/^slave[0-9]*:ip=\([^,]*\),.*,state=online,.*/\1/p' | head -n 1)
  [ -n "$replica" ] || exit 0
  # The replica may have restarted with a newer password than this server did.
  REDISCLI_AUTH=$(cat /run/secrets/redis/password) redis-cli -h "$replica" cluster failover
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(role)" = master ] || exit 0
    sleep 1
  done
`;
