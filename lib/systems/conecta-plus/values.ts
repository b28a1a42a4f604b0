/** What an operator may set of Conecta Plus. The defaults are small: they fit a laptop. */
import { z } from 'zod';
import { images } from '../../images';
import { objectivesDefaults } from '../../objectives/objectives';
import { objectivesValues } from '../../objectives/objectives-values';
import { objectStoreDefaults } from '../../tiers/data/object-store';
import { objectStoreValues } from '../../tiers/data/object-store-values';
import { postgresDefaults } from '../../tiers/data/postgres';
import { promotablePostgresValues, postgresValues } from '../../tiers/data/postgres-values';
import { redisClusterDefaults } from '../../tiers/data/redis-cluster';
import { redisSentinelDefaults } from '../../tiers/data/redis-sentinel';
import { redisClusterValues, redisSentinelValues } from '../../tiers/data/redis-values';
import { blackboxExporterValues } from '../../tiers/observability/agents-values';
import { blackboxExporterDefaults } from '../../tiers/observability/blackbox-exporter';
import { grafanaPortValues } from '../../tiers/observability/grafana-values';
import {
  businessThresholdValues,
  latencyObjectiveValues,
  severalSloValues,
  thresholdValues,
} from '../../tiers/observability/rules-values';
import { businessThresholdDefaults } from '../../tiers/observability/rules/business';
import { thresholdDefaults } from '../../tiers/observability/rules/thresholds';
import { backupDefaults } from '../../tiers/operations/backup';
import { backupValues } from '../../tiers/operations/backup-values';
import { certificatesDefaults } from '../../tiers/operations/certificates';
import { certificatesValues } from '../../tiers/operations/certificates-values';
import { apiDefaults } from '../../tiers/web/api';
import { apiServerValues, apiValues } from '../../tiers/web/api-values';
import { loadBalancerDefaults } from '../../tiers/web/load-balancer';
import { objectsLimitDefaults } from '../../tiers/web/load-balancer-objects';
import { loadBalancerValues, objectsRouteValues } from '../../tiers/web/load-balancer-values';
import { hostname } from '../../values/leaves';
import { globalValues, imageValues, networkValues } from '../../workload/values';
import { alertmanagerSection, grafanaSection, prometheusSection } from '../monitoring-values';
import { laptop, secretGeneratorSection, section } from '../sections';

/** Redis is a cache here, of which no copy is kept. */
const backupOfPostgres = z.strictObject(backupValues(backupDefaults)).omit({ redisSchedule: true }).shape;

/** There are no pool before the database, no queries counted one by one, and no models. */
const thresholds = z
  .strictObject(thresholdValues(thresholdDefaults))
  .omit({ queryMilliseconds: true, poolWaitSeconds: true, modelCacheHitPercent: true }).shape;

const promises = objectivesValues(objectivesDefaults);

/** A number that the capacity plan has where the operator gives none. */
const planned = (most: number, what: string) =>
  z.int().min(1).max(most).nullable().default(null).describe(`${what}; null for what the capacity plan has.`);

export const conectaPlusValues = z.strictObject({
  host: hostname().default('conecta-plus.example.com').describe('The public name of the system.'),
  global: globalValues().describe('What holds for all parts.'),
  network: networkValues().describe('Facts of the network that no manifest can know.'),
  objectives: section('What the system promises, which is checked before anything is deployed.', {
    ...promises,
    // Nothing here runs on every node.
    budget: promises.budget.omit({ nodes: true }).meta({ description: promises.budget.description }),
  }),
  loadBalancer: section(
    'nginx before the API: TLS, rate limits, and objects as the origin of a CDN.',
    loadBalancerValues({
      ...loadBalancerDefaults,
      image: images.nginx,
      exporterImage: images.nginxExporter,
      documentationPaths: ['/api/v1/docs'],
      resources: laptop('20m', '256Mi'),
    }),
  ),
  api: section('The FastAPI application.', {
    ...apiValues(
      { ...apiDefaults, image: images.conectaPlusApi, processes: 8, resources: laptop('50m', '256Mi', '1Gi') },
      100,
    ),
    replicas: planned(100, 'Instances where no autoscaler decides'),
    databasePoolSize: planned(200, 'Connections that each process keeps to each database server'),
    ...apiServerValues({
      port: 8100,
      livenessPath: '/api/v1/health/live',
      readinessPath: '/api/v1/health',
      connectionsPerProcess: 1000,
    }),
  }),
  postgres: section('PostgreSQL: one primary, and a streaming replica that can take its place.', {
    ...postgresValues({
      ...postgresDefaults,
      database: 'conecta_plus',
      replicas: 1,
      maxConnections: 600,
      storage: { size: '2Gi', storageClassName: null },
      resources: laptop('50m', '384Mi', '1Gi'),
    }),
    ...promotablePostgresValues({ ...postgresDefaults, promoted: false, tls: { enabled: true, existingSecret: null } }),
  }),
  redis: section(
    'Redis with Sentinel, for fewer than 5000 users.',
    redisSentinelValues({ ...redisSentinelDefaults, resources: laptop('50m', '256Mi') }),
  ),
  redisCluster: section(
    'Redis Cluster, for 5000 users or more.',
    redisClusterValues({ ...redisClusterDefaults, resources: laptop('50m', '256Mi') }),
  ),
  objectStore: section(
    'MinIO, or any S3 outside.',
    objectStoreValues({
      ...objectStoreDefaults,
      buckets: {
        files: { publicRead: false, versioning: true, noncurrentDays: 30 },
        media: { publicRead: true, versioning: false },
      },
      tls: { enabled: true, existingSecret: null },
      storage: { size: '2Gi', storageClassName: null },
      resources: laptop('50m', '512Mi'),
    }),
  ),
  media: section(
    'Public objects, which the load balancer hands to a CDN.',
    objectsRouteValues({ maxAgeSeconds: 3600, sharedMaxAgeSeconds: 86_400, rateLimit: objectsLimitDefaults }),
  ),
  backup: section('Backups of PostgreSQL, in the namespace and outside the cluster, and their way back.', {
    enabled: z.boolean().default(false).describe('Back up by schedule, and stream WAL.'),
    ...backupOfPostgres,
  }),
  prometheus: prometheusSection,
  blackbox: section('The blackbox exporter, which asks for the product by its public name, as its users do.', {
    enabled: z.boolean().default(false).describe('Watch from outside whether the product answers.'),
    ...blackboxExporterValues(blackboxExporterDefaults),
  }),
  alertmanager: alertmanagerSection,
  slo: section(
    'What the API promises its users.',
    severalSloValues(
      { availabilityPercent: 99.9, uptimePercent: 99.9 },
      {
        p95: latencyObjectiveValues({ percent: 95, seconds: '0.3' }),
        p99: latencyObjectiveValues({ percent: 99, seconds: '0.5' }),
      },
    ),
  ),
  thresholds: section('From where on something is worth an alert.', thresholds),
  business: section('The same of what users do.', businessThresholdValues(businessThresholdDefaults)),
  grafana: section('Grafana, with dashboards of every part of the release.', {
    ...grafanaSection.shape,
    ...grafanaPortValues({ port: 3001, servicePort: 3001 }),
  }),
  certificates: section(
    'Certificates of the load balancer, PostgreSQL and the object store.',
    certificatesValues(certificatesDefaults),
  ),
  secretGenerator: secretGeneratorSection,
  tests: section('The pod of helm test.', { image: imageValues(images.curl) }),
});
