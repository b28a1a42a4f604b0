/** What an operator may set of Cluster AI. The defaults are small: they fit a laptop. */
import { z } from 'zod';
import { images } from '../../images';
import { objectivesDefaults } from '../../objectives/objectives';
import { objectivesValues } from '../../objectives/objectives-values';
import { pgBouncerDefaults } from '../../tiers/data/pgbouncer';
import { pgBouncerValues } from '../../tiers/data/pgbouncer-values';
import { postgresDefaults } from '../../tiers/data/postgres';
import { postgresValues } from '../../tiers/data/postgres-values';
import { redisCacheDefaults } from '../../tiers/data/redis-cache';
import { redisClusterDefaults } from '../../tiers/data/redis-cluster';
import { redisCacheValues, redisClusterValues } from '../../tiers/data/redis-values';
import { blackboxExporterValues } from '../../tiers/observability/agents-values';
import { blackboxExporterDefaults } from '../../tiers/observability/blackbox-exporter';
import { elasticsearchDefaults } from '../../tiers/observability/elasticsearch';
import { elasticsearchValues } from '../../tiers/observability/elasticsearch-values';
import { kibanaDefaults } from '../../tiers/observability/kibana';
import { kibanaValues } from '../../tiers/observability/kibana-values';
import { logstashDefaults } from '../../tiers/observability/logstash';
import { logstashValues } from '../../tiers/observability/logs-values';
import { jaegerDefaults } from '../../tiers/observability/jaeger';
import { jaegerValues } from '../../tiers/observability/jaeger-values';
import { openTelemetryDefaults } from '../../tiers/observability/opentelemetry';
import { openTelemetryValues } from '../../tiers/observability/opentelemetry-values';
import { modelSloValues, sloValues, thresholdValues } from '../../tiers/observability/rules-values';
import { modelSloDefaults, sloDefaults, thresholdDefaults } from '../../tiers/observability/rules/thresholds';
import { backupDefaults } from '../../tiers/operations/backup';
import { backupValues } from '../../tiers/operations/backup-values';
import { apiDefaults } from '../../tiers/web/api';
import { apiValues } from '../../tiers/web/api-values';
import { exposureValues } from '../../tiers/web/exposure-values';
import { frontendDefaults } from '../../tiers/web/frontend';
import { frontendValues } from '../../tiers/web/frontend-values';
import { hostname } from '../../values/leaves';
import { globalValues, imageValues, networkValues } from '../../workload/values';
import { modelValues } from './model-values';
import { alertmanagerSection, grafanaSection, prometheusSection } from '../monitoring-values';
import { laptop, secretGeneratorSection, section } from '../sections';

const { connections: _connections, acknowledge, ...promised } = objectivesValues(objectivesDefaults);
const objectives = { ...promised, acknowledge: acknowledge.pick({ plainPrimary: true, noBackup: true }) };

export const clusterAiValues = z.strictObject({
  host: hostname().default('cluster-ai.example.com').describe('The public name of the system.'),
  global: globalValues().describe('What holds for all parts.'),
  network: networkValues().describe('Facts of the network that no manifest can know.'),
  objectives: section('What is promised, and refused before it is deployed where that cannot be kept.', objectives),
  frontend: section(
    'nginx with the React build.',
    frontendValues({
      ...frontendDefaults,
      image: images.clusterAiFrontend,
      exporterImage: images.nginxExporter,
      replicas: 1,
      brotli: true,
      resources: laptop('50m', '128Mi'),
    }),
  ),
  backend: section(
    'The FastAPI application.',
    apiValues({ ...apiDefaults, image: images.clusterAiBackend, replicas: 1, resources: laptop('100m', '512Mi') }, 50),
  ),
  postgres: section(
    'PostgreSQL: one primary, and streaming replicas for reads.',
    postgresValues({
      ...postgresDefaults,
      database: 'cluster_ai',
      storage: { size: '2Gi', storageClassName: null },
      resources: laptop('100m', '512Mi'),
    }),
  ),
  pgbouncer: section(
    'PgBouncer, which lends few server connections to many clients.',
    pgBouncerValues({ ...pgBouncerDefaults, replicas: 1, defaultPoolSize: 20, resources: laptop('20m', '64Mi') }),
  ),
  redisCluster: section('Redis Cluster, for environments that must not lose their cache with one pod.', {
    enabled: z.boolean().default(false).describe('Use Redis Cluster instead of the single Redis.'),
    ...redisClusterValues({ ...redisClusterDefaults, resources: laptop('50m', '256Mi') }),
  }),
  redis: section(
    'One Redis, where there is no Redis Cluster.',
    redisCacheValues({ ...redisCacheDefaults, resources: laptop('50m', '256Mi') }),
  ),
  backup: section('Backups of PostgreSQL and Redis, in the namespace and outside the cluster, and their way back.', {
    enabled: z.boolean().default(false).describe('Back up by schedule, and stream WAL.'),
    ...backupValues(backupDefaults),
  }),
  ...modelValues,
  prometheus: prometheusSection,
  blackbox: section('The blackbox exporter, which asks for the product by its public name, as its users do.', {
    enabled: z
      .boolean()
      .default(false)
      .describe('Watch from outside whether the product answers, where ingress is on.'),
    ...blackboxExporterValues(blackboxExporterDefaults),
  }),
  alertmanager: alertmanagerSection,
  slo: section(
    'What the API promises; alerts say when it uses its margin for errors up too fast.',
    sloValues(sloDefaults),
  ),
  modelSlo: section('What each model promises its clients.', modelSloValues(modelSloDefaults)),
  thresholds: section('From where on something is worth an alert.', thresholdValues(thresholdDefaults)),
  grafana: grafanaSection,
  elasticsearch: section('Elasticsearch, which keeps the logs; traces too, where Jaeger is told so.', {
    enabled: z
      .boolean()
      .default(false)
      .describe('Keep logs. It needs a certificate, and the Filebeat of the system node-agents.'),
    ...elasticsearchValues({ ...elasticsearchDefaults, resources: laptop('100m', '1Gi') }),
  }),
  logstash: section('Logstash, which takes lines from Filebeat, masks and reads them.', {
    enabled: z.boolean().default(true).describe('Collect logs, where there is an Elasticsearch.'),
    ...logstashValues({ ...logstashDefaults, resources: laptop('100m', '1Gi') }),
  }),
  kibana: section('Kibana, with a dashboard of the logs.', {
    enabled: z.boolean().default(true).describe('Show logs, where there is an Elasticsearch.'),
    ...kibanaValues({ ...kibanaDefaults, resources: laptop('50m', '1Gi') }),
  }),
  opentelemetry: section('The OpenTelemetry collector, which takes traces and decides which of them are kept.', {
    enabled: z.boolean().default(false).describe('Have the API send traces, where there is a Jaeger.'),
    ...openTelemetryValues({
      ...openTelemetryDefaults,
      agent: { ...openTelemetryDefaults.agent, resources: laptop('20m', '128Mi') },
      gateway: { ...openTelemetryDefaults.gateway, replicas: 1, resources: laptop('50m', '256Mi') },
    }),
  }),
  jaeger: section('Jaeger, which keeps traces and shows them.', {
    enabled: z.boolean().default(false).describe('Keep traces.'),
    ...jaegerValues({ ...jaegerDefaults, maxTraces: 5000, resources: laptop('50m', '512Mi') }),
  }),
  secretGenerator: secretGeneratorSection,
  tests: section('The pod of helm test.', { image: imageValues(images.curl) }),
  ingress: section('The way in from outside, by TLS alone.', {
    enabled: z.boolean().default(true).describe('Expose the frontend.'),
    ...exposureValues(),
  }),
});
