/** Every tier that has a page: its names in the package, what an operator may set, and one of it with nothing but defaults. */
import type { Construct, IConstruct } from 'constructs';
import type { z } from 'zod';
import * as lib from '../../lib';
import type { SharedValues } from './tables';

export interface TierPage {
  /** `docs/tiers/<page>.md`. */
  readonly page: string;
  /** Its class, as the package exports it. */
  readonly tier: string;
  /** Where its props say nothing. @default - it has no more than its comments say */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** What an operator may set of it. @default - nothing: it has no section in values */
  readonly values?: z.core.$ZodLooseShape;
  /** Makes it of defaults, as small as it can be. @default - it is abstract */
  readonly make?: (scope: Construct) => Sample;
  /** Values that another page has. @default - none */
  readonly sharedValues?: readonly SharedValues[];
}

export interface Sample {
  readonly tier: IConstruct;
  /** What a client may connect to, as it is written in code. @default - nothing */
  readonly servers?: Readonly<Record<string, lib.Server>>;
}

const image = (name: string) => ({ registry: 'ghcr.io', repository: `shop/${name}`, tag: '1.4.0', digest: null });
const postgres = (scope: Construct): lib.Postgres => new lib.Postgres(scope, 'postgres', { database: 'shop' });
const elasticsearch = (scope: Construct): lib.Elasticsearch => new lib.Elasticsearch(scope, 'elasticsearch');
const storage = (scope: Construct): lib.ModelStorage =>
  new lib.ModelStorage(scope, 'model-storage', { endpoint: 'https://s3.example.com' });
const api = (scope: Construct): lib.Api => new lib.Api(scope, 'backend', { image: image('backend') });
const worker = { command: ['celery'], livenessCommand: ['true'], readinessCommand: ['celery', 'inspect', 'ping'] };

/** A sample whose only server is the tier itself. */
const serving = (name: string, tier: IConstruct & lib.Server): Sample => ({
  tier,
  servers: { [name]: tier },
});

/** What each framework says of its own is on its own page. */
const {
  latencyTargetMilliseconds: _latency,
  resources: _resources,
  ...modelServerValues
} = lib.modelServerValues(lib.tritonDefaults);
const ofModelServers: SharedValues = {
  names: Object.keys(modelServerValues),
  link: '[values of every model server](model-server.md#values)',
};

export const tierPages: readonly TierPage[] = [
  {
    page: 'frontend',
    tier: 'Frontend',
    defaults: lib.frontendDefaults,
    values: lib.frontendValues({
      ...lib.frontendDefaults,
      image: image('frontend'),
      exporterImage: lib.images.nginxExporter,
    }),
    make: (scope) => serving('frontend', new lib.Frontend(scope, 'frontend', { image: image('frontend') })),
  },
  {
    page: 'load-balancer',
    tier: 'LoadBalancer',
    defaults: lib.loadBalancerDefaults,
    values: lib.loadBalancerValues({
      ...lib.loadBalancerDefaults,
      image: lib.images.nginx,
      exporterImage: lib.images.nginxExporter,
    }),
    make: (scope) => serving('balancer', new lib.LoadBalancer(scope, 'load-balancer', { backend: api(scope) })),
  },
  {
    page: 'api',
    tier: 'Api',
    defaults: lib.apiDefaults,
    values: {
      ...lib.apiValues({ ...lib.apiDefaults, image: image('backend'), processes: null }, 50),
      ...lib.apiServerValues({ ...lib.apiDefaults, connectionsPerProcess: null }),
    },
    make: (scope) => serving('backend', api(scope)),
  },
  {
    page: 'worker',
    tier: 'Worker',
    defaults: lib.workerDefaults,
    make: (scope) => ({ tier: new lib.Worker(scope, 'worker', { image: image('backend'), ...worker }) }),
  },
  {
    page: 'exposure',
    tier: 'Exposure',
    defaults: lib.exposureDefaults,
    values: lib.exposureValues(),
    make: (scope) => ({ tier: new lib.Exposure(scope, 'ingress', { host: 'shop.example.com', to: api(scope) }) }),
  },
  {
    page: 'postgres',
    tier: 'Postgres',
    defaults: lib.postgresDefaults,
    values: {
      ...lib.postgresValues({ ...lib.postgresDefaults, database: 'shop' }),
      ...lib.promotablePostgresValues({ ...lib.postgresDefaults, promoted: false }),
    },
    make: (scope) => {
      const tier = new lib.Postgres(scope, 'postgres', { database: 'shop', replicas: 1 });
      return { tier, servers: { postgres: tier, 'postgres.replicas': tier.replicas } };
    },
  },
  {
    page: 'pgbouncer',
    tier: 'PgBouncer',
    defaults: lib.pgBouncerDefaults,
    values: lib.pgBouncerValues(lib.pgBouncerDefaults),
    make: (scope) => {
      const tier = new lib.PgBouncer(scope, 'pgbouncer', { server: postgres(scope) });
      return { tier, servers: { pool: tier, 'pool.replicas': tier.replicas } };
    },
  },
  {
    page: 'redis-cache',
    tier: 'RedisCache',
    defaults: lib.redisCacheDefaults,
    values: lib.redisCacheValues(lib.redisCacheDefaults),
    make: (scope) => serving('redis', new lib.RedisCache(scope, 'redis')),
  },
  {
    page: 'redis-cluster',
    tier: 'RedisCluster',
    defaults: lib.redisClusterDefaults,
    values: lib.redisClusterValues(lib.redisClusterDefaults),
    make: (scope) => serving('cluster', new lib.RedisCluster(scope, 'redis-cluster')),
  },
  {
    page: 'redis-sentinel',
    tier: 'RedisSentinel',
    defaults: lib.redisSentinelDefaults,
    values: lib.redisSentinelValues(lib.redisSentinelDefaults),
    make: (scope) => serving('redis', new lib.RedisSentinel(scope, 'redis')),
  },
  {
    page: 'object-store',
    tier: 'ObjectStore',
    defaults: lib.objectStoreDefaults,
    values: lib.objectStoreValues(lib.objectStoreDefaults),
    make: (scope) => serving('objectStore', new lib.ObjectStore(scope, 'object-store')),
  },
  {
    page: 'backup',
    tier: 'Backup',
    defaults: lib.backupDefaults,
    values: lib.backupValues(lib.backupDefaults),
    make: (scope) => {
      const database = postgres(scope);
      return {
        tier: new lib.Backup(scope, 'backup', { postgres: database, redis: [new lib.RedisCache(scope, 'redis')] }),
      };
    },
  },
  {
    page: 'certificates',
    tier: 'Certificates',
    defaults: lib.certificatesDefaults,
    values: lib.certificatesValues(lib.certificatesDefaults),
    make: (scope) => ({
      tier: new lib.Certificates(scope, 'certificates', {
        source: 'generate',
        certificates: { postgres: { secret: 'shop-postgres-tls', hosts: ['shop-postgres'] } },
      }),
    }),
  },
  {
    page: 'secret-generator',
    tier: 'SecretGenerator',
    defaults: lib.secretGeneratorDefaults,
    values: lib.secretGeneratorValues(lib.secretGeneratorDefaults),
    make: (scope) => ({
      tier: new lib.SecretGenerator(scope, 'secret-generator', {
        secrets: [{ secret: 'shop-redis', keys: ['password'] }],
      }),
    }),
  },
  {
    page: 'smoke-test',
    tier: 'SmokeTest',
    make: (scope) => ({ tier: new lib.SmokeTest(scope, 'tests', { urls: ['http://shop-backend:8000/ready'] }) }),
  },
  {
    page: 'prometheus',
    tier: 'Prometheus',
    defaults: lib.prometheusDefaults,
    values: lib.prometheusValues(lib.prometheusDefaults),
    make: (scope) => serving('prometheus', new lib.Prometheus(scope, 'prometheus')),
  },
  {
    page: 'blackbox-exporter',
    tier: 'BlackboxExporter',
    defaults: lib.blackboxExporterDefaults,
    values: lib.blackboxExporterValues(lib.blackboxExporterDefaults),
    make: (scope) => ({
      tier: new lib.BlackboxExporter(scope, 'blackbox', {
        prometheus: new lib.Prometheus(scope, 'prometheus'),
        urls: ['https://shop.example.com/'],
      }),
    }),
  },
  {
    page: 'kube-state-metrics',
    tier: 'KubeStateMetrics',
    defaults: lib.kubeStateMetricsDefaults,
    values: lib.kubeStateMetricsValues(lib.kubeStateMetricsDefaults),
    make: (scope) => serving('kubeStateMetrics', new lib.KubeStateMetrics(scope, 'kube-state-metrics')),
  },
  {
    page: 'node-exporter',
    tier: 'NodeExporter',
    defaults: lib.nodeExporterDefaults,
    values: lib.nodeExporterValues(lib.nodeExporterDefaults),
    make: (scope) => ({ tier: new lib.NodeExporter(scope, 'node-exporter') }),
  },
  {
    page: 'alertmanager',
    tier: 'Alertmanager',
    defaults: lib.alertmanagerDefaults,
    values: lib.alertmanagerValues(lib.alertmanagerDefaults),
    make: (scope) => serving('alertmanager', new lib.Alertmanager(scope, 'alertmanager')),
  },
  {
    page: 'grafana',
    tier: 'Grafana',
    defaults: lib.grafanaDefaults,
    values: { ...lib.grafanaValues(lib.grafanaDefaults), ...lib.grafanaPortValues(lib.grafanaDefaults) },
    make: (scope) => serving('grafana', new lib.Grafana(scope, 'grafana', { dataSources: [], dashboards: [] })),
  },
  {
    page: 'elasticsearch',
    tier: 'Elasticsearch',
    defaults: lib.elasticsearchDefaults,
    values: lib.elasticsearchValues(lib.elasticsearchDefaults),
    make: (scope) => serving('elasticsearch', elasticsearch(scope)),
  },
  {
    page: 'logstash',
    tier: 'Logstash',
    defaults: lib.logstashDefaults,
    values: lib.logstashValues(lib.logstashDefaults),
    make: (scope) => {
      const client = elasticsearch(scope).clientFor('logstash_writer');
      return serving('logstash', new lib.Logstash(scope, 'logstash', { elasticsearch: client }));
    },
  },
  {
    page: 'filebeat',
    tier: 'Filebeat',
    defaults: lib.filebeatDefaults,
    values: lib.filebeatValues(lib.filebeatDefaults),
    make: (scope) => ({ tier: new lib.Filebeat(scope, 'filebeat') }),
  },
  {
    page: 'kibana',
    tier: 'Kibana',
    defaults: lib.kibanaDefaults,
    values: lib.kibanaValues(lib.kibanaDefaults),
    make: (scope) => serving('kibana', new lib.Kibana(scope, 'kibana', { elasticsearch: elasticsearch(scope) })),
  },
  {
    page: 'opentelemetry',
    tier: 'OpenTelemetry',
    defaults: lib.openTelemetryDefaults,
    values: lib.openTelemetryValues(lib.openTelemetryDefaults),
    make: (scope) => {
      const jaeger = new lib.Jaeger(scope, 'jaeger');
      return serving('openTelemetry', new lib.OpenTelemetry(scope, 'opentelemetry', { traces: jaeger.receiver }));
    },
  },
  {
    page: 'jaeger',
    tier: 'Jaeger',
    defaults: lib.jaegerDefaults,
    values: lib.jaegerValues(lib.jaegerDefaults),
    make: (scope) =>
      serving(
        'jaeger',
        new lib.Jaeger(scope, 'jaeger', { elasticsearch: elasticsearch(scope), storage: 'elasticsearch' }),
      ),
  },
  { page: 'model-server', tier: 'ModelServer', defaults: lib.modelServerDefaults, values: modelServerValues },
  {
    page: 'tensorflow-serving',
    tier: 'TensorFlowServing',
    defaults: lib.tensorFlowServingDefaults,
    values: lib.tensorFlowServingValues({ ...lib.tensorFlowServingDefaults, models: {} }),
    sharedValues: [ofModelServers],
    make: (scope) => {
      const props = { storage: storage(scope), models: {} };
      return serving('server', new lib.TensorFlowServing(scope, 'tensorflow-serving', props));
    },
  },
  {
    page: 'torchserve',
    tier: 'TorchServe',
    defaults: lib.torchServeDefaults,
    values: lib.torchServeValues({ ...lib.torchServeDefaults, models: {} }),
    sharedValues: [ofModelServers],
    make: (scope) => {
      const props = { storage: storage(scope), models: {} };
      return serving('server', new lib.TorchServe(scope, 'torchserve', props));
    },
  },
  {
    page: 'triton',
    tier: 'Triton',
    defaults: lib.tritonDefaults,
    values: lib.tritonValues({ ...lib.tritonDefaults, models: {} }),
    sharedValues: [ofModelServers],
    make: (scope) => serving('server', new lib.Triton(scope, 'triton', { storage: storage(scope), models: {} })),
  },
  {
    page: 'inference-gateway',
    tier: 'InferenceGateway',
    defaults: lib.inferenceGatewayDefaults,
    values: lib.inferenceGatewayValues(lib.inferenceGatewayDefaults),
    make: (scope) => {
      const server = new lib.Triton(scope, 'triton', { storage: storage(scope), models: {} });
      return serving('gateway', new lib.InferenceGateway(scope, 'inference-gateway', { backends: [server] }));
    },
  },
  {
    page: 'model-cache',
    tier: 'ModelCache',
    defaults: lib.modelCacheDefaults,
    values: lib.modelCacheValues(lib.modelCacheDefaults),
    make: (scope) => serving('cache', new lib.ModelCache(scope, 'model-cache', { storage: storage(scope) })),
  },
  {
    page: 'model-storage',
    tier: 'ModelStorage',
    defaults: lib.modelStorageDefaults,
    values: lib.modelStorageValues(lib.modelStorageDefaults),
    make: (scope) => ({ tier: storage(scope) }),
  },
  {
    page: 'sample-models',
    tier: 'SampleModels',
    defaults: lib.sampleModelsDefaults,
    values: lib.sampleModelsValues(lib.sampleModelsDefaults),
    make: (scope) => serving('samples', new lib.SampleModels(scope, 'sample-models')),
  },
];
