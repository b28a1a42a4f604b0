/** The public API: tiers, what they are made of, and what a system of one's own needs. */
export { images } from './images';

export {
  type ExternalObjectStore,
  ObjectStore,
  type ObjectStoreProps,
  type ObjectStoreTls,
  objectStoreDefaults,
} from './tiers/data/object-store';
export { type Bucket } from './tiers/data/object-store-setup';
export { objectStoreValues } from './tiers/data/object-store-values';
export { PgBouncer, type PgBouncerExporter, type PgBouncerProps, pgBouncerDefaults } from './tiers/data/pgbouncer';
export { pgBouncerValues } from './tiers/data/pgbouncer-values';
export { Postgres, type PostgresProps, postgresDefaults } from './tiers/data/postgres';
export { type PostgresTls } from './tiers/data/postgres-tls';
export { postgresValues, promotablePostgresValues } from './tiers/data/postgres-values';
export { RedisCache, type RedisCacheProps, redisCacheDefaults } from './tiers/data/redis-cache';
export { RedisCluster, type RedisClusterProps, redisClusterDefaults } from './tiers/data/redis-cluster';
export {
  RedisSentinel,
  type RedisSentinelProps,
  type SentinelSettings,
  redisSentinelDefaults,
} from './tiers/data/redis-sentinel';
export { redisCacheValues, redisClusterValues, redisSentinelValues } from './tiers/data/redis-values';
export { SmokeTest, type SmokeTestProps } from './tiers/delivery/smoke-test';
export {
  BlackboxExporter,
  type BlackboxExporterProps,
  blackboxExporterDefaults,
} from './tiers/observability/blackbox-exporter';
export {
  blackboxExporterValues,
  kubeStateMetricsValues,
  nodeExporterValues,
} from './tiers/observability/agents-values';
export { type ConfigReloader, configReloader, configReloaderDefaults } from './tiers/observability/config-reloader';
export {
  KubeStateMetrics,
  type KubeStateMetricsProps,
  kubeStateMetricsDefaults,
} from './tiers/observability/kube-state-metrics';
export { NodeExporter, type NodeExporterProps, nodeExporterDefaults } from './tiers/observability/node-exporter';
export {
  type AlertReceiver,
  Prometheus,
  type PrometheusProps,
  prometheusDefaults,
} from './tiers/observability/prometheus';
export { type NodeAgents, type ProbedUrls } from './tiers/observability/prometheus-configuration';
export { type PrometheusOperator } from './tiers/observability/prometheus-operator';
export { prometheusValues } from './tiers/observability/prometheus-values';
export { type Accelerator, type AcceleratorKind, type Cuda, acceleratorDefaults } from './tiers/ml/accelerator';
export {
  type BodyCheck,
  InferenceGateway,
  type InferenceGatewayProps,
  inferenceGatewayDefaults,
} from './tiers/ml/inference-gateway';
export {
  type CircuitBreaker,
  type OutlierDetection,
  type RetryBudget,
} from './tiers/ml/inference-gateway-configuration';
export { type Experiment, type Variant } from './tiers/ml/inference-gateway-routes';
export { inferenceGatewayValues } from './tiers/ml/inference-gateway-values';
export { type Model, type ModelBackend, type ModelProtocol, type ModelVersion } from './tiers/ml/model';
export { ModelServer } from './tiers/ml/model-server';
export {
  type ModelServerAutoscaling,
  type ModelServerProps,
  type ModelVolume,
  type ServerProgram,
  modelServerDefaults,
} from './tiers/ml/model-server-props';
export { modelServerValues } from './tiers/ml/model-server-values';
export {
  TensorFlowServing,
  type TensorFlowServingProps,
  tensorFlowServingDefaults,
} from './tiers/ml/tensorflow-serving';
export {
  type Batching,
  type TensorFlowModel,
  type TensorFlowVersion,
} from './tiers/ml/tensorflow-serving-configuration';
export { tensorFlowServingValues } from './tiers/ml/tensorflow-serving-values';
export { TorchServe, type TorchServeProps, torchServeDefaults } from './tiers/ml/torchserve';
export { type TorchModel } from './tiers/ml/torchserve-configuration';
export { torchServeValues } from './tiers/ml/torchserve-values';
export { Triton, type TritonProps, tritonDefaults } from './tiers/ml/triton';
export { type DataType, type Tensor, type TritonModel } from './tiers/ml/triton-configuration';
export { tritonValues } from './tiers/ml/triton-values';
export { ModelCache, type ModelCacheProps, type Preload, modelCacheDefaults } from './tiers/ml/model-cache';
export { type CachePolicy } from './tiers/ml/model-cache-configuration';
export { modelCacheValues } from './tiers/ml/model-cache-values';
export {
  type ModelFetcher,
  type ModelFetcherProps,
  modelFetcher,
  modelFetcherDefaults,
  modelsMount,
} from './tiers/ml/model-fetcher';
export {
  ModelStorage,
  type ModelStorageProps,
  type ModelStorageServer,
  modelStorageDefaults,
} from './tiers/ml/model-storage';
export { modelStorageValues } from './tiers/ml/model-storage-values';
export { SampleModels, type SampleModelsProps, sampleModelsDefaults } from './tiers/ml/sample-models';
export { sampleModelsValues } from './tiers/ml/sample-models-values';
export { Alertmanager, type AlertmanagerProps, alertmanagerDefaults } from './tiers/observability/alertmanager';
export {
  type Email,
  type LeastSeverity,
  type PagerDuty,
  type Slack,
  type Watchdog,
  type Webhook,
} from './tiers/observability/alertmanager-configuration';
export { alertmanagerValues } from './tiers/observability/alertmanager-values';
export {
  type AlertingRule,
  type RecordingRule,
  type Rule,
  type RuleGroup,
  type Severity,
} from './tiers/observability/rule';
export { type BusinessThresholds, businessThresholdDefaults } from './tiers/observability/rules/business';
export { type RuleSubjects, rulesOf } from './tiers/observability/rules/rules';
export {
  type LatencyObjective,
  type ModelSlo,
  type Slo,
  type Thresholds,
  modelSloDefaults,
  sloDefaults,
  thresholdDefaults,
} from './tiers/observability/rules/thresholds';
export {
  businessThresholdValues,
  latencyObjectiveValues,
  severalSloValues,
  sloValues,
  thresholdValues,
} from './tiers/observability/rules-values';
export { type ApmDashboardSettings, apmDashboard } from './tiers/observability/dashboards/apm';
export { backupsDashboard } from './tiers/observability/dashboards/backups';
export { type BusinessDashboardSettings, businessDashboard } from './tiers/observability/dashboards/business';
export { type DashboardSettings, type GrafanaDashboard, dashboard } from './tiers/observability/dashboards/dashboard';
export { experimentsDashboard } from './tiers/observability/dashboards/experiments';
export {
  type LoadBalancerDashboardSettings,
  loadBalancerDashboard,
} from './tiers/observability/dashboards/load-balancer';
export { logsDashboard } from './tiers/observability/dashboards/logs';
export { modelCacheDashboard } from './tiers/observability/dashboards/model-cache';
export { modelsDashboard } from './tiers/observability/dashboards/models';
export { objectStoreDashboard } from './tiers/observability/dashboards/object-store';
export { type OverviewDashboardSettings, overviewDashboard } from './tiers/observability/dashboards/overview';
export { stat, timeSeries } from './tiers/observability/dashboards/panels';
export { performanceDashboard } from './tiers/observability/dashboards/performance';
export { pgBouncerDashboard } from './tiers/observability/dashboards/pgbouncer';
export { postgresDashboard } from './tiers/observability/dashboards/postgres';
export { redisDashboard } from './tiers/observability/dashboards/redis';
export {
  type ResourceBudget,
  type ResourcesDashboardSettings,
  resourcesDashboard,
} from './tiers/observability/dashboards/resources';
export { sloDashboard } from './tiers/observability/dashboards/slo';
export {
  Elasticsearch,
  type ElasticsearchClient,
  type ElasticsearchProps,
  type Snapshots,
  elasticsearchDefaults,
} from './tiers/observability/elasticsearch';
export { elasticsearchValues } from './tiers/observability/elasticsearch-values';
export { Elk, type ElkProps } from './tiers/observability/elk';
export { ELASTICSEARCH_USERS, type ElasticsearchUser } from './tiers/observability/elasticsearch-users';
export {
  OpenTelemetry,
  type OpenTelemetryAgent,
  type OpenTelemetryGateway,
  type OpenTelemetryProps,
  type TraceReceiver,
  openTelemetryDefaults,
} from './tiers/observability/opentelemetry';
export { type Sampling } from './tiers/observability/opentelemetry-configuration';
export { openTelemetryValues } from './tiers/observability/opentelemetry-values';
export { Jaeger, type JaegerCleaner, type JaegerProps, jaegerDefaults } from './tiers/observability/jaeger';
export { jaegerValues } from './tiers/observability/jaeger-values';
export { type ResponseTimeTargets } from './tiers/observability/dashboards/targets';
export { tracesDashboard } from './tiers/observability/dashboards/traces';
export { Filebeat, type FilebeatProps, type LogTarget, filebeatDefaults } from './tiers/observability/filebeat';
export { type JsonExporter, jsonExporterDefaults } from './tiers/observability/json-exporter';
export { LOG_FIELDS, LOG_KINDS, type LogFieldType, type LogKind, dataStreamOf } from './tiers/observability/log-fields';
export { filebeatValues, logstashValues } from './tiers/observability/logs-values';
export { type LogSource, Logstash, type LogstashProps, logstashDefaults } from './tiers/observability/logstash';
export { Grafana, type GrafanaProps, grafanaDefaults } from './tiers/observability/grafana';
export {
  type DataSource,
  type DataSourceLogin,
  alertmanagerSource,
  elasticsearchSource,
  jaegerSource,
  prometheusSource,
} from './tiers/observability/grafana-configuration';
export { grafanaPortValues, grafanaValues } from './tiers/observability/grafana-values';
export { Kibana, type KibanaProps, kibanaDefaults } from './tiers/observability/kibana';
export { kibanaValues } from './tiers/observability/kibana-values';
export { elasticsearchDashboard } from './tiers/observability/dashboards/elasticsearch';
export { Backup, type BackupProps, backupDefaults } from './tiers/operations/backup';
export { type BaseBackup } from './tiers/operations/backup-postgres';
export { type Encryption, type Offsite } from './tiers/operations/backup-job';
export { backupValues } from './tiers/operations/backup-values';
export {
  type CertificateSource,
  Certificates,
  type CertificatesProps,
  type ServerCertificate,
  certificatesDefaults,
} from './tiers/operations/certificates';
export { type Issuers } from './tiers/operations/certificates-cert-manager';
export { certificatesValues } from './tiers/operations/certificates-values';
export {
  SecretGenerator,
  type SecretGeneratorProps,
  secretGeneratorDefaults,
} from './tiers/operations/secret-generator';
export { secretGeneratorValues } from './tiers/operations/secret-generator-values';
export { type Recovery, type RecoveryPoint } from './tiers/recovery';
export { Tier, type TierProps } from './tiers/tier';
export { Api, type ApiProps, apiDefaults } from './tiers/web/api';
export { apiServerValues, apiValues } from './tiers/web/api-values';
export { type Dialect, Exposure, type ExposureProps, exposureDefaults } from './tiers/web/exposure';
export { exposureValues } from './tiers/web/exposure-values';
export { Frontend, type FrontendProps, frontendDefaults } from './tiers/web/frontend';
export { frontendValues } from './tiers/web/frontend-values';
export { type HttpServer } from './tiers/web/http';
export { type Instances, LoadBalancer, type LoadBalancerProps, loadBalancerDefaults } from './tiers/web/load-balancer';
export { type RateLimits, type WindowLimit } from './tiers/web/load-balancer-limits';
export { type LoadBalancerHeaders } from './tiers/web/load-balancer-nginx';
export {
  type ObjectsLimit,
  type ObjectsRoute,
  type OriginServer,
  objectsLimitDefaults,
} from './tiers/web/load-balancer-objects';
export { loadBalancerValues, objectsRouteValues } from './tiers/web/load-balancer-values';
export { processesOf } from './tiers/web/api-container';
export { Worker, type WorkerProps, workerDefaults } from './tiers/web/worker';

export {
  type ClientFiles,
  type Connection,
  type Endpoint,
  type Outside,
  type Server,
  allow,
  connect,
  connectionsOf,
} from './network/connections';
export { DefaultDeny } from './network/default-deny';
export { type BoundBudget, type Budget } from './objectives/budget';
export { CapacityPlan, type CapacityPlanProps, type Growth } from './objectives/capacity-plan';
export { Objectives, type ObjectivesProps, objectivesDefaults } from './objectives/objectives';
export { type PromisedByDefault, objectivesValues } from './objectives/objectives-values';
export { type Acknowledged, type BackupTier, type RecoveringTier, type ServingTier } from './objectives/recovery';
export { type Application, type Balancer, type Database, type RateLimit } from './objectives/traffic';
export { demand, demandEach } from './objects/checks';
export { conditionOf, onlyWhen } from './objects/conditions';
export { KubeObject } from './objects/kube-object';

export { addConfigMap } from './workload/config-map';
export { type ContainerProps, type Devices, type ImageChoice, type Probes, type Resources } from './workload/container';
export { type CronJobProps, CronJobWorkload } from './workload/cron-job';
export { DaemonSetWorkload } from './workload/daemon-set';
export { type DeploymentProps, DeploymentWorkload } from './workload/deployment';
export { type JobProps, JobWorkload } from './workload/job';
export { type RuleOptions, allowApiServer, allowFromNamespace, allowToNamespace } from './workload/network-policy';
export { type Image, type NetworkFacts, Platform, type PlatformProps } from './workload/platform';
export { type ExtraVolume, type PodSettings, type Toleration } from './workload/pod';
export { addClusterRole, addRole } from './workload/rbac';
export { type ScalingMetric } from './workload/scaled-object';
export { type Autoscaling } from './workload/scaling';
export { type ExistingSecret, type SecretInput, envFromSecret, secretFiles } from './workload/secrets';
export { type ServiceExposure, type ServiceProps, type ServiceType, addService } from './workload/service';
export { type StatefulSetProps, StatefulSetWorkload, type Storage } from './workload/stateful-set';
export {
  autoscalingValues,
  globalValues,
  imageValues,
  networkValues,
  podValues,
  resourcesValues,
  storageValues,
} from './workload/values';
export { type PodCount, type PodResources, Workload, type WorkloadProps } from './workload/workload';

export { type Expr, ExpressionError, type Input } from './values/expression';
export {
  absolutePath,
  bucketName,
  byteSize,
  cidr,
  cpu,
  dnsLabel,
  emailAddress,
  envName,
  folder,
  headerName,
  hostname,
  httpUrl,
  imageDigest,
  imagePart,
  labelKey,
  line,
  modelName,
  objectName,
  percent,
  port,
  requestSize,
  schedule,
  seconds,
  sha256,
  shortName,
  sqlName,
  storageSize,
  timeZone,
  urlPath,
  webUrl,
  word,
} from './values/leaves';
export { choose } from './values/choice';
export { hasKey, isNotEmpty, largest, sizeOf } from './values/collections';
export { largestOf, sumOf } from './values/folds';
export { hashOfText, hashOfValue } from './values/hashes';
export { and, atLeast, atMost, equals, greaterThan, isSet, lessThan, not, or, valueOf } from './values/logic';
export { add, bytes, cores, divide, maximum, millicores, minimum, multiply, subtract } from './values/numbers';
export { named, str, truncate } from './values/texts';
export { type Items, type Text, type Tree } from './values/parts';
export { passage } from './values/passage';
export { release, type Values } from './values/reference';
export { checksum, text } from './values/text';
export { asString } from './values/token';
export {
  each,
  eachEntry,
  eachPair,
  entry,
  fragment,
  keep,
  late,
  type ListInput,
  type MapInput,
  merge,
  times,
  when,
  whenSet,
} from './values/tree';

export { chartFiles } from './output/helm/package';
export { type ChartMetadata, type ChartSource, type PodSecurity, type SuppliedSecret } from './output/helm/source';
export { Manifests, type Release } from './output/manifests';
export { type Files, replaceFolders } from './output/write';
export { type Environment, environmentsIn, valuesOf } from './systems/environment';
export { type Synthesis, type SystemWithEnvironments, synthesise } from './systems/synthesise';
export { type SharedValues, System } from './systems/system';
