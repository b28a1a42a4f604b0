import { Construct } from 'constructs';
import type { ConfigMap, EnvVar, Service } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { type Input, literalOf } from '../../values/expression';
import { choose } from '../../values/choice';
import { atLeast, atMost, isSet, valueOf } from '../../values/logic';
import { add, bytes, divide } from '../../values/numbers';
import { named, str } from '../../values/texts';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import type { Resources } from '../../workload/container';
import type { PodSettings } from '../../workload/pod';
import type { Image } from '../../workload/platform';
import { type ExistingSecret, envFromSecret, existingSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import { Tier, type TierProps } from '../tier';
import { initialiseSql, pgHba, postgresqlConf, volumeConf } from './postgres-configuration';
import { POSTGRES_PORT, type PostgresExporter, primaryPod, replicaPod } from './postgres-pod';
import { initialise, replicaLive, replicaReady, startPrimary, startReplica } from './postgres-scripts';

export interface PostgresProps extends TierProps, PodSettings {
  /** Name of the application's database: lower-case letters, digits and underscores. */
  readonly database: Input<string>;
  /** Role that owns the database and logs in for the application. @default - the database's name */
  readonly username?: Input<string | null>;
  /** Streaming replicas beside the primary, for reads. @default 0 */
  readonly replicas?: Input<number>;
  /**
   * Secret with the keys `postgres-password`, `replication-password`, `password` (the application's) and
   * `pooler-password` (PgBouncer's).
   * @default - a Secret of the tier's own name, such as `shop-postgres`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** @default 200 */
  readonly maxConnections?: Input<number>;
  /**
   * Walsenders and replication slots. Raising `replicas` within it restarts nothing.
   * @default 10, PostgreSQL's own
   */
  readonly maxWalSenders?: Input<number>;
  /** Seconds that a replica may be behind and still serve reads. @default 30 */
  readonly maxReplicationLagSeconds?: Input<number>;
  /** Milliseconds from which a statement is logged; -1 for none. @default 1000 */
  readonly logMinDurationStatement?: Input<number>;
  /** Seconds for open transactions to be ended and the shutdown checkpoint to be written. @default 120 */
  readonly terminationGracePeriodSeconds?: Input<number>;
  /** Volume of each pod. @default 10Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Of each pod. PostgreSQL's memory settings follow the memory limit. @default - see postgresDefaults */
  readonly resources?: Resources;
  /** The official image, or one that has the same programs and user 999. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus exporter beside each server, on port 9187. @default - see postgresDefaults */
  readonly exporter?: PostgresExporter;
}

export const postgresDefaults = {
  username: null,
  existingSecret: null,
  replicas: 0,
  maxConnections: 200,
  maxWalSenders: 10,
  maxReplicationLagSeconds: 30,
  logMinDurationStatement: 1000,
  terminationGracePeriodSeconds: 120,
  storage: { size: '10Gi', storageClassName: null },
  resources: {
    requests: { cpu: '500m', memory: '1Gi', ephemeralStorage: '128Mi' },
    limits: { cpu: '1', memory: '2Gi', ephemeralStorage: '1Gi' },
  },
  image: images.postgres,
  exporter: {
    image: images.postgresExporter,
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '128Mi', ephemeralStorage: '64Mi' },
    },
  },
} as const;

/** Walsenders beyond the replicas': one for a base backup and its WAL stream each. */
const SPARE_WAL_SENDERS = 2;

const servicePorts = [{ name: 'postgres', port: POSTGRES_PORT, targetPort: 'postgres' }];

/**
 * PostgreSQL: one primary, and streaming replicas for reads.
 *
 * A StatefulSet brings a lost primary back on its volume; it does not fail over to a replica.
 *
 * ```ts
 * const postgres = new Postgres(chart, 'postgres', { database: 'shop', replicas: 2 });
 * api.connectTo(postgres, postgres.replicas);
 * ```
 *
 * Connect to `new PgBouncer(chart, 'pgbouncer', { server: postgres })` instead where many clients come.
 */
export class Postgres extends Tier implements Server {
  readonly primary: StatefulSetWorkload;
  readonly replica: StatefulSetWorkload;
  /** Reads on the replicas. Where there are none, clients get no `DATABASE_READ_URL`. */
  readonly replicas: Server;
  readonly database: Input<string>;
  readonly username: Input<string>;
  /** Name of the Secret with all passwords. */
  readonly secret: Input<string>;
  readonly maxConnections: Input<number>;
  readonly image: Image;
  /** Size of a data volume, such as `10Gi`. */
  readonly storageSize: Input<string>;
  readonly replicaCount: Input<number>;
  /** Whether there is at least one replica. */
  readonly hasReplicas: Input<boolean>;
  /** Name of the Service of the primary. */
  readonly primaryHost: Input<string>;
  /** Name of the Service of the replicas, or of the primary where there are none. */
  readonly readHost: Input<string>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id, props);
    const settings = { ...postgresDefaults, ...props };
    const { replicas, maxWalSenders, username } = settings;
    this.database = this.identifier('database', props.database);
    this.username = named(
      `${id}.username`,
      'The role that owns the database and logs in for the application.',
      this.identifier('username', choose(isSet(username), valueOf(username), props.database)),
    );
    this.secret = existingSecret(
      { id, what: 'with all passwords of the database', expected: this.objectName },
      settings.existingSecret,
    );
    this.maxConnections = settings.maxConnections;
    this.image = settings.image;
    this.storageSize = settings.storage.size;
    this.replicaCount = replicas;
    this.hasReplicas = atLeast(replicas, 1);
    this.primaryHost = str`${this.objectName}-primary`;
    this.readHost = str`${this.objectName}-read`;
    demand(
      this,
      atMost(add(replicas, SPARE_WAL_SENDERS), maxWalSenders),
      str`replicas ${replicas} need ${add(replicas, SPARE_WAL_SENDERS)} WAL senders, ${SPARE_WAL_SENDERS} of them for backups, but maxWalSenders allows ${maxWalSenders}; raise it to ${add(replicas, SPARE_WAL_SENDERS)} or more.`,
    );

    const memory = mebibytes(`${id}.memoryMebibytes`, 'The memory limit of a server', settings.resources.limits.memory);
    const storage = mebibytes(`${id}.storageMebibytes`, 'The size of a data volume', settings.storage.size);
    const conf = postgresqlConf({ ...settings, memory });
    new KubeObject<ConfigMap>(this, 'configuration', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.objectName, labels: this.platform.labels({ name: id, component: 'configuration' }) },
      data: {
        'postgresql.conf': conf,
        'volume.conf': volumeConf(storage),
        'pg_hba.conf': pgHba,
        'start-primary.sh': startPrimary,
        'initialise.sh': initialise,
        'initialise.sql': initialiseSql,
        'start-replica.sh': startReplica,
        'replica-ready.sh': replicaReady,
        'replica-live.sh': replicaLive,
      },
    });
    // Without volume.conf, which a reload brings: a volume that grows restarts nothing.
    const sums = { 'postgresql.conf': checksum(conf), 'pg_hba.conf': checksum(pgHba) };
    const pod = { ...settings, memory, configMap: this.objectName, secret: this.secret };

    this.primary = new StatefulSetWorkload(this, 'primary', {
      ...settings,
      ...primaryPod(pod, this),
      name: id,
      component: 'primary',
      objectName: `${id}-primary`,
      checksums: {
        ...sums,
        'start-primary.sh': checksum(startPrimary),
        'initialise.sh': checksum(initialise),
        'initialise.sql': checksum(initialiseSql),
      },
      replicas: 1,
      storage: { data: settings.storage },
    });
    addService(this.primary, 'service', { ports: servicePorts });
    addService(this.primary, 'headless', { suffix: 'headless', ports: servicePorts, headless: true });

    const replicaScope = new Construct(this, 'replicas');
    onlyWhen(replicaScope, this.hasReplicas);
    this.replica = new StatefulSetWorkload(replicaScope, 'replica', {
      ...settings,
      ...replicaPod(pod, { ...settings, primaryHost: this.primaryHost }),
      name: id,
      component: 'replica',
      objectName: `${id}-replica`,
      checksums: { ...sums, 'start-replica.sh': checksum(startReplica) },
      replicas,
      podManagementPolicy: 'Parallel',
      storage: { data: settings.storage },
    });
    addService(this.replica, 'headless', { suffix: 'headless', ports: servicePorts, headless: true });
    this.addReadService(id);

    this.client = this.primary;
    this.replicas = {
      endpoints: [{ workload: this.replica, port: POSTGRES_PORT, name: 'postgres' }],
      clientSettings: [{ name: 'DATABASE_READ_URL', value: this.url(this.readHost) }],
    };
    allow(this.replica, { workload: this.primary, port: POSTGRES_PORT, name: 'replication' });
  }

  get endpoints(): Server['endpoints'] {
    return [{ workload: this.primary, port: POSTGRES_PORT, name: 'postgres' }];
  }

  /** `DATABASE_URL` without a password, which libpq and the drivers built on it take from `PGPASSWORD`. */
  get clientSettings(): Items<EnvVar> {
    return [
      { name: 'DATABASE_URL', value: this.url(this.primaryHost) },
      envFromSecret('PGPASSWORD', this.secret, 'password'),
    ];
  }

  private url(host: Input<string>): Input<string> {
    return str`postgresql://${this.username}@${host}:${POSTGRES_PORT}/${this.database}`;
  }

  private addReadService(id: string): void {
    const component = choose(this.hasReplicas, 'replica', 'primary');
    new KubeObject<Service>(this, 'read-service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: this.readHost, labels: this.platform.labels({ name: id, component: 'read' }) },
      spec: {
        type: 'ClusterIP',
        selector: this.platform.selectorLabels({ name: id, component }),
        ports: servicePorts,
      },
    });
  }

  /** A name that needs no quoting in SQL, in a URL or in pgbouncer.ini. */
  private identifier(prop: string, name: Input<string>): Input<string> {
    const literal = literalOf(name);
    if (literal !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(literal)) {
      throw new RangeError(
        `${this.node.path}: ${prop} "${literal}" is not a plain name; write a lower-case letter or underscore, then up to 62 of them and digits.`,
      );
    }
    return name;
  }
}

function mebibytes(name: string, what: string, quantity: Input<string>): Input<number> {
  return named(name, `${what}, in MiB.`, divide(bytes(quantity), 2 ** 20));
}
