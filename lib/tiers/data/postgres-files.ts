/** The files of a Postgres: what its ConfigMap has, and a change of which of them restarts which pods. */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { initialiseSql, pgHba, postgresqlConf, synchronousConf, volumeConf } from './postgres-configuration';
import { memberReady, runServer } from './postgres-promotion';
import { initialise, replicaLive, replicaReady, startPrimary, startReplica } from './postgres-scripts';
import { type ServerTls, verifyingServer } from './postgres-tls';

export interface PostgresFiles {
  readonly maxConnections: Input<number>;
  readonly maxWalSenders: Input<number>;
  readonly logMinDurationStatement: Input<number>;
  /** The memory limit in MiB. */
  readonly memory: Input<number>;
  /** The size of the data volume in MiB. */
  readonly storage: Input<number>;
  readonly tls: ServerTls;
  /** Whether connections are never encrypted, whatever the values are. */
  readonly isPlain: boolean;
  /** How many standbys must have a transaction, and of which. Undefined where that is none, whatever the values are. */
  readonly synchronous: { readonly count: Input<number>; readonly names: Input<string> } | undefined;
  /** Name of the pod that is the primary. Undefined where it is always the same. */
  readonly named: Input<string> | undefined;
}

type Files = Readonly<Record<string, Text>>;

export interface Texts {
  readonly data: Files;
  /** Checksums of the files that the pods of each read at their start alone. */
  readonly checksums: Readonly<Record<'primary' | 'replica', Readonly<Record<string, Input<string>>>>>;
}

export function postgresFiles(files: PostgresFiles): Texts {
  const { storage, tls, isPlain, synchronous, named } = files;
  const maySynchronise = synchronous !== undefined;
  const isPromotable = named !== undefined;
  const options = { reloads: maySynchronise || !isPlain, ssl: verifyingServer(tls) };
  const conf = { 'postgresql.conf': postgresqlConf({ ...files, maySynchronise }) };
  const hba = { 'pg_hba.conf': pgHba(tls) };
  const both = { ...conf, ...hba };
  // Restarts nothing: a reload brings it, or the server that reads it.
  const live = {
    'volume.conf': volumeConf(storage, isPromotable),
    ...(synchronous && { 'synchronous.conf': synchronousConf(synchronous.count, synchronous.names) }),
    ...(named !== undefined && { primary: text`${named}` }),
  };
  const initial = { 'initialise.sh': initialise, 'initialise.sql': initialiseSql(isPromotable) };
  if (isPromotable) {
    const started = { ...both, 'run-server.sh': runServer(options.ssl), ...initial };
    const sums = checksumsOf(started);
    return {
      data: { ...conf, ...live, ...started, 'ready.sh': memberReady },
      checksums: { primary: sums, replica: sums },
    };
  }
  const primary = { 'start-primary.sh': startPrimary(options), ...initial };
  const replica = { 'start-replica.sh': startReplica(options) };
  return {
    data: {
      ...conf,
      ...live,
      ...hba,
      ...primary,
      ...replica,
      'replica-ready.sh': replicaReady,
      'replica-live.sh': replicaLive(options),
    },
    checksums: { primary: checksumsOf({ ...both, ...primary }), replica: checksumsOf({ ...both, ...replica }) },
  };
}

function checksumsOf(files: Files): Readonly<Record<string, Input<string>>> {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, checksum(file)]));
}
