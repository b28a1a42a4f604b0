/** All rules of a system: those of each tier that it has, where that is switched on. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { and, or } from '../../../values/logic';
import type { ObjectStore } from '../../data/object-store';
import type { PgBouncer } from '../../data/pgbouncer';
import type { Postgres } from '../../data/postgres';
import type { RedisCache } from '../../data/redis-cache';
import type { RedisCluster } from '../../data/redis-cluster';
import { RedisSentinel } from '../../data/redis-sentinel';
import type { InferenceGateway } from '../../ml/inference-gateway';
import type { ModelCache } from '../../ml/model-cache';
import type { ModelServer } from '../../ml/model-server';
import type { Backup } from '../../operations/backup';
import type { Certificates } from '../../operations/certificates';
import type { Api } from '../../web/api';
import type { Frontend } from '../../web/frontend';
import type { LoadBalancer } from '../../web/load-balancer';
import type { Alertmanager } from '../alertmanager';
import type { Elasticsearch } from '../elasticsearch';
import type { Jaeger } from '../jaeger';
import type { OpenTelemetry } from '../opentelemetry';
import type { Logstash } from '../logstash';
import type { Prometheus } from '../prometheus';
import type { RuleFacts, RuleGroup } from '../rule';
import { apiRules } from './api';
import { backupRules } from './backup';
import { type BusinessThresholds, businessRules } from './business';
import { certificateRules } from './certificates';
import { containerRules } from './containers';
import { elasticsearchRules } from './elasticsearch';
import { frontendRules } from './frontend';
import { inferenceGatewayRules } from './inference-gateway';
import { loadBalancerRules } from './load-balancer';
import { filebeatRules, logstashRules } from './logs';
import { modelCacheRules } from './model-cache';
import { modelServerRules } from './model-servers';
import { alertmanagerRules, prometheusRules, watchdogRules } from './monitoring';
import { objectStoreRules } from './object-store';
import { outsideRules } from './outside';
import { pgBouncerRules } from './pgbouncer';
import { postgresRules, promotionRules } from './postgres';
import { redisRules } from './redis';
import { redisSentinelRules } from './redis-sentinel';
import { sloRules } from './slo';
import type { ModelSlo, Slo, Thresholds } from './thresholds';
import { jaegerRules, openTelemetryRules } from './tracing';
import { uptimeRules } from './uptime';

/** What there are rules about; what is left out has none. */
export interface RuleSubjects {
  /** Which evaluates them. */
  readonly prometheus: Prometheus;
  /** Who tells people. @default - none */
  readonly alertmanager?: Alertmanager;
  /** The frontend. @default - none */
  readonly frontend?: Frontend;
  /** What stands before the instances of the API. @default - none */
  readonly loadBalancer?: LoadBalancer;
  /** The API, whose objectives are watched. @default - none */
  readonly api?: Api;
  /** The database. @default - none */
  readonly postgres?: Postgres;
  /** The pools before it. @default - none */
  readonly pgbouncer?: PgBouncer;
  /** All Redis of the system. @default [] */
  readonly redis?: readonly (RedisCluster | RedisCache | RedisSentinel)[];
  /** The object store. @default - none */
  readonly objectStore?: ObjectStore;
  /** Backups, whose age and drills are watched. @default - none */
  readonly backup?: Backup;
  /** Certificates, whose end is watched. @default - none */
  readonly certificates?: Certificates;
  /** What keeps the logs. @default - none */
  readonly elasticsearch?: Elasticsearch;
  /** What takes the traces. @default - none */
  readonly openTelemetry?: OpenTelemetry;
  /** What keeps the traces. @default - none */
  readonly jaeger?: Jaeger;
  /** What reads the logs. @default - none */
  readonly logstash?: Logstash;
  /** Servers of models. @default [] */
  readonly modelServers?: readonly ModelServer[];
  /** What stands before them. @default - none */
  readonly inferenceGateway?: InferenceGateway;
  /** The cache of models. @default - none */
  readonly modelCache?: ModelCache;
  /** Whether public names are asked for from outside. @default false */
  readonly probes?: Input<boolean>;
  /** What the API promises. @default - see sloDefaults */
  readonly slo?: Slo;
  /** Whether the API's application counts sessions, and steps that the product wants. @default true */
  readonly conversions?: boolean;
  /** What the API's application says of users and transactions. @default - it says nothing of them */
  readonly business?: BusinessThresholds;
  /** What each model promises. @default - see modelSloDefaults */
  readonly modelSlo?: ModelSlo;
  /** Where alerts begin. @default - see thresholdDefaults */
  readonly thresholds?: Thresholds;
}

/**
 * Rules for what a system has.
 *
 * ```ts
 * prometheus.addRules(rulesOf({ prometheus, api: backend, postgres, redis: [cache] }));
 * ```
 */
export function rulesOf(subjects: RuleSubjects): readonly RuleGroup[] {
  const { prometheus, alertmanager, frontend, loadBalancer, api, postgres, pgbouncer, objectStore, backup } = subjects;
  const { certificates, elasticsearch, logstash, openTelemetry, jaeger, inferenceGateway, modelCache } = subjects;
  const { redis = [], modelServers = [], thresholds = {}, modelSlo = {}, probes = false } = subjects;
  const facts = prometheus.ruleFacts;
  const group = <T>(tier: T | undefined, rules: (tier: T) => RuleGroup): readonly RuleGroup[] =>
    tier === undefined ? [] : [rules(tier)];
  return [
    watchdogRules(facts),
    ...group(frontend, (tier) => frontendRules(facts, tier)),
    ...group(loadBalancer, (tier) => loadBalancerRules(facts, tier)),
    ...(api === undefined ? [] : rulesOfApi(facts, api, subjects)),
    ...group(postgres, (tier) => postgresRules(facts, tier, thresholds)),
    ...group(postgres?.isPromotable ? postgres : undefined, (tier) => promotionRules(facts, tier)),
    ...group(pgbouncer, (tier) => pgBouncerRules(facts, tier, thresholds)),
    ...redis.map((tier) => redisRules(facts, tier, thresholds)),
    ...redis.flatMap((tier) => (tier instanceof RedisSentinel ? [redisSentinelRules(facts, tier)] : [])),
    ...group(objectStore, (tier) => objectStoreRules(facts, tier, thresholds)),
    ...group(backup, (tier) => backupRules(facts, tier, thresholds, or(...redis.map(conditionOf)))),
    ...group(certificates, (tier) => certificateRules(facts, tier, prometheus.hasContainerMetrics)),
    ...modelServers.map((tier) => modelServerRules(facts, tier, thresholds, prometheus.hasContainerMetrics)),
    ...group(inferenceGateway, (tier) => inferenceGatewayRules(facts, tier, modelServers, modelSlo, thresholds)),
    ...group(modelCache, (tier) => modelCacheRules(facts, tier, thresholds, prometheus.hasContainerMetrics)),
    ...group(elasticsearch, (tier) => elasticsearchRules(facts, tier, thresholds)),
    ...group(openTelemetry, (tier) => openTelemetryRules(facts, tier)),
    ...group(jaeger, (tier) => jaegerRules(facts, tier)),
    ...group(logstash, (tier) => logstashRules(facts, tier)),
    ...group(logstash, (tier) => filebeatRules(and(conditionOf(tier), prometheus.hasContainerMetrics))),
    outsideRules(facts, probes, thresholds),
    containerRules(facts, prometheus.hasContainerMetrics, thresholds),
    prometheusRules(facts, prometheus, alertmanager === undefined ? false : conditionOf(alertmanager)),
    ...group(alertmanager, (tier) => alertmanagerRules(facts, tier)),
  ];
}

function rulesOfApi(facts: RuleFacts, api: Api, subjects: RuleSubjects): readonly RuleGroup[] {
  const { slo = {}, thresholds = {}, conversions, business, loadBalancer } = subjects;
  return [
    sloRules(facts, api, slo, loadBalancer),
    ...(slo.uptimePercent === undefined ? [] : [uptimeRules(facts, api, slo.uptimePercent, subjects)]),
    apiRules(facts, api, thresholds, conversions),
    ...(business === undefined ? [] : [businessRules(facts, api, business)]),
  ];
}
