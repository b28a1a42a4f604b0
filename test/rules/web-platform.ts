/** A platform with what Cluster AI lacks: several objectives of an API, users and transactions. Its name is its release. */
import { App, Chart, Testing } from 'cdk8s';
import { images } from '../../lib/images';
import { Postgres } from '../../lib/tiers/data/postgres';
import { RedisSentinel } from '../../lib/tiers/data/redis-sentinel';
import { Alertmanager } from '../../lib/tiers/observability/alertmanager';
import { Prometheus } from '../../lib/tiers/observability/prometheus';
import { type RuleSubjects, rulesOf } from '../../lib/tiers/observability/rules/rules';
import type { Slo } from '../../lib/tiers/observability/rules/thresholds';
import { Certificates } from '../../lib/tiers/operations/certificates';
import { Api } from '../../lib/tiers/web/api';
import { LoadBalancer } from '../../lib/tiers/web/load-balancer';
import { Platform } from '../../lib/workload/platform';

const NAME = 'conecta-plus';
const USERS = 1000;
const certificates = { api: { secret: 'conecta-plus-api-tls', hosts: ['conecta-plus-api'] } };

export const slo = {
  availabilityPercent: 99.9,
  uptimePercent: 99.9,
  latency: { p95: { percent: 95, seconds: '0.3' }, p99: { percent: 99, seconds: '0.5' } },
} as const satisfies Slo;

/** @param changes of what the rules are about @param isBalanced whether a load balancer stands before the API */
export function webPlatform(changes: Partial<RuleSubjects> = {}, isBalanced = true): Chart {
  const chart = new Chart(new App(), NAME);
  const shared = { instance: NAME, namespace: NAME, partOf: NAME, version: '1.0.0' };
  Platform.provide(chart, new Platform(shared));
  const prometheus = new Prometheus(chart, 'prometheus', { nodeAgents: { namespace: 'nodes', release: 'nodes' } });
  const api = new Api(chart, 'api', { image: images.clusterAiBackend });
  prometheus.addRules(
    rulesOf({
      prometheus,
      alertmanager: new Alertmanager(chart, 'alertmanager'),
      api,
      ...(isBalanced ? { loadBalancer: new LoadBalancer(chart, 'load-balancer', { backend: api }) } : {}),
      postgres: new Postgres(chart, 'postgres', { database: 'conecta' }),
      redis: [new RedisSentinel(chart, 'redis')],
      certificates: new Certificates(chart, 'certificates', { source: 'generate', certificates }),
      slo,
      conversions: false,
      business: { users: USERS },
      ...changes,
    }),
  );
  return chart;
}

export function objectsOf(chart: Chart): readonly unknown[] {
  return Testing.synth(chart) as readonly unknown[];
}
