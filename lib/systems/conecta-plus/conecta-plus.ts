import { join } from 'node:path';
import type { Construct } from 'constructs';
import { DefaultDeny } from '../../network/default-deny';
import { conditionOf } from '../../objects/conditions';
import { CapacityPlan } from '../../objectives/capacity-plan';
import { Objectives } from '../../objectives/objectives';
import { ObjectStore } from '../../tiers/data/object-store';
import { Postgres } from '../../tiers/data/postgres';
import { RedisCluster } from '../../tiers/data/redis-cluster';
import { RedisSentinel } from '../../tiers/data/redis-sentinel';
import { SmokeTest } from '../../tiers/delivery/smoke-test';
import { BlackboxExporter } from '../../tiers/observability/blackbox-exporter';
import { prometheusSource } from '../../tiers/observability/grafana-configuration';
import { Prometheus } from '../../tiers/observability/prometheus';
import { rulesOf } from '../../tiers/observability/rules/rules';
import { Backup } from '../../tiers/operations/backup';
import { Certificates } from '../../tiers/operations/certificates';
import { SecretGenerator } from '../../tiers/operations/secret-generator';
import { Api } from '../../tiers/web/api';
import { processesOf } from '../../tiers/web/api-container';
import { LoadBalancer } from '../../tiers/web/load-balancer';
import { choose } from '../../values/choice';
import { and, isSet, not, valueOf } from '../../values/logic';
import { divideUp, multiply } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { named, str } from '../../values/texts';
import { maxReplicas } from '../../workload/scaling';
import { addAlertmanager, addGrafana } from '../monitoring';
import { ofAlerts, ofBackups } from '../supplied-secrets';
import { System } from '../system';
import { boundBudget, capacityPlan } from './capacity';
import { conectaPlusDashboards } from './dashboards';
import { conectaPlusMetadata } from './metadata';
import { conectaPlusNotes } from './notes';
import { conectaPlusValues } from './values';

const POSTGRES_KEYS = ['postgres-password', 'replication-password', 'password', 'pooler-password'];
const OBJECT_STORE_KEYS = ['root-user', 'root-password', 'access-key-id', 'secret-access-key'];

const certificate = (of: string, ...keys: readonly string[]) => ({
  keys,
  neededWith: ['certificates.source: existing'],
  holds: `a certificate of ${of}`,
});

/** Conecta Plus: an administrative platform behind a load balancer, sized by its users. */
export class ConectaPlus extends System<typeof conectaPlusValues> {
  readonly metadata = conectaPlusMetadata;
  readonly notes: Text;
  readonly environments = join(__dirname, 'environments');
  readonly secrets = {
    'conecta-plus-postgres': POSTGRES_KEYS,
    'conecta-plus-redis': ['password'],
    'conecta-plus-object-store': OBJECT_STORE_KEYS,
    'conecta-plus-backup': ['password'],
    'conecta-plus-grafana': ['admin-password', 'secret-key'],
  };
  override readonly suppliedSecrets = {
    ...ofBackups('conecta-plus'),
    ...ofAlerts('conecta-plus'),
    'conecta-plus-load-balancer-tls': certificate('the public name', 'tls.crt', 'tls.key'),
    'conecta-plus-postgres-tls': certificate('PostgreSQL, and its authority', 'tls.crt', 'tls.key', 'ca.crt'),
    'conecta-plus-object-store-tls': certificate('the object store, and its authority', 'tls.crt', 'tls.key', 'ca.crt'),
  };

  constructor(scope: Construct) {
    super(scope, 'conecta-plus', conectaPlusValues);
    const v = this.values;
    this.providePlatform(v);
    const { users, budget } = v.objectives;
    const plan = capacityPlan(users);
    const replicas = named(
      'api.replicas',
      'Instances where no autoscaler decides.',
      CapacityPlan.or(v.api.replicas, plan.instances),
    );
    const processes = named(
      'api.processes',
      'Processes in each instance.',
      processesOf(v.api.processes, v.api.resources),
    );
    const databasePoolSize = named(
      'api.databasePoolSize',
      'Connections that each process keeps to each database server.',
      CapacityPlan.or(
        v.api.databasePoolSize,
        divideUp(plan.databaseConnections, multiply(maxReplicas(replicas, v.api.autoscaling), processes)),
      ),
    );

    new DefaultDeny(this, 'network');
    const postgres = new Postgres(this, 'postgres', v.postgres);
    const sentinel = new RedisSentinel(this, 'redis', { ...v.redis, enabled: not(plan.isLarge) });
    const cluster = new RedisCluster(this, 'redis-cluster', { ...v.redisCluster, enabled: plan.isLarge });
    const objectStore = new ObjectStore(this, 'object-store', v.objectStore);
    const api = new Api(this, 'api', { ...v.api, replicas, databasePoolSize });
    const loadBalancer = new LoadBalancer(this, 'load-balancer', {
      ...v.loadBalancer,
      backend: api,
      hosts: [v.host],
      objects: { path: '/media/', server: objectStore.origin('media'), ...v.media },
    });
    const backup = new Backup(this, 'backup', { ...v.backup, postgres });
    const certificates = new Certificates(this, 'certificates', {
      ...v.certificates,
      certificates: {
        'load-balancer': { secret: loadBalancer.tlsSecret, hosts: [v.host], public: true },
        postgres: { secret: postgres.tlsSecret, hosts: postgres.certificateHosts, enabled: postgres.isEncrypted },
        'object-store': {
          secret: objectStore.tlsSecret,
          hosts: objectStore.certificateHosts,
          enabled: objectStore.hasTls,
        },
      },
    });
    const prometheus = new Prometheus(this, 'prometheus', v.prometheus);
    const blackbox = new BlackboxExporter(this, 'blackbox', {
      ...v.blackbox,
      prometheus,
      urls: [str`https://${v.host}${api.readinessPath}`],
    });
    const alertmanager = addAlertmanager(this, v, prometheus);
    prometheus.addRules(
      rulesOf({
        prometheus,
        alertmanager,
        loadBalancer,
        api,
        postgres,
        redis: [sentinel, cluster],
        objectStore,
        backup,
        certificates,
        probes: v.blackbox.enabled,
        slo: v.slo,
        business: { ...v.business, users },
        conversions: false,
        thresholds: v.thresholds,
      }),
    );
    const hasGrafana = and(v.grafana.enabled, v.prometheus.enabled);
    const grafana = addGrafana(this, v, {
      prometheus,
      alertmanager,
      dataSources: [prometheusSource(prometheus.url, v.prometheus.scrapeIntervalSeconds)],
      dashboards: conectaPlusDashboards({
        slo: v.slo,
        users,
        budget: {
          memory: choose(isSet(budget.memory), valueOf(budget.memory), boundBudget.memory),
          cpu: choose(isSet(budget.cpu), valueOf(budget.cpu), boundBudget.cpu),
        },
        cluster: plan.isLarge,
        objectStore: not(v.objectStore.external.enabled),
        backups: v.backup.enabled,
        containers: prometheus.hasContainerMetrics,
      }),
    });
    new SecretGenerator(this, 'secret-generator', {
      ...v.secretGenerator,
      secrets: [
        { secret: postgres.secret, keys: POSTGRES_KEYS },
        { secret: sentinel.secret, keys: ['password'], enabled: not(plan.isLarge) },
        { secret: cluster.secret, keys: ['password'], enabled: plan.isLarge },
        { secret: objectStore.secret, keys: OBJECT_STORE_KEYS },
        { secret: backup.secret, keys: ['password'], enabled: v.backup.enabled },
        { secret: grafana.secret, keys: ['admin-password', 'secret-key'], enabled: hasGrafana },
      ],
    });
    const test = new SmokeTest(this, 'tests', {
      image: v.tests.image,
      urls: [str`http://${api.objectName}:${api.servicePort}${api.readinessPath}`],
    });

    api.connectTo(postgres, postgres.replicas, sentinel, cluster, objectStore);
    // Its public name may lead back into the cluster, and not every network counts pods among the addresses of a policy.
    blackbox.connectTo(loadBalancer);
    test.connectTo(api);
    new Objectives(this, 'objectives', {
      ...v.objectives,
      budget: { ...budget, nodes: 1 },
      boundBudget,
      plan,
      servesUsers: [loadBalancer, api, postgres, sentinel, cluster, objectStore],
      serving: [loadBalancer, api],
      recovering: [postgres, sentinel, cluster, objectStore],
      backup,
      application: {
        tier: api,
        processes,
        connectionsPerProcess: v.api.connectionsPerProcess,
        databasePoolSize,
      },
      balancer: { tier: loadBalancer, connections: v.loadBalancer.clientConnections },
      database: { tier: postgres, maxConnections: v.postgres.maxConnections },
      rateLimit: v.loadBalancer.rateLimit.all,
    });
    this.notes = conectaPlusNotes({
      loadBalancer,
      host: v.host,
      certificates,
      generatesSecrets: v.secretGenerator.enabled,
      secrets: [
        { secret: postgres.secret },
        { secret: choose(plan.isLarge, cluster.secret, sentinel.secret) },
        { secret: objectStore.secret },
        { secret: backup.secret, enabled: v.backup.enabled },
        { secret: grafana.secret, enabled: hasGrafana },
      ],
      supplied: backup.suppliedSecrets,
      alerts: { enabled: and(conditionOf(alertmanager), alertmanager.needsSecret), secret: alertmanager.secret },
      grafana: { enabled: hasGrafana, secret: grafana.secret, name: grafana.objectName, port: grafana.servicePort },
      isLarge: plan.isLarge,
    });
  }
}
