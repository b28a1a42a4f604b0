/** postgresql.conf, pg_hba.conf and the SQL of a Postgres. */
import type { Input } from '../../values/expression';
import { choose } from '../../values/choice';
import { divide, maximum, minimum, multiply } from '../../values/numbers';
import { atLeast } from '../../values/logic';
import { text } from '../../values/text';
import type { Text } from '../../values/parts';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { type ServerTls, tlsConf } from './postgres-tls';

export interface PostgresqlConf {
  readonly maxConnections: Input<number>;
  /** Walsenders and slots: the most replicas, backups and archivers at a time. */
  readonly maxWalSenders: Input<number>;
  /** Milliseconds from which a statement is logged; -1 for none. */
  readonly logMinDurationStatement: Input<number>;
  /** The container's memory limit in MiB. */
  readonly memory: Input<number>;
  readonly tls: ServerTls;
  /** Whether which standbys are synchronous stands in a file of its own. */
  readonly maySynchronise: boolean;
}

/** Connections kept for superusers, the probes among them: PostgreSQL's own default. */
export const SUPERUSER_RESERVED_CONNECTIONS = 3;
/** Connections kept for members of pg_use_reserved_connections: exporters and backups. */
export const RESERVED_CONNECTIONS = 5;

/**
 * Settings that both primary and replicas run with: a standby needs at least the primary's limits.
 * Memory is dealt out as PostgreSQL's manual advises for a server of its own (section 19.4.1): a quarter of it for
 * shared_buffers, and three quarters as what the planner may take for cached.
 */
export function postgresqlConf(conf: PostgresqlConf): Text {
  const { memory } = conf;
  return text`
    # Connections
    listen_addresses = '*'
    unix_socket_directories = '/var/run/postgresql'
    unix_socket_permissions = 0700
    password_encryption = scram-sha-256
    max_connections = ${conf.maxConnections}
    superuser_reserved_connections = ${SUPERUSER_RESERVED_CONNECTIONS}
    reserved_connections = ${RESERVED_CONNECTIONS}
    ${tlsConf(conf.tls)}

    # Memory. A quarter is left for the sorts and hashes of all connections together.
    shared_buffers = ${divide(memory, 4)}MB
    effective_cache_size = ${divide(multiply(memory, 3), 4)}MB
    work_mem = ${maximum(divide(multiply(memory, 256), conf.maxConnections), 4096)}kB
    maintenance_work_mem = ${divide(memory, 16)}MB

    # Planner: network volumes on SSD seek almost for free.
    random_page_cost = 1.1
    effective_io_concurrency = 200

    # WAL
    wal_level = replica
    wal_compression = lz4
    include 'volume.conf'

    # Replication. A broken connection is noticed within these timeouts, and reads leave the replica.
    max_wal_senders = ${conf.maxWalSenders}
    max_replication_slots = ${conf.maxWalSenders}
    wal_sender_timeout = 20s
    wal_receiver_timeout = 20s
    hot_standby = on
    ${when(conf.maySynchronise, text`include 'synchronous.conf'`)}

    # Log, to the container's output
    logging_collector = off
    # Time, process, SQLSTATE, query identifier; of a session, role, database and application too.
    log_line_prefix = '%m [%p] %e %Q %q%u@%d/%a '
    log_timezone = 'UTC'
    # Values that clients bind to parameters are data: none is logged.
    log_parameter_max_length = 0
    log_parameter_max_length_on_error = 0
    log_lock_waits = on
    log_min_duration_statement = ${conf.logMinDurationStatement}
    shared_preload_libraries = 'pg_stat_statements'
  `;
}

/**
 * Settings that follow the size of the data volume, in MiB. All of them take effect by a reload: a volume that grows
 * restarts no server.
 */
export function volumeConf(storage: Input<number>, isPromotable: boolean): Text {
  return text`
    # An inactive slot keeps at most a quarter of the volume; then its replica copies the primary anew.
    max_wal_size = ${minimum(divide(storage, 8), 4096)}MB
    max_slot_wal_keep_size = ${divide(storage, 4)}MB
    ${when(
      isPromotable,
      text`
        # A new primary has slots for nobody yet.
        wal_keep_size = ${minimum(divide(storage, 16), 1024)}MB
      `,
    )}
  `;
}

/**
 * Who must have WAL on disk before it counts as committed, of the standbys that are named: the receiver of backups
 * would pass for one. Takes effect by a reload.
 */
export function synchronousConf(count: Input<number>, names: Input<string>): Text {
  return text`
    synchronous_standby_names = '${choose(atLeast(count, 1), str`ANY ${count} (${names})`, '')}'
  `;
}

/** The role of the exporter. */
export const EXPORTER_ROLE = 'postgres_exporter';

const LOOPBACK = text`
  # Not encrypted is what stays within the pod, and nothing else.
  host    all          all         127.0.0.1/32  scram-sha-256
  hostnossl all        all         all           reject
`;

export function pgHba({ enabled }: ServerTls): Text {
  const host = choose(enabled, 'hostssl', 'host   ');
  return text`
    # TYPE  DATABASE     USER        ADDRESS       METHOD
    # The socket lies in a folder of this container alone and opens to its own user only.
    local   all          postgres                  trust
    # The superuser comes by the socket or a port-forward, never over the network.
    host    all          postgres    127.0.0.1/32  scram-sha-256
    host    all          postgres    all           reject
    ${host} replication  replicator  all           scram-sha-256
    # The exporter beside the server sees statistics alone, and needs no password for it.
    host    postgres     ${EXPORTER_ROLE}  127.0.0.1/32  trust
    host    all          ${EXPORTER_ROLE}  all           reject
    ${when(enabled, LOOPBACK)}
    ${host} all          all         all           scram-sha-256
  `;
}

/** What pg_rewind reads of the server that it brings another back to. */
const REWIND = text`
  GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
    pg_read_binary_file(text, bigint, bigint, boolean) TO replicator;
`;

/** Psql variables: `application`, the role's name, and `database`. */
export const initialiseSql = (isPromotable: boolean): Text => text`
  -- Roles, the database and PgBouncer's auth_query. Each statement may run again on a server that has it all.
  SELECT format('CREATE ROLE %I', name)
    FROM unnest(ARRAY['replicator', 'pgbouncer', '${EXPORTER_ROLE}', :'application']) AS name
   WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
  -- It copies the whole server as it is; backups read all rows and large objects through it, in any state of the server.
  ALTER ROLE replicator LOGIN REPLICATION BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE;
  ALTER ROLE replicator SET lo_compat_privileges = on;
  GRANT pg_read_all_data, pg_use_reserved_connections TO replicator;
  ${when(isPromotable, REWIND)}
  ALTER ROLE pgbouncer LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE;
  ALTER ROLE ${EXPORTER_ROLE} LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3;
  GRANT pg_monitor, pg_use_reserved_connections TO ${EXPORTER_ROLE};
  ALTER ROLE :"application" LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE;

  SELECT format('CREATE DATABASE %I', :'database')
   WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
  ALTER DATABASE :"database" OWNER TO :"application";
  REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
  GRANT CONNECT ON DATABASE :"database" TO pgbouncer, replicator;

  \connect :"database"
  CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
  CREATE SCHEMA IF NOT EXISTS pgbouncer;
  ALTER SCHEMA pgbouncer OWNER TO postgres;
  REVOKE ALL ON SCHEMA pgbouncer FROM PUBLIC;
  GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer;

  -- The verifier of one ordinary role that may log in now: never a superuser's, never a replication role's.
  CREATE OR REPLACE FUNCTION pgbouncer.user_lookup(username text) RETURNS TABLE (rolname name, rolpassword text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT role.rolname, role.rolpassword
        FROM pg_authid AS role
       WHERE role.rolname = username AND role.rolcanlogin AND NOT role.rolsuper AND NOT role.rolreplication
         AND (role.rolvaliduntil IS NULL OR role.rolvaliduntil > now())
    $$;
  ALTER FUNCTION pgbouncer.user_lookup(text) OWNER TO postgres;
  REVOKE ALL ON FUNCTION pgbouncer.user_lookup(text) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION pgbouncer.user_lookup(text) TO pgbouncer;
`;
