/** pgbouncer.ini of a PgBouncer, and the script that starts it. */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';

export interface PgBouncerIni {
  readonly port: number;
  readonly database: Input<string>;
  readonly primaryHost: Input<string>;
  readonly hasReplicas: Input<boolean>;
  /** PgBouncer's name for the database on the replicas. */
  readonly readDatabase: Input<string>;
  readonly readHost: Input<string>;
  readonly serverPort: number;
  readonly defaultPoolSize: Input<number>;
  readonly reservePoolSize: Input<number>;
  readonly authPoolSize: number;
  readonly maxClientConn: Input<number>;
  readonly maxPreparedStatements: Input<number>;
  readonly queryWaitTimeoutSeconds: Input<number>;
  /** Whether connections to the server are encrypted. */
  readonly isEncrypted: Input<boolean>;
  /** Who has signed the server's certificate. */
  readonly authorityFile: string;
}

export function pgbouncerIni(ini: PgBouncerIni): Text {
  return text`
    [databases]
    ${ini.database} = host=${ini.primaryHost} port=${ini.serverPort}
    ${when(
      ini.hasReplicas,
      text`
        ; Short-lived, so that connections leave a replica that is no longer ready, and find one that is new.
        ${ini.readDatabase} = host=${ini.readHost} port=${ini.serverPort} dbname=${ini.database} server_lifetime=60
      `,
    )}

    [users]
    pgbouncer = pool_size=${ini.authPoolSize} reserve_pool_size=0

    [pgbouncer]
    listen_addr = *
    listen_port = ${ini.port}
    unix_socket_dir =

    auth_type = scram-sha-256
    auth_file = /run/pgbouncer/userlist.txt
    auth_user = pgbouncer
    auth_query = SELECT rolname, rolpassword FROM pgbouncer.user_lookup($1)
    stats_users = pgbouncer

    pool_mode = transaction
    max_prepared_statements = ${ini.maxPreparedStatements}
    default_pool_size = ${ini.defaultPoolSize}
    reserve_pool_size = ${ini.reservePoolSize}
    reserve_pool_timeout = 3
    max_client_conn = ${ini.maxClientConn}

    ${when(
      ini.isEncrypted,
      text`
        server_tls_sslmode = verify-full
        server_tls_ca_file = ${ini.authorityFile}
      `,
    )}
    server_lifetime = 600
    server_idle_timeout = 60
    server_connect_timeout = 5
    ; A primary that restarts is tried again each second; queries wait for it.
    server_login_retry = 1
    query_wait_timeout = ${ini.queryWaitTimeoutSeconds}
    ; What drivers set and a pool cannot keep. Without "options" a malformed one could stop releases up to 1.26.0.
    ignore_startup_parameters = extra_float_digits,options

    log_connections = 0
    log_disconnections = 0
    log_stats = 0
  `;
}

/** Beside the shell's own, `cat` and `sed`, which Debian's base has. */
export const startPgbouncer: Text = text`
  #!/bin/sh
  # Writes PgBouncer's own password to where it and the exporter read it, then becomes pgbouncer.
  set -eu
  umask 077
  password=$(cat /run/secrets/postgres/pooler-password)
  [ -n "$password" ] || { echo 'start-pgbouncer: key pooler-password of the Secret is empty' >&2; exit 1; }
  printf '"pgbouncer" "%s"\n' "$(printf %s "$password" | sed 's/"/""/g')" > /run/pgbouncer/userlist.txt
  printf '*:*:*:pgbouncer:%s\n' "$(printf %s "$password" | sed 's/[\\:]/\\&/g')" > /run/pgbouncer/pgpass
  exec pgbouncer /etc/pgbouncer/pgbouncer.ini
`;
