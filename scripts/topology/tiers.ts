/** What a reader is told of each kind of tier: where it stands in the picture, and what its parts do. */
import type { Construct } from 'constructs';
import { ObjectStore } from '../../lib/tiers/data/object-store';
import { PgBouncer } from '../../lib/tiers/data/pgbouncer';
import { Postgres } from '../../lib/tiers/data/postgres';
import { RedisCache } from '../../lib/tiers/data/redis-cache';
import { RedisCluster } from '../../lib/tiers/data/redis-cluster';
import { RedisSentinel } from '../../lib/tiers/data/redis-sentinel';
import { SmokeTest } from '../../lib/tiers/delivery/smoke-test';
import { InferenceGateway } from '../../lib/tiers/ml/inference-gateway';
import { ModelCache } from '../../lib/tiers/ml/model-cache';
import { SampleModels } from '../../lib/tiers/ml/sample-models';
import { TensorFlowServing } from '../../lib/tiers/ml/tensorflow-serving';
import { TorchServe } from '../../lib/tiers/ml/torchserve';
import { Triton } from '../../lib/tiers/ml/triton';
import { Alertmanager } from '../../lib/tiers/observability/alertmanager';
import { BlackboxExporter } from '../../lib/tiers/observability/blackbox-exporter';
import { Elasticsearch } from '../../lib/tiers/observability/elasticsearch';
import { Filebeat } from '../../lib/tiers/observability/filebeat';
import { Grafana } from '../../lib/tiers/observability/grafana';
import { Jaeger } from '../../lib/tiers/observability/jaeger';
import { Kibana } from '../../lib/tiers/observability/kibana';
import { KubeStateMetrics } from '../../lib/tiers/observability/kube-state-metrics';
import { Logstash } from '../../lib/tiers/observability/logstash';
import { NodeExporter } from '../../lib/tiers/observability/node-exporter';
import { OpenTelemetry } from '../../lib/tiers/observability/opentelemetry';
import { Prometheus } from '../../lib/tiers/observability/prometheus';
import { Backup } from '../../lib/tiers/operations/backup';
import { Certificates } from '../../lib/tiers/operations/certificates';
import { SecretGenerator } from '../../lib/tiers/operations/secret-generator';
import { Api } from '../../lib/tiers/web/api';
import { Frontend } from '../../lib/tiers/web/frontend';
import { LoadBalancer } from '../../lib/tiers/web/load-balancer';
import { Worker } from '../../lib/tiers/web/worker';

/** In the order in which they stand. */
export const groups = ['Web', 'Data', 'Models', 'Backups', 'Observability', 'Set-up and tests'] as const;
export type Group = (typeof groups)[number];

export interface Kind {
  readonly tier: new (...parameters: never[]) => Construct;
  readonly group: Group;
  /** What a workload does, by its component; several of one tier that reach the same are one box. */
  readonly does: Readonly<Record<string, string>>;
}

export const kinds: readonly Kind[] = [
  { tier: Frontend, group: 'Web', does: { web: 'nginx, React build' } },
  { tier: LoadBalancer, group: 'Web', does: { balancer: 'nginx, rate limits' } },
  { tier: Api, group: 'Web', does: { api: 'FastAPI' } },
  { tier: Worker, group: 'Web', does: { worker: 'background work' } },
  { tier: PgBouncer, group: 'Data', does: { pooler: 'connection pools' } },
  { tier: Postgres, group: 'Data', does: { primary: 'PostgreSQL, writes', replica: 'PostgreSQL, reads' } },
  { tier: RedisCluster, group: 'Data', does: { node: 'Redis Cluster', init: 'forms the cluster' } },
  { tier: RedisCache, group: 'Data', does: { cache: 'Redis' } },
  {
    tier: RedisSentinel,
    group: 'Data',
    does: { server: 'Redis, master and replicas', sentinel: 'chooses the master' },
  },
  { tier: ObjectStore, group: 'Data', does: { server: 'MinIO', setup: 'buckets, keys' } },
  { tier: InferenceGateway, group: 'Models', does: { 'ml-serving': 'leads to the server of a model' } },
  { tier: TensorFlowServing, group: 'Models', does: { 'ml-serving': 'TensorFlow Serving' } },
  { tier: TorchServe, group: 'Models', does: { 'ml-serving': 'TorchServe' } },
  { tier: Triton, group: 'Models', does: { 'ml-serving': 'Triton' } },
  { tier: ModelCache, group: 'Models', does: { 'ml-serving': 'keeps models', preload: 'fills the cache' } },
  { tier: SampleModels, group: 'Models', does: { 'sample-models': 'object storage for trials' } },
  {
    tier: Backup,
    group: 'Backups',
    does: {
      store: 'keeps copies, receives WAL',
      postgres: 'pg_dump',
      'postgres-base': 'base backup',
      'restore-postgres': 'restore',
      'drill-postgres': 'drill',
      redis: 'RDB of each master',
      'restore-redis': 'restore',
      'drill-redis': 'drill',
      snapshots: 'of other volumes',
      volume: 'archives of other volumes',
    },
  },
  { tier: Prometheus, group: 'Observability', does: { server: 'scrapes metrics, evaluates rules' } },
  { tier: Alertmanager, group: 'Observability', does: { server: 'tells people' } },
  { tier: Grafana, group: 'Observability', does: { dashboards: 'dashboards' } },
  {
    tier: OpenTelemetry,
    group: 'Observability',
    does: { agent: 'takes traces on each node', gateway: 'decides which are kept' },
  },
  { tier: Jaeger, group: 'Observability', does: { traces: 'keeps and shows traces', cleaner: 'deletes old ones' } },
  {
    tier: Elasticsearch,
    group: 'Observability',
    does: { node: 'keeps logs', exporter: 'its metrics', setup: 'users, templates, life cycle' },
  },
  { tier: Kibana, group: 'Observability', does: { web: 'shows logs', import: 'brings its views' } },
  { tier: Logstash, group: 'Observability', does: { pipelines: 'masks and reads logs' } },
  { tier: Filebeat, group: 'Observability', does: { agent: 'sends logs of pods' } },
  { tier: BlackboxExporter, group: 'Observability', does: { prober: 'asks from outside' } },
  { tier: KubeStateMetrics, group: 'Observability', does: { exporter: 'what the API server says of pods' } },
  { tier: NodeExporter, group: 'Observability', does: { agent: 'what each node says of itself' } },
  { tier: SecretGenerator, group: 'Set-up and tests', does: { generator: 'makes missing Secrets' } },
  { tier: Certificates, group: 'Set-up and tests', does: { generator: 'makes and renews certificates' } },
  { tier: SmokeTest, group: 'Set-up and tests', does: { test: 'helm test' } },
];
