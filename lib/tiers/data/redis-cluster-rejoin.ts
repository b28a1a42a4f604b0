/**
 * Parts of the scripts of a Redis Cluster by which a node whose volume was emptied gets back its place. It has lost its
 * ID with its data. The cluster knows it by its host name: the older ID stays among the nodes, and may own slots.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** For start.sh and follow.sh. */
export const olderSelves: Text = text`
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
`;

/** For start.sh: no server answers before the data of an older ID is in good hands. */
export const awaitTakeover: Text = text`
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
      id=\${owner% *}
      [ $((round % 30)) -gt 0 ] || echo "this volume is empty, and slots belong to this pod's older ID $id:" \
        "no server starts before a replica has taken over; where none has the data, CLUSTER FORGET $id gives it up"
      case $owner in *alive) failing=0 ;; *) failing=$((failing + 1)) ;; esac
      [ "$failing" -lt 10 ] || take_over "$id"
      round=$((round + 1))
      sleep 2
    done
  }
`;

/** For follow.sh, each round. */
export const takePlace: Text = text`
  # The master with the fewest replicas, then one in another place (zone, else host); of equals, not the same for all.
  # A master is asked: who has just come may not have heard of all replicas yet.
  emptiest_master() {
    address=$(redis-cli cluster nodes | awk '$3 ~ /master/ && NF > 8 { sub(/:6379@.*/, "", $2); print $2; exit }')
    nodes=$(timeout 3 redis-cli -h "$address" cluster nodes)
    echo "$nodes" | awk '$3 ~ /master/ && NF > 8 { sub(/:6379@.*/, "", $2); print $1, $2 }' |
      while read -r id address; do
        replicas=$(echo "$nodes" | awk -v id="$id" -v host=",$POD_NAME.$DOMAIN" '$4 == id && !index($2, host)' | wc -l)
        place=$(timeout 3 redis-cli -h "$address" config get cluster-announce-human-nodename | tail -n 1)
        [ "\${place#*/}" = "\${ZONE:-$NODE_NAME}" ] && near=1 || near=0
        echo "$replicas $near $id"
      done | sort -k 1,1n -k 2,2n | awk -v pod="\${POD_NAME##*-}" '
        NR == 1 { replicas = $1; near = $2 }
        $1 == replicas && $2 == near { id[n++] = $3 }
        END { if (n) print id[pod % n] }'
  }

  # A node that started without a place in the cluster waits for one: from the init Job, or, where its pod had one before
  # its volume was emptied, as a replica. Until then it gives replicas nothing to copy.
  take_place() {
    [ -e /run/redis/unplaced ] || return
    set -- $(redis-cli cluster nodes | awk '$3 ~ /myself/ { own = $1 " " $3 " " NF - 8 } END { print own, NR }')
    id=\${1-} flags=\${2-} slots=\${3-0} known=\${4-1}
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
`;
