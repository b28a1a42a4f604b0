import { apmDashboard } from '../../tiers/observability/dashboards/apm';
import { backupsDashboard } from '../../tiers/observability/dashboards/backups';
import { businessDashboard } from '../../tiers/observability/dashboards/business';
import type { GrafanaDashboard } from '../../tiers/observability/dashboards/dashboard';
import { loadBalancerDashboard } from '../../tiers/observability/dashboards/load-balancer';
import { objectStoreDashboard } from '../../tiers/observability/dashboards/object-store';
import { overviewDashboard } from '../../tiers/observability/dashboards/overview';
import { postgresDashboard } from '../../tiers/observability/dashboards/postgres';
import { redisDashboard } from '../../tiers/observability/dashboards/redis';
import { type ResourceBudget, resourcesDashboard } from '../../tiers/observability/dashboards/resources';
import { sloDashboard } from '../../tiers/observability/dashboards/slo';
import type { Slo } from '../../tiers/observability/rules/thresholds';
import type { Input } from '../../values/expression';
import { not } from '../../values/logic';

interface Parts {
  /** What the API promises. */
  readonly slo: Slo;
  /** Users that the system is sized for; null for as many as come. */
  readonly users: Input<number | null>;
  readonly budget: ResourceBudget;
  /** Whether Redis is a cluster. */
  readonly cluster: Input<boolean>;
  /** Whether the object store is in the cluster. */
  readonly objectStore: Input<boolean>;
  readonly backups: Input<boolean>;
  /** Whether Prometheus has the metrics of containers and volumes. */
  readonly containers: Input<boolean>;
}

const responseTimes = { p95: 300, p99: 500 };

/** What there is to see. The first is Grafana's home page. */
export function conectaPlusDashboards(parts: Parts): readonly GrafanaDashboard[] {
  const { slo, users, budget, cluster, objectStore, backups, containers } = parts;
  return [
    overviewDashboard({ responseTimes }),
    businessDashboard({ users, uptimePercent: slo.uptimePercent }),
    sloDashboard({ slo }),
    apmDashboard({ responseTimes, frontend: false, users: false }),
    loadBalancerDashboard(),
    postgresDashboard(),
    redisDashboard({ enabled: not(cluster), sentinel: true }),
    redisDashboard({ id: 'redis-cluster', enabled: cluster, cluster: true }),
    objectStoreDashboard({ enabled: objectStore }),
    resourcesDashboard({ containers, budget }),
    backupsDashboard({ enabled: backups }),
  ];
}
