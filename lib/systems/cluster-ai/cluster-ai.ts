import { join } from 'node:path';
import type { Construct } from 'constructs';
import { allow } from '../../network/connections';
import { DefaultDeny } from '../../network/default-deny';
import { conditionOf } from '../../objects/conditions';
import { Objectives } from '../../objectives/objectives';
import { PgBouncer } from '../../tiers/data/pgbouncer';
import { Postgres } from '../../tiers/data/postgres';
import { RedisCache } from '../../tiers/data/redis-cache';
import { RedisCluster } from '../../tiers/data/redis-cluster';
import { SmokeTest } from '../../tiers/delivery/smoke-test';
import { BlackboxExporter } from '../../tiers/observability/blackbox-exporter';
import { Elk } from '../../tiers/observability/elk';
import { ELASTICSEARCH_KEYS } from '../../tiers/observability/elasticsearch-users';
import { KIBANA_KEYS } from '../../tiers/observability/kibana-configuration';
import { elasticsearchSource, jaegerSource, prometheusSource } from '../../tiers/observability/grafana-configuration';
import { Jaeger } from '../../tiers/observability/jaeger';
import { OpenTelemetry } from '../../tiers/observability/opentelemetry';
import { Prometheus } from '../../tiers/observability/prometheus';
import { rulesOf } from '../../tiers/observability/rules/rules';
import { Backup } from '../../tiers/operations/backup';
import { SecretGenerator } from '../../tiers/operations/secret-generator';
import { Api } from '../../tiers/web/api';
import { processesOf } from '../../tiers/web/api-container';
import { Exposure } from '../../tiers/web/exposure';
import { Frontend } from '../../tiers/web/frontend';
import { choose } from '../../values/choice';
import { isNotEmpty } from '../../values/collections';
import { and, not } from '../../values/logic';
import { str } from '../../values/texts';
import type { Text } from '../../values/parts';
import { addAlertmanager, addGrafana } from '../monitoring';
import { ofAlerts, ofBackups } from '../supplied-secrets';
import { System } from '../system';
import { clusterAiDashboards } from './dashboards';
import { clusterAiMetadata } from './metadata';
import { ModelServing } from './model-serving';
import { clusterAiNotes } from './notes';
import { clusterAiValues } from './values';

/** What FastAPI runs at a time of requests that wait for the database: the 40 threads of AnyIO, on which it stands. */
const REQUESTS_PER_PROCESS = 40;

const S3_KEYS = ['access-key-id', 'secret-access-key'];

/** Cluster AI: a web product, the API behind it, and the data it keeps. */
export class ClusterAi extends System<typeof clusterAiValues> {
  readonly metadata = clusterAiMetadata;
  readonly notes: Text;
  readonly environments = join(__dirname, 'environments');
  readonly secrets = {
    'cluster-ai-postgres': ['postgres-password', 'replication-password', 'password', 'pooler-password'],
    'cluster-ai-redis': ['password'],
    'cluster-ai-backup': ['password'],
    'cluster-ai-grafana': ['admin-password', 'secret-key'],
    'cluster-ai-elasticsearch': ELASTICSEARCH_KEYS,
    'cluster-ai-kibana': KIBANA_KEYS,
    'cluster-ai-model-cache': ['password'],
    'cluster-ai-sample-models': S3_KEYS,
  };
  override readonly suppliedSecrets = {
    ...ofBackups('cluster-ai'),
    ...ofAlerts('cluster-ai'),
    'cluster-ai-elasticsearch-tls': {
      keys: ['tls.crt', 'tls.key', 'ca.crt'],
      neededWith: ['elasticsearch.enabled'],
      holds: 'a certificate of Elasticsearch, and its authority',
    },
    'cluster-ai-elasticsearch-snapshots': {
      keys: S3_KEYS,
      neededWith: ['elasticsearch.snapshots.enabled'],
      holds: 'the key to the bucket of the snapshots',
    },
    'cluster-ai-logstash-tls': {
      keys: ['tls.crt', 'tls.key'],
      neededWith: ['elasticsearch.enabled', 'logstash.enabled'],
      holds: 'a certificate of Logstash, its key in PKCS #8',
    },
    'cluster-ai-model-storage': {
      keys: S3_KEYS,
      neededWith: ['tensorflowServing.enabled', 'torchserve.enabled', 'onnx.enabled', 'tensorrt.enabled'],
      holds: 'the key to the bucket of the models; not needed with `sampleModels.enabled`',
    },
    'cluster-ai-ingress-tls': {
      keys: ['tls.crt', 'tls.key'],
      neededWith: ['ingress.enabled'],
      holds: 'a certificate of the public name; made by cert-manager with `ingress.certManager.enabled`',
    },
  };

  constructor(scope: Construct) {
    super(scope, 'cluster-ai', clusterAiValues);
    const v = this.values;
    this.providePlatform(v);

    new DefaultDeny(this, 'network');
    const postgres = new Postgres(this, 'postgres', v.postgres);
    const pgbouncer = new PgBouncer(this, 'pgbouncer', { ...v.pgbouncer, server: postgres });
    const cluster = new RedisCluster(this, 'redis-cluster', v.redisCluster);
    const single = new RedisCache(this, 'redis', { ...v.redis, enabled: not(v.redisCluster.enabled) });
    const backend = new Api(this, 'backend', v.backend);
    const frontend = new Frontend(this, 'frontend', { ...v.frontend, proxy: { '/api/': backend } });
    new Exposure(this, 'ingress', { ...v.ingress, host: v.host, to: frontend });
    const backup = new Backup(this, 'backup', { ...v.backup, postgres, redis: [cluster, single] });
    const { elasticsearch, kibana, logstash } = new Elk(this, v);
    const jaeger = new Jaeger(this, 'jaeger', { ...v.jaeger, elasticsearch });
    const openTelemetry = new OpenTelemetry(this, 'opentelemetry', {
      ...v.opentelemetry,
      enabled: and(v.opentelemetry.enabled, v.jaeger.enabled),
      traces: jaeger.receiver,
    });
    const prometheus = new Prometheus(this, 'prometheus', { ...v.prometheus, exemplars: conditionOf(openTelemetry) });
    const models = new ModelServing(this, v, prometheus);
    const blackbox = new BlackboxExporter(this, 'blackbox', {
      ...v.blackbox,
      enabled: and(v.blackbox.enabled, v.ingress.enabled),
      prometheus,
      urls: [str`https://${v.host}/`],
    });
    const alertmanager = addAlertmanager(this, v, prometheus);
    prometheus.addRules(
      rulesOf({
        prometheus,
        alertmanager,
        frontend,
        api: backend,
        postgres,
        pgbouncer,
        redis: [cluster, single],
        backup,
        elasticsearch,
        openTelemetry,
        jaeger,
        logstash,
        modelServers: models.servers,
        modelCache: models.cache,
        inferenceGateway: models.gateway,
        probes: conditionOf(blackbox),
        slo: v.slo,
        modelSlo: v.modelSlo,
        thresholds: v.thresholds,
      }),
    );
    const hasGrafana = and(v.grafana.enabled, v.prometheus.enabled);
    const grafana = addGrafana(this, v, {
      prometheus,
      alertmanager,
      dataSources: [
        prometheusSource(prometheus.url, v.prometheus.scrapeIntervalSeconds, conditionOf(openTelemetry)),
        jaegerSource(jaeger.url, conditionOf(jaeger), conditionOf(elasticsearch)),
        elasticsearchSource(elasticsearch.clientFor('grafana'), conditionOf(elasticsearch), conditionOf(jaeger)),
      ],
      dashboards: clusterAiDashboards({
        slo: v.slo,
        modelSlo: v.modelSlo,
        models: conditionOf(models.gateway),
        experiments: and(conditionOf(models.gateway), isNotEmpty(v.inferenceGateway.experiments)),
        modelCache: conditionOf(models.cache),
        cluster: v.redisCluster.enabled,
        backups: v.backup.enabled,
        elasticsearch: v.elasticsearch.enabled,
        elasticsearchSnapshots: v.elasticsearch.snapshots.enabled,
        traces: conditionOf(openTelemetry),
        logs: conditionOf(logstash),
        containers: prometheus.hasContainerMetrics,
      }),
    });
    for (const endpoint of [...jaeger.endpoints, ...elasticsearch.endpoints]) {
      allow(grafana.workload, endpoint);
    }
    new SecretGenerator(this, 'secret-generator', {
      ...v.secretGenerator,
      secrets: [
        { secret: postgres.secret, keys: ['postgres-password', 'replication-password', 'password', 'pooler-password'] },
        { secret: cluster.secret, keys: ['password'], enabled: v.redisCluster.enabled },
        { secret: single.secret, keys: ['password'], enabled: not(v.redisCluster.enabled) },
        { secret: backup.secret, keys: ['password'], enabled: v.backup.enabled },
        { secret: grafana.secret, keys: ['admin-password', 'secret-key'], enabled: hasGrafana },
        { secret: elasticsearch.secret, keys: ELASTICSEARCH_KEYS, enabled: v.elasticsearch.enabled },
        { secret: kibana.secret, keys: KIBANA_KEYS, enabled: conditionOf(kibana) },
        { secret: models.cache.secret, keys: ['password'], enabled: conditionOf(models.cache) },
        { secret: models.samples.secret, keys: S3_KEYS, enabled: conditionOf(models.samples) },
      ],
    });
    new Objectives(this, 'objectives', {
      ...v.objectives,
      serving: [frontend, backend, pgbouncer, models.gateway],
      recovering: [postgres, cluster, single],
      backup,
      application: {
        tier: backend,
        processes: processesOf(v.backend.processes, v.backend.resources),
        connectionsPerProcess: REQUESTS_PER_PROCESS,
      },
      rateLimit: { requests: v.frontend.rateLimit.api.requestsPerSecond, windowSeconds: 1 },
    });
    const test = new SmokeTest(this, 'tests', {
      image: v.tests.image,
      urls: [str`http://${frontend.objectName}/readyz`, str`http://${backend.objectName}:${backend.servicePort}/ready`],
    });

    backend.connectTo(pgbouncer, pgbouncer.replicas, cluster, single, openTelemetry, models.gateway);
    test.connectTo(frontend, backend);
    this.notes = clusterAiNotes({
      frontend,
      host: v.host,
      ingressEnabled: v.ingress.enabled,
      generatesSecrets: v.secretGenerator.enabled,
      secrets: [postgres.secret, choose(v.redisCluster.enabled, cluster.secret, single.secret)],
      backup: { enabled: v.backup.enabled, secret: backup.secret },
      supplied: [
        ...backup.suppliedSecrets,
        {
          secret: elasticsearch.snapshotsSecret,
          enabled: and(conditionOf(elasticsearch), elasticsearch.snapshots.enabled),
        },
        models.storageSecret,
      ],
      models: [
        { secret: models.cache.secret, enabled: conditionOf(models.cache) },
        { secret: models.samples.secret, enabled: conditionOf(models.samples) },
      ],
      alerts: { enabled: and(conditionOf(alertmanager), alertmanager.needsSecret), secret: alertmanager.secret },
      grafana: { enabled: hasGrafana, secret: grafana.secret, name: grafana.objectName },
      logs: { elasticsearch, logstash, kibana },
    });
  }
}
