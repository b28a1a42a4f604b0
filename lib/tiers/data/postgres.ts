import { Construct } from 'constructs';
import type { ConfigMap, EnvVar, Service } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type ClientFiles, type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { type Input, literalOf, toExpr } from '../../values/expression';
import { choose } from '../../values/choice';
import { and, atLeast, atMost, equals, isSet, not, or, valueOf } from '../../values/logic';
import { add, bytes, divide } from '../../values/numbers';
import { named, str } from '../../values/texts';
import type { Items } from '../../values/parts';
import { merge, when } from '../../values/tree';
import type { Resources } from '../../workload/container';
import type { PodSettings } from '../../workload/pod';
import type { Image } from '../../workload/platform';
import { type ExistingSecret, envFromSecret, existingSecret } from '../../workload/secrets';
import { type ServiceProps, addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import type { Recovery } from '../recovery';
import { Tier, type TierProps } from '../tier';
import { postgresFiles } from './postgres-files';
import { POSTGRES_PORT, type PostgresExporter, memberPod, primaryPod, replicaPod } from './postgres-pod';
import type { PostgresTls } from './postgres-tls';

/** Props of `Postgres`. */
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
  /** Connections that each server takes; 8 of them are kept for superusers, exporters and backups. @default 200 */
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
  /**
   * Standbys that must have a transaction on disk before it is acknowledged. At 1, it is the one that may be promoted.
   * Where there are not that many, writes wait.
   * @default 0, none: what no standby has yet is lost with the primary's volume
   */
  readonly synchronousReplicas?: Input<number>;
  /**
   * Whether replica 0 takes the primary's place. Where it is given, even as false, the servers' parts are those that it
   * says, and change with it while they run.
   * @default - the primary is always the same
   */
  readonly promoted?: Input<boolean>;
  /** Encrypted connections. @default - see postgresDefaults: connections are not encrypted */
  readonly tls?: PostgresTls;
  /** Volume of each pod. @default 10Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Of each pod. PostgreSQL's memory settings follow the memory limit. @default - see postgresDefaults */
  readonly resources?: Resources;
  /** The official image, or one that has the same programs and user 999. @default - see lib/images.ts */
  readonly image?: Image;
  /** Prometheus exporter beside each server, on port 9187. @default - see postgresDefaults */
  readonly exporter?: PostgresExporter;
}

/** Defaults of `PostgresProps`. */
export const postgresDefaults = {
  username: null,
  existingSecret: null,
  replicas: 0,
  maxConnections: 200,
  maxWalSenders: 10,
  maxReplicationLagSeconds: 30,
  logMinDurationStatement: 1000,
  terminationGracePeriodSeconds: 120,
  synchronousReplicas: 0,
  tls: { enabled: false, existingSecret: null },
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

/** Of those that count as synchronous, where no schema bounds `replicas`. */
const MOST_STANDBYS = 100;

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
  readonly endpoints: readonly Endpoint[];
  /** The workload of the server that takes writes. */
  readonly primary: StatefulSetWorkload;
  /** The workload of the servers that follow it. */
  readonly replica: StatefulSetWorkload;
  /** Reads on the replicas. Where there are none, clients get no `DATABASE_READ_URL`. */
  readonly replicas: Server;
  /** Name of the application's database. */
  readonly database: Input<string>;
  /** Name of the application's role. */
  readonly username: Input<string>;
  /** Name of the Secret with all passwords. */
  readonly secret: Input<string>;
  /** Connections that each server takes. */
  readonly maxConnections: Input<number>;
  /** The image that it runs. */
  readonly image: Image;
  /** Size of a data volume, such as `10Gi`. */
  readonly storageSize: Input<string>;
  /** Servers beside the primary. */
  readonly replicaCount: Input<number>;
  /** Whether there is at least one replica. */
  readonly hasReplicas: Input<boolean>;
  /** Name of the Service of the primary. */
  readonly primaryHost: Input<string>;
  /** Name of the Service of the replicas, or of the primary where there are none. */
  readonly readHost: Input<string>;
  /** Whether replica 0 can take the primary's place. */
  readonly isPromotable: boolean;
  /** Whether connections from other pods are encrypted. */
  readonly isEncrypted: Input<boolean>;
  /** Name of the Secret with certificate, key and authority, which has a meaning where `tls` is enabled. */
  readonly tlsSecret: Input<string>;
  /** The names by which clients and servers reach the servers: those that the certificate must have. */
  readonly certificateHosts: readonly Input<string>[];
  /**
   * A replica takes over from the primary by hand alone. By itself the pod is back: after 7 s where it was measured (see
   * docs/reliability.md), later where more WAL is to be read again.
   */
  readonly recovery: Recovery = { failover: 'manual', seconds: 60 };
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

    const { tls, promoted, synchronousReplicas } = settings;
    this.isPromotable = promoted !== undefined;
    this.tlsSecret = existingSecret(
      { id: `${id}-tls`, what: 'with the certificate of the database', expected: str`${this.objectName}-tls` },
      tls.existingSecret,
    );
    this.isEncrypted = tls.enabled;
    const serverTls = { enabled: tls.enabled, secret: this.tlsSecret };
    const first = str`${this.objectName}-primary-0`;
    const second = str`${this.objectName}-replica-0`;
    const members = [
      str`${first}.${this.primaryHost}-headless`,
      str`${second}.${this.objectName}-replica-headless`,
    ] as const;
    this.certificateHosts = [this.primaryHost, this.readHost, ...(promoted === undefined ? [] : members)];
    this.demandStandbys(settings);

    const memory = mebibytes(`${id}.memoryMebibytes`, 'The memory limit of a server', settings.resources.limits.memory);
    const { data, checksums } = postgresFiles({
      ...settings,
      memory,
      storage: mebibytes(`${id}.storageMebibytes`, 'The size of a data volume', settings.storage.size),
      tls: serverTls,
      isPlain: literalOf(tls.enabled) === false,
      synchronous:
        promoted === undefined && literalOf(synchronousReplicas) === 0
          ? undefined
          : { count: synchronousReplicas, names: this.standbyNames(settings) },
      named: promoted === undefined ? undefined : choose(promoted, second, first),
    });
    new KubeObject<ConfigMap>(this, 'configuration', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.objectName, labels: this.platform.labels({ name: id, component: 'configuration' }) },
      data,
    });
    const pod = { ...settings, memory, configMap: this.objectName, secret: this.secret, tls: serverTls };
    const member = memberPod(pod, {
      ...settings,
      username: this.username,
      members: str`${members[0]} ${members[1]}`,
    });

    this.primary = new StatefulSetWorkload(this, 'primary', {
      ...settings,
      ...(this.isPromotable ? member : primaryPod(pod, this)),
      name: id,
      component: 'primary',
      objectName: `${id}-primary`,
      checksums: checksums.primary,
      replicas: 1,
      storage: { data: settings.storage },
      spreadsWithTier: true,
    });
    addService(this.primary, 'service', { ports: servicePorts, ...this.promotedSelector(id, promoted, second) });
    addService(this.primary, 'headless', { suffix: 'headless', ports: servicePorts, headless: true });

    const replicaScope = new Construct(this, 'replicas');
    onlyWhen(replicaScope, this.hasReplicas);
    this.replica = new StatefulSetWorkload(replicaScope, 'replica', {
      ...settings,
      ...(this.isPromotable ? member : replicaPod(pod, { ...settings, primaryHost: this.primaryHost })),
      name: id,
      component: 'replica',
      objectName: `${id}-replica`,
      checksums: checksums.replica,
      replicas,
      podManagementPolicy: 'Parallel',
      storage: { data: settings.storage },
      spreadsWithTier: true,
    });
    addService(this.replica, 'headless', { suffix: 'headless', ports: servicePorts, headless: true });
    this.addReadService(id, promoted ?? false);

    this.client = this.primary;
    const primary = { workload: this.primary, port: POSTGRES_PORT, name: 'postgres' };
    const replica = { ...primary, workload: this.replica };
    this.endpoints = this.isPromotable ? [primary, replica] : [primary];
    this.replicas = {
      endpoints: this.isPromotable ? [replica, primary] : [replica],
      clientSettings: [{ name: 'DATABASE_READ_URL', value: this.url(this.readHost) }],
    };
    allow(this.replica, { ...primary, name: 'replication' });
    if (this.isPromotable) {
      allow(this.primary, { ...replica, name: 'replication' });
      allow(this.replica, { ...replica, name: 'replication' });
    }
  }

  /** `DATABASE_URL` without a password, which libpq and the drivers built on it take from `PGPASSWORD`. */
  get clientSettings(): Items<EnvVar> {
    return [
      { name: 'DATABASE_URL', value: this.url(this.primaryHost) },
      envFromSecret('PGPASSWORD', this.secret, 'password'),
      ...this.verification,
    ];
  }

  /** By which libpq, and what is built on it, verifies the server, with the files of `clientFiles`. */
  get verification(): Items<EnvVar> {
    if (literalOf(this.isEncrypted) === false) return [];
    return [
      when<readonly EnvVar[]>(this.isEncrypted, [
        { name: 'PGSSLMODE', value: 'verify-full' },
        { name: 'PGSSLROOTCERT', value: this.authorityFile },
      ]),
    ];
  }

  /** The authority of the server's certificate, where `tls` is enabled. */
  get clientFiles(): readonly ClientFiles[] {
    if (literalOf(this.isEncrypted) === false) return [];
    return [{ name: `${this.node.id}-ca`, secret: this.tlsSecret, keys: ['ca.crt'], enabled: this.isEncrypted }];
  }

  /** Where clients have it. */
  get authorityFile(): string {
    return `/run/secrets/${this.node.id}-ca/ca.crt`;
  }

  private url(host: Input<string>): Input<string> {
    return str`postgresql://${this.username}@${host}:${POSTGRES_PORT}/${this.database}`;
  }

  private addReadService(id: string, promoted: Input<boolean>): void {
    const component = choose(and(this.hasReplicas, not(promoted)), 'replica', 'primary');
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

  /** The pod that the Service of the primary leads to. */
  private promotedSelector(
    id: string,
    promoted: Input<boolean> | undefined,
    replica: Input<string>,
  ): Pick<ServiceProps, 'selector'> {
    if (promoted === undefined) return {};
    return {
      selector: merge<Record<string, string>>(
        this.platform.selectorLabels({ name: id, component: choose(promoted, 'replica', 'primary') }),
        when<Record<string, string>>(promoted, { 'statefulset.kubernetes.io/pod-name': replica }),
      ),
    };
  }

  /** Servers that count as synchronous standbys, quoted, with commas: never the receiver of a backup. */
  private standbyNames({ replicas, synchronousReplicas }: Standbys): Input<string> {
    const quoted = (pods: readonly string[]) =>
      pods.map((pod) => str`"${this.objectName}-${pod}"`).reduce((list, name) => str`${list}, ${name}`);
    const all = Array.from(
      { length: Math.min(toExpr(replicas).most, MOST_STANDBYS) },
      (_, index) => `replica-${index}`,
    );
    if (!this.isPromotable) return quoted(all);
    return choose(atMost(synchronousReplicas, 1), quoted(['primary-0', 'replica-0']), quoted(['primary-0', ...all]));
  }

  private demandStandbys({ replicas, synchronousReplicas, promoted }: Standbys): void {
    demand(
      this,
      atMost(synchronousReplicas, replicas),
      str`synchronousReplicas ${synchronousReplicas} is more than replicas ${replicas}: every write would wait for ever; lower it to ${replicas} or less.`,
    );
    if (promoted === undefined) return;
    demand(
      this,
      or(not(promoted), this.hasReplicas),
      str`promoted ${promoted} makes replica 0 the primary, but replicas is ${replicas}; raise it to 1 or more.`,
    );
    demand(
      this,
      or(atMost(synchronousReplicas, 1), equals(synchronousReplicas, replicas)),
      str`synchronousReplicas ${synchronousReplicas} of ${replicas} may acknowledge what replica 0 has not, and that is the one to be promoted; set it to 1 or ${replicas}.`,
    );
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

type Standbys = Required<Pick<PostgresProps, 'replicas' | 'synchronousReplicas'>> & Pick<PostgresProps, 'promoted'>;

function mebibytes(name: string, what: string, quantity: Input<string>): Input<number> {
  return named(name, `${what}, in MiB.`, divide(bytes(quantity), 2 ** 20));
}
