import { apmDashboard } from '../../tiers/observability/dashboards/apm';
import { backupsDashboard } from '../../tiers/observability/dashboards/backups';
import type { GrafanaDashboard } from '../../tiers/observability/dashboards/dashboard';
import { elasticsearchDashboard } from '../../tiers/observability/dashboards/elasticsearch';
import { experimentsDashboard } from '../../tiers/observability/dashboards/experiments';
import { logsDashboard } from '../../tiers/observability/dashboards/logs';
import { modelCacheDashboard } from '../../tiers/observability/dashboards/model-cache';
import { modelsDashboard } from '../../tiers/observability/dashboards/models';
import { overviewDashboard } from '../../tiers/observability/dashboards/overview';
import { performanceDashboard } from '../../tiers/observability/dashboards/performance';
import { pgBouncerDashboard } from '../../tiers/observability/dashboards/pgbouncer';
import { postgresDashboard } from '../../tiers/observability/dashboards/postgres';
import { redisDashboard } from '../../tiers/observability/dashboards/redis';
import { sloDashboard } from '../../tiers/observability/dashboards/slo';
import { tracesDashboard } from '../../tiers/observability/dashboards/traces';
import type { ModelSlo, Slo } from '../../tiers/observability/rules/thresholds';
import type { Input } from '../../values/expression';

interface Parts {
  /** What the API promises. */
  readonly slo: Slo;
  /** What each model promises. */
  readonly modelSlo: ModelSlo;
  /** Whether there is a gateway of models. */
  readonly models: Input<boolean>;
  /** Whether it leads to variants. */
  readonly experiments: Input<boolean>;
  readonly modelCache: Input<boolean>;
  /** Whether Redis is a cluster. */
  readonly cluster: Input<boolean>;
  readonly backups: Input<boolean>;
  readonly elasticsearch: Input<boolean>;
  /** Whether it makes snapshots. */
  readonly elasticsearchSnapshots: Input<boolean>;
  readonly traces: Input<boolean>;
  readonly logs: Input<boolean>;
  /** Whether Prometheus has the metrics of containers and volumes. */
  readonly containers: Input<boolean>;
}

/** What there is to see. The first is Grafana's home page. */
export function clusterAiDashboards(parts: Parts): readonly GrafanaDashboard[] {
  const { slo, modelSlo, models, experiments, modelCache, cluster, backups } = parts;
  const { traces, containers, elasticsearch, elasticsearchSnapshots, logs } = parts;
  return [
    overviewDashboard(),
    sloDashboard({ slo }),
    apmDashboard(),
    performanceDashboard({ containers }),
    modelsDashboard({ enabled: models, slo: modelSlo }),
    experimentsDashboard({ enabled: experiments }),
    modelCacheDashboard({ enabled: modelCache }),
    postgresDashboard(),
    pgBouncerDashboard(),
    redisDashboard({ cluster }),
    backupsDashboard({ enabled: backups }),
    elasticsearchDashboard({ enabled: elasticsearch, snapshots: elasticsearchSnapshots }),
    tracesDashboard({ enabled: traces }),
    logsDashboard({ enabled: logs }),
  ];
}
