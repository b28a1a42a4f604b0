/**
 * The scripts of a Postgres, in POSIX sh. Beside the shell's own they use `cat`, `chmod`, `mv`, `readlink`, `rm`, `rmdir`,
 * `sleep`, `timeout` and `touch` of coreutils, `sed`, util-linux's `flock`, and PostgreSQL's `initdb`, `pg_basebackup`,
 * `pg_controldata`, `pg_ctl`, `pg_isready`, `postgres` and `psql`: the image has all of them in its PATH.
 */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import { TLS_FILES } from './postgres-tls';

export interface ScriptOptions {
  /** Whether the configuration is reloaded by itself once files have changed. */
  readonly reloads: boolean;
  /** The end of a connection string: how the server's certificate is verified. */
  readonly ssl: Input<string>;
}

/**
 * In a connection string, milliseconds. `connect_timeout` does not hold for a standby's WAL receiver: to the address of a
 * pod that is gone it would connect for as long as the kernel tries, two minutes. Also ends a connection whose data nobody
 * acknowledges.
 */
export const GIVES_UP = 'tcp_user_timeout=10000';

/** Waits for the volume, so that one server at a time works on it. */
export const lockVolume: Text = text`
  # A pod deleted by force can leave its server running. Every process of a server inherits the lock: it lasts until
  # the last of them is gone.
  exec 9>>"\${PGDATA%/*}/.lock"
  flock --nonblock 9 || {
    echo 'another server has this volume; waiting until it ends' >&2
    flock 9 & # in the background, so that a signal ends the wait
    wait $!
  }
  rm -f "$PGDATA/postmaster.pid" # stale, as nobody else has the lock: its number may be that of any process here
`;

/** Of what is mounted: it changes whenever a file does. */
export const MOUNTED = `readlink /etc/postgresql/..data ${TLS_FILES}/..data || :`;

/** Reloads the configuration once a file has changed, such as a certificate. `files` is what MOUNTED said before. */
export const reloadChanged: Text = text`
  now=$(${MOUNTED})
  if [ "$now" != "$files" ]; then
    files=$now
    kill -HUP "$server" 2> /dev/null || :
  fi
`;

const reloadWhileRunning: Text = text`
  ending='' files=$(${MOUNTED})
  trap 'ending=yes; kill -INT "$server"' INT TERM
  while [ -z "$ending" ] && kill -0 "$server" 2> /dev/null; do
    sleep 1 & wait $! || :
    ${reloadChanged}
  done
`;

/** Runs PostgreSQL with the arguments of the shell until it ends. */
const runServer = (reloads: boolean): Text => text`
  # The shell stays process 1, which inherits orphans, such as what a probe that timed out leaves. PostgreSQL would take
  # one that fails for a backend that has crashed, and restart. Whatever the signal, the shutdown is the fast one.
  postgres "$@" &
  server=$!
  trap 'kill -INT "$server"' INT TERM
  ${when(reloads, reloadWhileRunning)}
  status=0
  wait "$server" || status=$?
  while kill -0 "$server" 2> /dev/null; do # a signal has ended the wait, not the server
    status=0
    wait "$server" || status=$?
  done
  exit "$status"
`;

/** Makes the data folder. @param otherwise what follows a command that may fail, where the shell does not end by itself */
export const initialiseData = (otherwise = ''): Text => text`
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA"${otherwise} # fails, as it must, where there is something in it
  rm -rf "$PGDATA.new"
  # The built-in locale sorts alike under every C library: another base image never corrupts an index.
  initdb --pgdata="$PGDATA.new" --username=postgres --pwfile="$secrets/postgres-password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums${otherwise}
  mv "$PGDATA.new" "$PGDATA"${otherwise}
`;

/** Copies the server of the connection string `primary` into the data folder. */
export const copyData = (otherwise = ''): Text => text`
  pg_basebackup --dbname="$primary" --no-password --pgdata="$PGDATA.new" --wal-method=stream --slot="$slot" \
    --checkpoint=fast & # in the background, so that a signal ends the wait
  wait $!${otherwise}
  mv "$PGDATA.new" "$PGDATA"${otherwise} # whole or not at all: a copy that was cut short is never taken for data
`;

/** Adds to `options`. */
export const keepLimits: Text = text`
  # A standby refuses to start with less than its primary ran with: a lowered setting waits until it was replayed.
  keep_at_least() {
    used=$(control "$1 setting")
    [ "$used" -le "$(postgres -C "$2" $options)" ] || options="$options -c $2=$used"
  }
  keep_at_least max_connections max_connections
  keep_at_least max_worker_processes max_worker_processes
  keep_at_least max_wal_senders max_wal_senders
  keep_at_least max_prepared_xacts max_prepared_transactions
  keep_at_least max_locks_per_xact max_locks_per_transaction
`;

export const startPrimary = ({ reloads }: Pick<ScriptOptions, 'reloads'>): Text => text`
  #!/bin/sh
  # Starts the primary. Makes the data folder once; applies roles, passwords and database at every start, on a server
  # that nobody else can reach; then runs it for everyone.
  set -eu
  umask 077
  trap 'exit 143' INT TERM
  secrets=/run/secrets/postgres
  set -- -c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf

  for key in postgres-password replication-password password pooler-password; do
    [ -s "$secrets/$key" ] || { echo "start-primary: the Secret has no key $key, or it is empty" >&2; exit 1; }
  done

  ${lockVolume}

  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    ${initialiseData()}
  fi
  chmod 0700 "$PGDATA" # mounting the volume may have added rights for the group

  export PGPORT=5433 # where neither probes nor clients look
  trap 'pg_ctl stop --mode=fast; exit 143' INT TERM
  pg_ctl start --silent --wait --timeout=86400 --options="$* -c port=$PGPORT -c listen_addresses=127.0.0.1"
  sh /etc/postgresql/initialise.sh
  pg_ctl stop --silent --mode=fast --timeout=86400
  unset PGPORT

  ${runServer(reloads)}
`;

export const initialise: Text = text`
  #!/bin/sh
  # Brings roles, passwords and database to what the release asks for. May run at any time, any number of times.
  set -eu
  umask 077
  secrets=/run/secrets/postgres
  # Some statements carry a password: none of them reaches the log or pg_stat_statements.
  silent='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic'
  silent="$silent -c pg_stat_statements.track=none -c client_min_messages=warning -c synchronous_commit=local"

  run() {
    PGOPTIONS=$silent psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"
  }

  # Sets a password only where it differs. A new SCRAM verifier, even of the same password, would keep PgBouncer from
  # opening server connections for clients that are logged in already.
  set_password() {
    export PGPASSFILE=/var/run/postgresql/pgpass
    printf '*:*:*:%s:%s\n' "$1" "$(sed 's/[\\:]/\\&/g' "$secrets/$2")" > "$PGPASSFILE"
    if ! psql --no-psqlrc --host=127.0.0.1 --username="$1" --no-password --command='' > /dev/null 2>&1; then
      run --set=role="$1" --set=file="$secrets/$2" << 'SQL'
  \set password \`cat :'file'\`
  ALTER ROLE :"role" PASSWORD :'password';
  SQL
      echo "initialise: password of $1 set from $2"
    fi
    rm "$PGPASSFILE"
  }

  run --set=application="$APPLICATION_USER" --set=database="$APPLICATION_DATABASE" --file=/etc/postgresql/initialise.sql
  set_password postgres postgres-password
  set_password replicator replication-password
  set_password pgbouncer pooler-password
  set_password "$APPLICATION_USER" password
`;

export const startReplica = ({ reloads, ssl }: ScriptOptions): Text => text`
  #!/bin/sh
  # Starts a streaming replica. Copies the primary where there is no data yet, or where the primary no longer keeps the
  # WAL that this copy needs; then runs it in standby mode.
  set -eu
  umask 077
  trap 'exit 143' INT TERM
  export PGPASSFILE=/var/run/postgresql/pgpass PGCONNECT_TIMEOUT=5
  slot=replica_\${POD_NAME##*-}
  primary="host=$PRIMARY_HOST port=5432 user=replicator application_name=$POD_NAME passfile=$PGPASSFILE ${GIVES_UP}${ssl}"
  options='-c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf'

  say() { echo "start-replica: $*" >&2; }
  ask() {
    psql --no-psqlrc --quiet --no-align --tuples-only --no-password --dbname="$primary dbname=postgres" --command="$1"
  }
  control() { LC_ALL=C pg_controldata | sed -n "s/^$1: *//p"; }

  printf '*:*:*:replicator:%s\n' "$(sed 's/[\\:]/\\&/g' /run/secrets/postgres/replication-password)" > "$PGPASSFILE"

  ${lockVolume}

  if [ -s "$PGDATA/PG_VERSION" ]; then
    # A primary that cannot be reached says nothing: the replica starts with what it has.
    kept=$(ask "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot' AND wal_status <> 'lost')") \
      || kept=unknown
    if [ "$kept" = f ]; then
      theirs=$(ask 'SELECT system_identifier FROM pg_control_system()')
      ours=$(control 'Database system identifier')
      if [ "$theirs" != "$ours" ]; then
        say "$PRIMARY_HOST is database system $theirs, this is a copy of $ours, and perhaps the last one: it stays." \
          "To copy the new primary, delete this replica's PersistentVolumeClaim and pod."
        exit 1
      fi
      say "the primary keeps no WAL for slot $slot any more: copying it again"
      rm -rf "$PGDATA"
    fi
  fi

  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "$PGDATA" "$PGDATA.new"
    until pg_isready --quiet --dbname="$primary dbname=postgres"; do
      say "waiting for $PRIMARY_HOST"
      sleep 2
    done
    ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
          WHERE slot_name = '$slot' AND wal_status = 'lost'"
    ask "SELECT pg_create_physical_replication_slot('$slot', immediately_reserve => true)
          WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')" > /dev/null
    ${copyData()}
  fi
  chmod 0700 "$PGDATA" # mounting the volume may have added rights for the group
  touch "$PGDATA/standby.signal"

  ${keepLimits}
  set -- $options -c primary_conninfo="$primary" -c primary_slot_name="$slot"

  ${runServer(reloads)}
`;

/** Fails where this server is not ready for reads. */
export const readyForReads: Text = text`
  ready=$(psql --no-psqlrc --no-align --tuples-only --command="
    SELECT pg_is_in_recovery()
       AND EXISTS (SELECT FROM pg_stat_wal_receiver
                    WHERE status = 'streaming' AND last_msg_receipt_time > now() - interval '$MAX_LAG_SECONDS s')
       AND (pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
            OR pg_last_xact_replay_timestamp() > now() - interval '$MAX_LAG_SECONDS s')")
  [ "$ready" = t ]
`;

export const replicaReady: Text = text`
  #!/bin/sh
  # Ready for reads: in recovery, streaming, in touch with the primary, and not further behind than MAX_LAG_SECONDS.
  set -eu
  ${readyForReads}
`;

export const replicaLive = ({ ssl }: Pick<ScriptOptions, 'ssl'>): Text => text`
  #!/bin/sh
  # Alive: the server answers, and the primary does not say that the WAL for this replica is lost. Only a restart, which
  # copies the primary again, helps against that; a primary that cannot be reached is no reason for one.
  set -eu
  pg_isready --quiet || [ $? -eq 1 ] || exit 1
  receivers=$(psql --no-psqlrc --no-align --tuples-only --command='SELECT count(*) FROM pg_stat_wal_receiver') || exit 0
  [ "$receivers" = 0 ] || exit 0
  export PGPASSFILE=/var/run/postgresql/pgpass PGCONNECT_TIMEOUT=3
  # psql's own limit leaves DNS out, which can be cut off as well.
  status=$(timeout 5 psql --no-psqlrc --no-align --tuples-only --no-password \
    --dbname="host=$PRIMARY_HOST port=5432 user=replicator dbname=postgres${ssl}" \
    --command="SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'replica_\${POD_NAME##*-}'") || exit 0
  [ "$status" != lost ]
`;
