{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis-cluster.init.sh" -}}
#!/bin/sh
# Makes one cluster of the pods, every slot owned by a master and every master replicated, from whatever state they
# are in. It takes nothing away, and changes nothing of a complete cluster.
set -eu

say() { echo "$(date -u +%T) $*"; }
fail() { say "$*" >&2; exit 1; }
# within SECONDS COMMAND: repeats the command until it succeeds.
within() {
  deadline=$(($(date +%s) + $1)); shift
  until "$@"; do [ "$(date +%s)" -lt "$deadline" ] || return 1; sleep 1; done
}
# At the address of a pod that has just gone nobody refuses: without a limit, connecting takes two minutes.
at() { host=$1; shift; redis-cli -t 3 -h "$host" "$@" | tr -d '\r'; }
everywhere() { for address in $addresses; do at "$address" "$@"; done; }

answers() { [ "$(at "$1" ping 2> /dev/null)" = PONG ]; }
slots_known() { at "$1" cluster info | sed -n 's/^cluster_slots_assigned://p'; }
# Each pod has a link to each; nodes that are gone do not count.
acquainted() {
  links=$(everywhere cluster nodes | awk '$3 !~ /handshake|fail/ && $8 == "connected"' | wc -l)
  [ "$links" -ge $((pods * pods)) ]
}
owned_everywhere() { [ "$(everywhere cluster info | grep -c '^cluster_slots_assigned:16384$')" -eq "$pods" ]; }
ok_everywhere() { [ "$(everywhere cluster info | grep -c '^cluster_state:ok$')" -eq "$pods" ]; }
covered() {
  check=$(redis-cli --cluster check "$member:6379" 2>&1) && echo "$check" | grep -q 'All 16384 slots covered'
}

# One line for each pod: its place, address, ID, kind (owner of slots, replica, spare) and the ID of its master.
describe() {
  for address in $addresses; do
    name=$(at "$address" config get cluster-announce-human-nodename | tail -n 1)
    at "$address" cluster nodes | awk -v place="${name#*/}" -v address="$address" '
      $3 ~ /myself/ { print place, address, $1, ($3 ~ /slave/ ? "replica" : NF > 8 ? "owner" : "spare"), $4 }'
  done
}
count() { describe | awk -v kind="$1" '$4 == kind { n++ } END { print n + 0 }'; }
# IDs that own slots and are no pod's any more: of pods whose volumes were emptied.
lost_owners() {
  at "$member" cluster nodes | awk -v ids="$(describe | awk '{ print $3 }' | tr '\n' ' ')" '
    NF > 8 && !index(ids, $1) { print $1 }'
}
owners_are_pods() { [ -z "$(lost_owners)" ]; }
# The spare pods that become masters, from as many places (zones, else hosts) as there are.
choose_masters() {
  missing=$((MASTERS - $(count owner)))
  [ "$missing" -le 0 ] || describe | awk '{ print seen[$1]++, NR, $2, $4 }' | sort -n -k 1,1 -k 2,2 |
    awk -v missing="$missing" '$4 == "spare" && missing-- > 0 { print $3 }'
}
# Slots that nobody owns, shared evenly: the address of a master, the first slot and the last of a range.
share_slots() {
  at "$member" cluster nodes | awk -v masters="$*" '
    {
      for (f = 9; f <= NF; f++) {
        if ($f ~ /^\[/) continue # a slot that is being moved, listed with its owner too
        n = split($f, edge, "-")
        for (s = edge[1] + 0; s <= edge[n] + 0; s++) owned[s]
      }
    }
    END {
      count = split(masters, master, " ")
      for (s = 0; s < 16384; s++) if (!(s in owned)) free[++size] = s
      for (i = 1; i <= size; i++) {
        m = int((i - 1) * count / size) + 1
        if (i == 1) first = free[i]
        else if (m != last || free[i] != free[i - 1] + 1) { print master[last], first, free[i - 1]; first = free[i] }
        last = m
      }
      if (size) print master[last], first, free[size]
    }'
}
# For each spare pod that stays one, its master: that with the fewest replicas, then one in another place.
choose_replicas() {
  describe | sort | awk -v masters="$*" '
    BEGIN { split(masters, list, " "); for (m in list) chosen[list[m]] }
    $4 == "owner" || ($2 in chosen) { id[++owners] = $3; place[owners] = $1; next }
    $4 == "replica"                 { replicas[$5]++ }
    $4 == "spare"                   { spare[++spares] = $2; home[spares] = $1 }
    END {
      for (s = 1; s <= spares; s++) {
        first = 1
        while (first <= owners && place[first] <= home[s]) first++
        best = ""
        for (i = 0; i < owners; i++) {
          o = (first - 1 + i) % owners + 1
          cost = 2 * replicas[id[o]] + (place[o] == home[s])
          if (best == "" || cost < lowest) { best = id[o]; lowest = cost }
        }
        replicas[best]++
        print spare[s], best
      }
    }'
}

pods=$((MASTERS * (1 + REPLICAS_PER_MASTER)))
addresses=
pod=0
while [ "$pod" -lt "$pods" ]; do
  name=$STATEFULSET-$pod
  within 600 answers "$name.$DOMAIN" || fail "pod $name has not answered PONG for 600 s; its log says why"
  addresses="$addresses $(getent hosts "$name.$DOMAIN" | awk '{ print $1; exit }')"
  pod=$((pod + 1))
done
say "all $pods pods answer"

# The pod that knows of most slots brings the others together.
member=$(for address in $addresses; do echo "$(slots_known "$address") $address"; done | sort -n | awk 'END { print $2 }')
for address in $addresses; do
  at "$member" cluster nodes | grep -q "^$(at "$address" cluster myid) " && continue
  say "meeting $address: $(at "$member" cluster meet "$address" 6379)"
done
within 60 acquainted || fail "not all pods reach each other on 6379 and 16379: $(everywhere cluster nodes)"

within 120 owners_are_pods || fail "slots belong to" $(lost_owners) "whose volume was emptied, and no replica" \
  "has taken over; where none has the data, CLUSTER FORGET on any node gives it up"
masters=$(choose_masters | tr '\n' ' ')
if [ "$(count owner)" -eq 0 ] || ! within 10 owned_everywhere; then
  share_slots ${masters:-$(describe | awk '$4 == "owner" { print $2 }')} | while read -r address first last; do
    say "slots $first-$last to $address: $(at "$address" cluster addslotsrange "$first" "$last")"
  done
  within 60 owned_everywhere || fail "slots without an owner remain: $(at "$member" cluster nodes)"
fi
choose_replicas $masters | while read -r address id; do
  say "$address replicates $id: $(at "$address" cluster replicate "$id")"
done
if [ "$(count owner)" -lt "$MASTERS" ]; then
  say "moving slots to $masters"
  redis-cli --cluster rebalance "$member:6379" --cluster-use-empty-masters --cluster-yes | tr -d '#'
fi

within 60 ok_everywhere || fail "cluster_state is not ok: $(at "$member" cluster info)"
if ! within 30 covered; then
  say 'finishing what was left of moving slots'
  redis-cli --cluster fix "$member:6379" | tr -d '#'
  within 60 covered || fail "$check"
fi
say "all 16384 slots covered; $(count owner) masters, $(count replica) replicas"
{{- end }}
