/** The pods of a Postgres: what those of the primary and those of the replicas have in common, and what not. */
import type { EnvVar, Probe, VolumeMount } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import { divide } from '../../values/numbers';
import { str } from '../../values/texts';
import type { Items } from '../../values/parts';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodProps } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import { EXPORTER_ROLE } from './postgres-configuration';
import { type ServerTls, tlsMounts, tlsVolumes } from './postgres-tls';

export const POSTGRES_PORT = 5432;
const METRICS_PORT = 9187;

export interface PostgresExporter {
  readonly image: Image;
  readonly resources: Resources;
}

export interface PostgresPod {
  readonly image: Image;
  readonly resources: Resources;
  readonly exporter: PostgresExporter;
  /** The memory limit in MiB. */
  readonly memory: Input<number>;
  /** Name of the ConfigMap with configuration and scripts. */
  readonly configMap: Input<string>;
  readonly secret: Input<string>;
  readonly tls: ServerTls;
}

interface Primary {
  readonly username: Input<string>;
  readonly database: Input<string>;
}

interface Replica {
  readonly primaryHost: Input<string>;
  readonly maxReplicationLagSeconds: Input<number>;
}

type Pod = Pick<PodProps, 'user' | 'containers' | 'volumes' | 'scrape'>;

/** `postgres` in the official image. */
const USER = 999;
/** A base backup or a crash recovery of a large database may take hours: a day before the start counts as failed. */
const STARTUP_SECONDS = 86_400;
const STARTUP_PERIOD_SECONDS = 5;

/** Of a server that may be primary or standby, as the file `primary` says. */
interface Member extends Primary, Pick<Replica, 'maxReplicationLagSeconds'> {
  /** Host names of those that may be the primary: the first makes the database. */
  readonly members: Input<string>;
}

export function primaryPod(pod: PostgresPod, { username, database }: Primary): Pod {
  return postgresPod(pod, {
    script: 'start-primary.sh',
    secretKeys: ALL_KEYS,
    env: applicationEnv({ username, database }),
    live: exec('sh', '-c', ANSWERS),
    ready: exec('sh', '-c', `[ "$(psql --no-psqlrc -Atc 'SELECT pg_is_in_recovery()')" = f ]`),
  });
}

export function replicaPod(pod: PostgresPod, { primaryHost, maxReplicationLagSeconds }: Replica): Pod {
  return postgresPod(pod, {
    script: 'start-replica.sh',
    secretKeys: ['replication-password'],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'PRIMARY_HOST', value: primaryHost },
      { name: 'MAX_LAG_SECONDS', value: str`${maxReplicationLagSeconds}` },
    ],
    live: exec('sh', `${CONFIGURATION}/replica-live.sh`),
    ready: exec('sh', `${CONFIGURATION}/replica-ready.sh`),
  });
}

export function memberPod(pod: PostgresPod, { username, database, members, maxReplicationLagSeconds }: Member): Pod {
  return postgresPod(pod, {
    script: 'run-server.sh',
    secretKeys: ALL_KEYS,
    env: [
      ...applicationEnv({ username, database }),
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'MEMBERS', value: members },
      { name: 'MAX_LAG_SECONDS', value: str`${maxReplicationLagSeconds}` },
    ],
    // While it copies or rewinds, or waits for somebody to copy, there is no server.
    live: exec('sh', '-c', `[ -e /var/run/postgresql/idle ] || ${ANSWERS}`),
    ready: exec('sh', `${CONFIGURATION}/ready.sh`),
  });
}

const ALL_KEYS = ['postgres-password', 'replication-password', 'password', 'pooler-password'];
/** A server that is still recovering rejects clients (1), but it is alive. */
const ANSWERS = 'pg_isready --quiet || [ $? -eq 1 ]';

function applicationEnv({ username, database }: Primary): Items<EnvVar> {
  return [
    { name: 'APPLICATION_USER', value: username },
    { name: 'APPLICATION_DATABASE', value: database },
  ];
}

interface Difference {
  readonly script: string;
  readonly secretKeys: readonly string[];
  readonly env: Items<EnvVar>;
  readonly live: Pick<Probe, 'exec'>;
  readonly ready: Pick<Probe, 'exec'>;
}

function postgresPod(pod: PostgresPod, differs: Difference): Pod {
  const { image, resources, exporter, memory, configMap, secret, tls } = pod;
  return {
    user: USER,
    scrape: { port: METRICS_PORT, path: '/metrics' },
    containers: [
      {
        name: 'postgres',
        image,
        command: ['sh', `${CONFIGURATION}/${differs.script}`],
        env: [...ENV, ...differs.env],
        ports: [{ name: 'postgres', containerPort: POSTGRES_PORT }],
        resources,
        probes: {
          startup: {
            ...exec('pg_isready', '--quiet'),
            periodSeconds: STARTUP_PERIOD_SECONDS,
            timeoutSeconds: 5,
            failureThreshold: STARTUP_SECONDS / STARTUP_PERIOD_SECONDS,
          },
          liveness: { ...differs.live, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 3 },
          readiness: { ...differs.ready, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
        },
        mounts: [...MOUNTS, ...tlsMounts(tls)],
        writable: { '/tmp': '64Mi' },
      },
      exporterContainer(exporter),
    ],
    volumes: [
      { name: 'configuration', configMap: { name: configMap } },
      { name: 'secrets', secret: secretFiles(secret, differs.secretKeys) },
      ...tlsVolumes(tls),
      // Socket and password file, in memory.
      { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      // What parallel workers share; Kubernetes gives 64Mi unless told. It counts against the memory limit.
      {
        name: 'shm',
        emptyDir: { medium: 'Memory', sizeLimit: str`${divide(memory, 8)}Mi` },
      },
    ],
  };
}

/** It asks the server by a role of its own, over the pod's own address. */
function exporterContainer({ image, resources }: PostgresExporter): ContainerProps {
  return {
    name: 'exporter',
    image,
    args: ['--collector.long_running_transactions', '--collector.stat_checkpointer'],
    env: [
      {
        name: 'DATA_SOURCE_NAME',
        value: `postgresql://${EXPORTER_ROLE}@127.0.0.1:${POSTGRES_PORT}/postgres?sslmode=disable`,
      },
    ],
    ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
    resources,
    probes: {
      startup: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 1, failureThreshold: 30 },
      liveness: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 10, failureThreshold: 6 },
    },
  };
}

const CONFIGURATION = '/etc/postgresql';

/** The data folder lies below the volume's own; psql in the container, by probes or by hand, is the superuser's. */
const ENV: Items<EnvVar> = [
  { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
  { name: 'PGUSER', value: 'postgres' },
  { name: 'PGDATABASE', value: 'postgres' },
];

const MOUNTS: Items<VolumeMount> = [
  { name: 'data', mountPath: '/var/lib/postgresql/data' },
  { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
  { name: 'secrets', mountPath: '/run/secrets/postgres', readOnly: true },
  { name: 'run', mountPath: '/var/run/postgresql' },
  { name: 'shm', mountPath: '/dev/shm' },
];

function exec(...command: string[]): { readonly exec: { readonly command: string[] } } {
  return { exec: { command } };
}
