{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.postgres.initialise.sql" -}}
-- Roles, the database and PgBouncer's auth_query. Each statement may run again on a server that has it all.
SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['replicator', 'pgbouncer', 'postgres_exporter', :'application']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
-- It copies the whole server as it is; backups read all rows and large objects through it, in any state of the server.
ALTER ROLE replicator LOGIN REPLICATION BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE replicator SET lo_compat_privileges = on;
GRANT pg_read_all_data, pg_use_reserved_connections TO replicator;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
  pg_read_binary_file(text, bigint, bigint, boolean) TO replicator;
ALTER ROLE pgbouncer LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE postgres_exporter LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3;
GRANT pg_monitor, pg_use_reserved_connections TO postgres_exporter;
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
{{- end }}
