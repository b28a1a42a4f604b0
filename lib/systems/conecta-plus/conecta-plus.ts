import { join } from 'node:path';
import type { Construct } from 'constructs';
import { allow } from '../../network/connections';
import { DefaultDeny } from '../../network/default-deny';
import { conditionOf } from '../../objects/conditions';
import { CapacityPlan } from '../../objectives/capacity-plan';
import { Objectives } from '../../objectives/objectives';
import { processesOf } from '../../objectives/traffic';
import { ObjectStore } from '../../tiers/data/object-store';
import { Postgres } from '../../tiers/data/postgres';
import { RedisCluster } from '../../tiers/data/redis-cluster';
import { RedisSentinel } from '../../tiers/data/redis-sentinel';
import { SmokeTest } from '../../tiers/delivery/smoke-test';
import { Alertmanager } from '../../tiers/observability/alertmanager';
import { BlackboxExporter } from '../../tiers/observability/blackbox-exporter';
import { Grafana } from '../../tiers/observability/grafana';
import { alertmanagerSource, prometheusSource } from '../../tiers/observability/grafana-configuration';
import { Prometheus } from '../../tiers/observability/prometheus';
import { rulesOf } from '../../tiers/observability/rules/rules';
import { Backup } from '../../tiers/operations/backup';
import { Certificates } from '../../tiers/operations/certificates';
import { SecretGenerator } from '../../tiers/operations/secret-generator';
import { Api } from '../../tiers/web/api';
import { LoadBalancer } from '../../tiers/web/load-balancer';
import { choose } from '../../values/choice';
import type { Expr, Input } from '../../values/expression';
import { and, isSet, not, or, valueOf } from '../../values/logic';
import { divide, add, multiply, subtract } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { str } from '../../values/texts';
import { System } from '../system';
import { boundBudget, capacityPlan, plannedUsers } from './capacity';
import { conectaPlusDashboards } from './dashboards';
import { conectaPlusMetadata } from './metadata';
import { conectaPlusNotes } from './notes';
import { conectaPlusValues } from './values';

const POSTGRES_KEYS = ['postgres-password', 'replication-password', 'password', 'pooler-password'];
const OBJECT_STORE_KEYS = ['root-user', 'root-password', 'access-key-id', 'secret-access-key'];

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

  constructor(scope: Construct) {
    super(scope, 'conecta-plus', conectaPlusValues);
    const v = this.values;
    this.providePlatform(v);
    const { users, budget } = v.objectives;
    const plan = capacityPlan(users);
    const replicas = CapacityPlan.or(v.api.replicas, plan.instances);
    const processes = processesOf(v.api.processes, v.api.resources);
    const instances = choose(v.api.autoscaling.enabled, v.api.autoscaling.maxReplicas, replicas);
    const databasePoolSize = CapacityPlan.or(
      v.api.databasePoolSize,
      shareOf(plan.databaseConnections, multiply(instances, processes)),
    );

    new DefaultDeny(this, 'network');
    const postgres = new Postgres(this, 'postgres', v.postgres);
    const sentinel = new RedisSentinel(this, 'redis', { ...v.redis, enabled: not(plan.redisCluster) });
    const cluster = new RedisCluster(this, 'redis-cluster', { ...v.redisCluster, enabled: plan.redisCluster });
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
    new BlackboxExporter(this, 'blackbox', {
      ...v.blackbox,
      prometheus,
      urls: [str`https://${v.host}${api.readinessPath}`],
    });
    const alertmanager = new Alertmanager(this, 'alertmanager', {
      ...v.alertmanager,
      enabled: and(v.alertmanager.enabled, conditionOf(prometheus.workload)),
    });
    prometheus.sendAlertsTo(alertmanager.receiver);
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
        business: { ...v.business, users: plannedUsers(users) },
        conversions: false,
        thresholds: v.thresholds,
      }),
    );
    const hasGrafana = and(v.grafana.enabled, v.prometheus.enabled);
    const grafana = new Grafana(this, 'grafana', {
      ...v.grafana,
      enabled: hasGrafana,
      dataSources: [
        prometheusSource(prometheus.url, v.prometheus.scrapeIntervalSeconds),
        alertmanagerSource(
          choose(
            v.prometheus.operator.enabled,
            str`http://${v.prometheus.operator.alertmanager.host}:${v.prometheus.operator.alertmanager.port}`,
            alertmanager.url,
          ),
          or(v.prometheus.operator.enabled, conditionOf(alertmanager)),
        ),
      ],
      dashboards: conectaPlusDashboards({
        slo: v.slo,
        users: plannedUsers(users),
        budget: {
          memory: choose(isSet(budget.memory), valueOf(budget.memory), boundBudget.memory),
          cpu: choose(isSet(budget.cpu), valueOf(budget.cpu), boundBudget.cpu),
        },
        cluster: plan.redisCluster,
        objectStore: not(v.objectStore.external.enabled),
        backups: v.backup.enabled,
        containers: prometheus.hasContainerMetrics,
      }),
    });
    prometheus.allowQueries(grafana.workload);
    prometheus.allowOperatorsAlertmanager(grafana.workload);
    for (const endpoint of alertmanager.endpoints) allow(grafana.workload, endpoint);
    new SecretGenerator(this, 'secret-generator', {
      ...v.secretGenerator,
      secrets: [
        { secret: postgres.secret, keys: POSTGRES_KEYS },
        { secret: sentinel.secret, keys: ['password'], enabled: not(plan.redisCluster) },
        { secret: cluster.secret, keys: ['password'], enabled: plan.redisCluster },
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
    test.connectTo(api);
    new Objectives(this, 'objectives', {
      ...v.objectives,
      budget: { ...budget, nodes: 1 },
      boundBudget,
      plan,
      servesUsers: [loadBalancer, api, postgres, sentinel, cluster, objectStore],
      serving: [loadBalancer, api],
      recovering: [postgres, sentinel, cluster],
      backup,
      application: {
        tier: api,
        processes,
        connectionsPerProcess: v.api.connectionsPerProcess,
        databasePoolSize,
      },
      balancer: { tier: loadBalancer, connections: v.loadBalancer.clientConnections },
      database: { tier: postgres, maxConnections: v.postgres.maxConnections },
      requestsPerMinute: v.loadBalancer.rateLimit.all.requests,
    });
    this.notes = conectaPlusNotes({
      loadBalancer,
      host: v.host,
      certificates,
      generatesSecrets: v.secretGenerator.enabled,
      secrets: [
        { secret: postgres.secret },
        { secret: sentinel.secret },
        { secret: objectStore.secret },
        { secret: backup.secret, enabled: v.backup.enabled },
        { secret: grafana.secret, enabled: hasGrafana },
      ],
      alerts: { enabled: and(conditionOf(alertmanager), alertmanager.needsSecret), secret: alertmanager.secret },
      grafana: { enabled: hasGrafana, secret: grafana.secret, name: grafana.objectName, port: grafana.servicePort },
      isLarge: plan.shardedDatabase,
    });
  }
}

/** As many for each that all together have enough. */
function shareOf(total: Input<number>, parts: Input<number>): Expr<number> {
  return divide(add(total, subtract(parts, 1)), parts);
}
