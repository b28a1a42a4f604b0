/**
 * The scripts of Redis with Sentinel, in POSIX sh. Beside the shell's own they use `awk`, `cat`, `cut`, `date`, `flock`, `getent`,
 * `grep`, `head`, `mv`, `rm`, `sed`, `seq`, `sha1sum`, `sleep`, `sort`, `tail`, `timeout`, `touch` and `tr`, and `redis-cli`
 * and `redis-server`: the image has all of them in its PATH.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { followPassword, prepareServer, runServer } from './redis-configuration';

/** Names of pods, which outlive their addresses, and what Sentinels say. */
const neighbours: Text = text`
  # Names in full, no other search, and little patience: the cluster's own DNS says at once that a pod is gone, and Sentinel
  # does nothing else while it waits for such an answer.
  cluster=$(awk -v own="$POD_NAMESPACE.svc." '
    $1 == "search" { for (i = 2; i <= NF; i++) if (index($i, own) == 1) found = substr($i, length(own) + 1) }
    END { print found }' /etc/resolv.conf)
  [ -z "$cluster" ] || export LOCALDOMAIN="$cluster"
  export RES_OPTIONS='timeout:1 attempts:2'
  servers=$SERVERS_NAME-headless.$POD_NAMESPACE.svc\${cluster:+.$cluster}
  sentinels=$SENTINELS_NAME-headless.$POD_NAMESPACE.svc\${cluster:+.$cluster}

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
`;

export const startServer: Text = text`
  #!/bin/sh
  # Starts this pod's server: as the master where the Sentinels name it, else as a replica of whom they name.
  set -eu
  umask 077
  trap 'exit 143' TERM INT

  ${prepareServer}
  ${neighbours}
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
  ${runServer('/run/redis/redis.conf')}
`;

export const followServer: Text = text`
  #!/bin/sh
  # Tells the server beside it of what changes around it: that it has all data, and the password.
  set -u

  # A server that started without data may become master once it was in step, and has it in its own file.
  complete() {
    [ -e /data/incomplete ] || return
    redis-cli info replication | grep -q -e '^role:master' -e '^master_link_status:up' || return
    redis-cli info persistence | tr -d '\r' | awk -F : '
      /^aof_(enabled|rewrite_in_progress|rewrite_scheduled):/ { state = state $2 }
      END { exit state != "100" }' || return
    redis-cli -e config set replica-priority 100 > /dev/null && rm /data/incomplete && echo 'in step: may become master'
  }

  ${followPassword(text`
    printf '%s\n' "acl setuser default \">$quoted\"" "config set masterauth \"$quoted\"" |
      redis-cli -e > /dev/null || return
  `)}

  while sleep "$([ -e /data/incomplete ] && echo 1 || echo 5)"; do
    complete
    follow_password
  done
`;

export const serverReady: Text = text`
  #!/bin/sh
  # Ready: the master, or in step with it. So no drain takes the master while no replica could follow it.
  set -eu
  [ "$(redis-cli ping)" = PONG ]
  redis-cli info replication | grep -q -e '^role:master' -e '^master_link_status:up'
`;

export const stopServer: Text = text`
  #!/bin/sh
  # Before SIGTERM: a master hands over to a replica that has all it has, so that no write is lost and nobody waits until
  # the Sentinels miss it. Until then writes wait; then their clients ask the Sentinels anew.
  set -u
  ${neighbours}
  own=$POD_NAME.$servers
  role() { redis-cli role | head -n 1; }
  # Others may have restarted with a newer password than this server did.
  ask() { REDISCLI_AUTH=$(cat /run/secrets/redis/password) timeout 3 redis-cli "$@" | tr -d '\r'; }
  replicas() { redis-cli info replication | sed -n 's/^slave[0-9]*:ip=\([^,]*\),.*,state=online,.*/\1/p'; }
  in_step() {
    written=$(redis-cli info replication | tr -d '\r' | sed -n 's/^master_repl_offset://p')
    for replica in $(replicas); do
      has=$(ask -h "$replica" info replication | sed -n 's/^slave_repl_offset://p')
      [ "\${has:-0}" -ge "$written" ] || return 1
    done
  }
  # One that takes it on: in TILT mode, when it has come too late to its own work, a Sentinel does nothing for 30 seconds.
  awake() {
    for sentinel in $(addresses "$sentinels"); do
      ask -h "$sentinel" -p 26379 info sentinel | grep -q '^sentinel_tilt:0' && return
    done
    return 1
  }

  [ "$(role)" = master ] && [ -n "$(replicas)" ] && awake || exit 0
  redis-cli client pause 30000 write > /dev/null
  for _ in $(seq 20); do
    in_step && break
    sleep 0.1
  done
  case $(ask -h "$sentinel" -p 26379 sentinel failover mymaster) in
    OK | INPROG*)
      deadline=$(($(date +%s) + 8))
      while [ "$(date +%s)" -lt "$deadline" ]; do
        master=$(ask -h "$sentinel" -p 26379 sentinel get-master-addr-by-name mymaster | head -n 1)
        case $master in '' | "$own") sleep 0.1 ;; *) redis-cli replicaof "$master" 6379 > /dev/null && break ;; esac
      done ;;
  esac
  redis-cli client unpause > /dev/null
`;

export const startSentinel: Text = text`
  #!/bin/sh
  # Starts this pod's Sentinel with what it knew before, or else with what others know.
  set -eu
  umask 077
  trap 'exit 143' TERM INT

  ${prepareServer}
  ${neighbours}
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
    echo "\${master:-$SERVERS_NAME-0.$servers}"
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
  ${runServer('/data/sentinel.conf --sentinel', 'follow-sentinel.sh')}
`;

export const followSentinel: Text = text`
  #!/bin/sh
  # Tells the Sentinel beside it of a new password.
  set -u

  ${followPassword(text`
    printf '%s\n' "acl setuser default \">$quoted\"" "sentinel set mymaster auth-pass \"$quoted\"" \
      "sentinel config set sentinel-pass \"$quoted\"" | redis-cli -p 26379 -e > /dev/null || return
  `)}

  while sleep 5; do
    follow_password
  done
`;

export const sentinelReady: Text = text`
  #!/bin/sh
  # Ready: answers. Until it once knew enough others to agree on a failover in the life of this pod: knows them.
  set -eu
  [ "$(redis-cli -p 26379 ping)" = PONG ]
  [ ! -e /run/redis/joined ] || exit 0
  redis-cli -p 26379 sentinel ckquorum mymaster | grep -q '^OK'
  touch /run/redis/joined
`;
