/** The configuration of a Redis server, and the start that both Redis tiers share. */
import type { Input } from '../../values/expression';
import { choose } from '../../values/choice';
import { bytes, divide, multiply } from '../../values/numbers';
import { named } from '../../values/texts';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

export interface RedisConfiguration {
  readonly memory: RedisMemory;
  readonly maxmemoryPolicy: Input<string>;
  readonly appendonly: Input<boolean>;
  /** Share of maxmemory that the buffers of all clients may take; `0` for any. @default 10% */
  readonly maxmemoryClients?: string;
  /** @default - a server of its own */
  readonly cluster?: ClusterConfiguration;
  /** Further lines. @default - none */
  readonly own?: Text;
}

export interface ClusterConfiguration {
  readonly replBacklogSize: Input<string>;
  readonly minReplicasToWrite: Input<number>;
  readonly clusterNodeTimeoutMilliseconds: Input<number>;
  readonly clusterRequireFullCoverage: Input<boolean>;
  readonly clusterAllowReplicaMigration: Input<boolean>;
}

export interface RedisMemory {
  /** The memory limit of a server, in bytes. */
  readonly limit: Input<number>;
  /** Bytes of data from which on Redis evicts. */
  readonly maxmemory: Input<number>;
}

/** The memory of the servers of a tier, from their limit and the percentage of it that is for data. */
export function redisMemory(tier: string, limit: Input<string>, maxmemoryPercent: Input<number>): RedisMemory {
  const memory = named(`${tier}.memory`, 'The memory limit of a server, in bytes.', bytes(limit));
  const maxmemory = divide(multiply(memory, maxmemoryPercent), 100);
  return {
    limit: memory,
    maxmemory: maxmemory,
  };
}

/** Beyond maxmemory come the buffers below, the AOF's, and the pages that a rewrite copies. */
export function redisConf({ memory, cluster, own, ...settings }: RedisConfiguration): Text {
  return text`
    # Whoever connects needs the password, which runtime.conf holds.
    port 6379
    bind * -::*
    protected-mode no
    tcp-keepalive 60

    maxmemory ${memory.maxmemory}
    maxmemory-policy ${settings.maxmemoryPolicy}
    maxmemory-clients ${settings.maxmemoryClients ?? '10%'}
    client-output-buffer-limit normal 0 0 0
    client-output-buffer-limit replica ${divide(memory.limit, 8)} 0 0
    client-output-buffer-limit pubsub 32mb 8mb 60
    lazyfree-lazy-eviction yes
    lazyfree-lazy-expire yes
    lazyfree-lazy-server-del yes
    lazyfree-lazy-user-del yes
    lazyfree-lazy-user-flush yes
    replica-lazy-flush yes

    dir /data
    appendonly ${yesNo(settings.appendonly)}
    appendfsync everysec
    save ""
    shutdown-timeout 10

    ${cluster && clusterConf(cluster)}
    ${own}
    include /run/redis/runtime.conf
  `;
}

function clusterConf(cluster: ClusterConfiguration): Text {
  return text`
    ${replicationConf(cluster)}

    cluster-enabled yes
    cluster-config-file nodes.conf
    cluster-node-timeout ${cluster.clusterNodeTimeoutMilliseconds}
    cluster-require-full-coverage ${yesNo(cluster.clusterRequireFullCoverage)}
    cluster-allow-replica-migration ${yesNo(cluster.clusterAllowReplicaMigration)}
  `;
}

/** What masters and replicas need, in a cluster or beside Sentinels. */
export function replicationConf({
  replBacklogSize,
  minReplicasToWrite,
}: Pick<ClusterConfiguration, 'replBacklogSize' | 'minReplicasToWrite'>): Text {
  return text`
    repl-backlog-size ${bytes(replBacklogSize)}
    repl-diskless-sync-delay 0
    min-replicas-to-write ${minReplicasToWrite}
  `;
}

function yesNo(condition: Input<boolean>): Input<string> {
  return choose(condition, 'yes', 'no');
}

/** Reads the password into `password`, quoted for a configuration file, and waits for the volume. */
export const prepareServer: Text = text`
  case \${REDISCLI_AUTH:?the password is empty} in
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
`;

/** Runs the server, and beside it the script that tells it of changes, until SIGTERM. */
export function runServer(configuration: string, follow = 'follow.sh'): Text {
  return text`
    redis-server ${configuration} &
    server=$!
    trap 'kill -TERM "$server"' TERM INT
    sh /etc/redis/${follow} 9>&- &
    status=0
    wait "$server" || status=$?
    # Still there after SIGTERM: a replica that writes its first append-only file refuses to end until it has.
    while kill -TERM "$server" 2> /dev/null; do sleep 1; done
    wait "$server" || status=$?
    exit "$status"
  `;
}

/** For follow.sh. The commands accept the password that is in `quoted`, or return. */
export function followPassword(commands: Text): Text {
  return text`
    # The password that the Secret has come to hold is accepted beside that of the start, until the pod restarts.
    accepted=$REDISCLI_AUTH
    follow_password() {
      password=$(cat /run/secrets/redis/password)
      case $password in "$accepted" | '' | *[[:cntrl:]]*) return ;; esac
      quoted=$(printf '%s' "$password" | sed 's/["\\]/\\&/g')
      ${commands}
      accepted=$password
      echo 'a new password is accepted too'
    }
  `;
}

/** Alive is what answers at all: a server that loads its data or has lost its master is at work. */
export const serverAlive: Text = text`
  #!/bin/sh
  # Alive is what answers at all: a server that loads its data or has lost its master is at work.
  case $(redis-cli ping) in PONG | LOADING* | MASTERDOWN*) ;; *) exit 1 ;; esac
`;
