import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Server, connect } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import type { Input } from '../../values/expression';
import { choose } from '../../values/choice';
import { atMost } from '../../values/logic';
import { add, divide, maximum, multiply, subtract } from '../../values/numbers';
import { named, str } from '../../values/texts';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { PodSettings } from '../../workload/pod';
import type { Image } from '../../workload/platform';
import { type Autoscaling, maxReplicas } from '../../workload/scaling';
import { envFromSecret, secretFiles } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import type { Postgres } from './postgres';
import { pgbouncerIni, startPgbouncer } from './pgbouncer-configuration';
import { RESERVED_CONNECTIONS, SUPERUSER_RESERVED_CONNECTIONS } from './postgres-configuration';
import { POSTGRES_PORT } from './postgres-pod';

/** Props of `PgBouncer`. */
export interface PgBouncerProps extends TierProps, PodSettings {
  /** Where its server connections go. */
  readonly server: Postgres;
  /** Pods, each with pools of its own. PgBouncer runs on one core: more clients need more pods. @default 2 */
  readonly replicas?: Input<number>;
  /** Replicas by CPU and memory in place of `replicas`. @default - `replicas` pods */
  readonly autoscaling?: Autoscaling;
  /**
   * Server connections that one pod keeps per user and database.
   * Times the pods, must fit the server's `maxConnections`.
   * @default 50
   */
  readonly defaultPoolSize?: Input<number>;
  /** Server connections that a pool may add when clients have waited for 3 seconds. @default 5 */
  readonly reservePoolSize?: Input<number>;
  /** Clients of one pod. @default 1000 */
  readonly maxClientConn?: Input<number>;
  /** Prepared statements that each server connection keeps; 0 switches them off. @default 200, PgBouncer's own */
  readonly maxPreparedStatements?: Input<number>;
  /** Seconds that a query waits for a server connection before it fails. @default 30 */
  readonly queryWaitTimeoutSeconds?: Input<number>;
  /**
   * Seconds for which clients keep a connection before they open a new one: the clients' `DATABASE_POOL_RECYCLE`.
   * A pod that stops waits for that long, and a little more, so that no client loses a connection.
   * @default 120
   */
  readonly clientLifetimeSeconds?: Input<number>;
  /** CPU, memory and disk of its container. @default - see pgBouncerDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus exporter beside PgBouncer, on port 9127. @default - see pgBouncerDefaults */
  readonly exporter?: PgBouncerExporter;
}

/** The exporter beside PgBouncer. */
export interface PgBouncerExporter {
  /** The image that it runs. */
  readonly image: Image;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `PgBouncerProps`. */
export const pgBouncerDefaults = {
  replicas: 2,
  defaultPoolSize: 50,
  reservePoolSize: 5,
  maxClientConn: 1000,
  maxPreparedStatements: 200,
  queryWaitTimeoutSeconds: 30,
  clientLifetimeSeconds: 120,
  resources: {
    requests: { cpu: '100m', memory: '64Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '1', memory: '128Mi', ephemeralStorage: '128Mi' },
  },
  image: images.pgbouncer,
  exporter: {
    image: images.pgbouncerExporter,
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '64Mi' },
    },
  },
} as const;

const PORT = 6432;
const METRICS_PORT = 9127;
const USER = 10_001;
const SURGE = 1;
/** Server connections by which one pod looks up verifiers, per database. */
const AUTH_POOL_SIZE = 2;
/** Until every node has taken the pod out of its Service. */
const PRE_STOP_SECONDS = 5;
/** For the last client to notice that its connection has reached its age, and to finish its query. */
const DRAIN_MARGIN_SECONDS = 15;

/** Asks for TLS, which PgBouncer answers with one letter while it still handles events: a listening port alone would not tell. */
const ANSWERS = [
  'bash',
  '-c',
  `exec 3<>/dev/tcp/127.0.0.1/${PORT} && printf '\\0\\0\\0\\10\\4\\322\\26\\57' >&3 && read -r -t 3 -n 1 answer <&3`,
];

/**
 * PgBouncer before a Postgres: many clients over few server connections, each lent for one transaction.
 *
 * ```ts
 * const pool = new PgBouncer(chart, 'pgbouncer', { server: postgres });
 * api.connectTo(pool, pool.replicas);
 * ```
 */
export class PgBouncer extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** The pool on the server's replicas; the primary's where there are none. To be connected to beside the PgBouncer. */
  readonly replicas: Server;
  protected readonly client: DeploymentWorkload;
  private readonly server: Postgres;
  private readonly clientLifetimeSeconds: Input<number>;

  constructor(scope: Construct, id: string, props: PgBouncerProps) {
    super(scope, id, props);
    onlyWhen(this, conditionOf(props.server));
    const settings = { ...pgBouncerDefaults, ...props };
    this.server = props.server;
    this.clientLifetimeSeconds = settings.clientLifetimeSeconds;
    const { database, hasReplicas, isEncrypted, primary, primaryHost, readHost, replica } = props.server;
    const readDatabase = str`${database}_read`;
    this.demandServerConnections(settings);

    const ini = pgbouncerIni({
      ...settings,
      port: PORT,
      database,
      primaryHost,
      hasReplicas,
      readDatabase,
      readHost,
      serverPort: POSTGRES_PORT,
      authPoolSize: AUTH_POOL_SIZE,
      isEncrypted,
      authorityFile: props.server.authorityFile,
    });
    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'pooler',
      user: USER,
      maxSurge: SURGE,
      checksums: { 'pgbouncer.ini': checksum(ini), 'start-pgbouncer.sh': checksum(startPgbouncer) },
      terminationGracePeriodSeconds: add(settings.clientLifetimeSeconds, PRE_STOP_SECONDS + DRAIN_MARGIN_SECONDS),
      scrape: { port: METRICS_PORT, path: '/metrics' },
      containers: [
        {
          name: 'pgbouncer',
          image: settings.image,
          command: ['sh', '/etc/pgbouncer/start-pgbouncer.sh'],
          ports: [{ name: 'pgbouncer', containerPort: PORT }],
          resources: settings.resources,
          probes: {
            startup: { tcpSocket: { port: 'pgbouncer' }, periodSeconds: 1, failureThreshold: 30 },
            liveness: { exec: { command: ANSWERS }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
            readiness: { tcpSocket: { port: 'pgbouncer' }, periodSeconds: 3, failureThreshold: 2 },
          },
          // Then SIGTERM, on which PgBouncer takes no new clients and ends when the last has left.
          lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
          mounts: [
            { name: 'configuration', mountPath: '/etc/pgbouncer', readOnly: true },
            { name: 'secrets', mountPath: '/run/secrets/postgres', readOnly: true },
            { name: 'run', mountPath: '/run/pgbouncer' },
          ],
        },
        {
          name: 'exporter',
          image: settings.exporter.image,
          args: [`--pgBouncer.connectionString=postgres://pgbouncer@127.0.0.1:${PORT}/pgbouncer?sslmode=disable`],
          env: [{ name: 'PGPASSFILE', value: '/run/pgbouncer/pgpass' }],
          ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
          resources: settings.exporter.resources,
          probes: {
            startup: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 1, failureThreshold: 30 },
            liveness: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
            readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 10, failureThreshold: 6 },
          },
          mounts: [{ name: 'run', mountPath: '/run/pgbouncer', readOnly: true }],
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        { name: 'secrets', secret: secretFiles(this.server.secret, ['pooler-password']) },
        // Password files, in memory.
        { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
    });
    addConfigMap(this.workload, 'configuration', { 'pgbouncer.ini': ini, 'start-pgbouncer.sh': startPgbouncer });
    addService(this.workload, 'service', { ports: [{ name: 'pgbouncer', port: PORT, targetPort: 'pgbouncer' }] });
    this.client = this.workload;
    connect(this.client, {
      endpoints: [{ workload: primary, port: POSTGRES_PORT, name: 'postgres' }],
      clientSettings: [],
      clientFiles: props.server.clientFiles,
    });
    connect(this.client, {
      endpoints: [{ workload: replica, port: POSTGRES_PORT, name: 'postgres' }],
      clientSettings: [],
    });
    this.replicas = {
      endpoints: this.endpoints,
      clientSettings: [{ name: 'DATABASE_READ_URL', value: this.url(choose(hasReplicas, readDatabase, database)) }],
    };
  }

  get endpoints(): Server['endpoints'] {
    return [{ workload: this.workload, port: PORT, name: 'postgres' }];
  }

  /** `DATABASE_URL` without a password, which libpq and the drivers built on it take from `PGPASSWORD`. */
  get clientSettings(): Items<EnvVar> {
    return [
      { name: 'DATABASE_URL', value: this.url(this.server.database) },
      envFromSecret('PGPASSWORD', this.server.secret, 'password'),
      { name: 'DATABASE_POOL_RECYCLE', value: str`${this.clientLifetimeSeconds}` },
    ];
  }

  private url(database: Input<string>): Input<string> {
    return str`postgresql://${this.server.username}@${this.objectName}:${PORT}/${database}`;
  }

  /** All pods together must never ask more of a server than it grants. Primary and replicas have a pool each. */
  private demandServerConnections(settings: Sizes): void {
    const { defaultPoolSize, reservePoolSize } = settings;
    const { maxConnections } = this.server;
    const pods = named(
      `${this.node.id}.mostPods`,
      'The most pods that run at a time, the surge of a rollout included.',
      add(maxReplicas(settings.replicas, settings.autoscaling), SURGE),
    );
    const connections = named(
      `${this.node.id}.serverConnections`,
      'The most connections that all pods together open to one server.',
      multiply(pods, add(add(defaultPoolSize, reservePoolSize), AUTH_POOL_SIZE)),
    );
    const reserved = SUPERUSER_RESERVED_CONNECTIONS + RESERVED_CONNECTIONS;
    const perPod = divide(maximum(subtract(maxConnections, reserved), 0), pods);
    const largest = subtract(perPod, add(reservePoolSize, AUTH_POOL_SIZE));
    demand(
      this,
      atMost(add(connections, reserved), maxConnections),
      str`(defaultPoolSize ${defaultPoolSize} + reservePoolSize ${reservePoolSize} + ${AUTH_POOL_SIZE} for auth_query) × ${pods} pods, the surge included, = ${connections} connections to each server, and ${reserved} are reserved, but its maxConnections is ${maxConnections}; lower defaultPoolSize to ${largest} or less, or raise maxConnections to ${add(connections, reserved)}.`,
    );
  }
}

type Sizes = Required<Pick<PgBouncerProps, 'defaultPoolSize' | 'reservePoolSize' | 'replicas'>> &
  Pick<PgBouncerProps, 'autoscaling'>;
