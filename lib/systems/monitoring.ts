/** What every system is watched with: Prometheus has Alertmanager tell people, and Grafana shows what it has. */
import type { Construct } from 'constructs';
import type { z } from 'zod';
import { allow } from '../network/connections';
import { conditionOf } from '../objects/conditions';
import { Alertmanager } from '../tiers/observability/alertmanager';
import { Grafana, type GrafanaProps } from '../tiers/observability/grafana';
import { alertmanagerSource } from '../tiers/observability/grafana-configuration';
import type { Prometheus } from '../tiers/observability/prometheus';
import { choose } from '../values/choice';
import { and, or } from '../values/logic';
import type { Values } from '../values/reference';
import { str } from '../values/texts';
import type { alertmanagerSection, grafanaSection, prometheusSection } from './monitoring-values';

type Monitored = Values<
  z.ZodObject<{
    prometheus: typeof prometheusSection;
    alertmanager: typeof alertmanagerSection;
    grafana: typeof grafanaSection;
  }>
>;

/** Alertmanager, where there is a Prometheus that is not the operator's. */
export function addAlertmanager(scope: Construct, { alertmanager }: Monitored, prometheus: Prometheus): Alertmanager {
  const added = new Alertmanager(scope, 'alertmanager', {
    ...alertmanager,
    enabled: and(alertmanager.enabled, conditionOf(prometheus.workload)),
  });
  prometheus.sendAlertsTo(added.receiver);
  return added;
}

interface Shown extends Pick<GrafanaProps, 'dataSources' | 'dashboards'> {
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
}

/** Grafana, where there is a Prometheus, with whichever Alertmanager is told beside `dataSources`. */
export function addGrafana(
  scope: Construct,
  { prometheus: { enabled, operator }, grafana }: Monitored,
  shown: Shown,
): Grafana {
  const { prometheus, alertmanager, dataSources, dashboards } = shown;
  const url = str`http://${operator.alertmanager.host}:${operator.alertmanager.port}`;
  const added = new Grafana(scope, 'grafana', {
    ...grafana,
    enabled: and(grafana.enabled, enabled),
    dataSources: [
      ...dataSources,
      alertmanagerSource(
        choose(operator.enabled, url, alertmanager.url),
        or(operator.enabled, conditionOf(alertmanager)),
      ),
    ],
    dashboards,
  });
  prometheus.allowQueries(added.workload);
  prometheus.allowOperatorsAlertmanager(added.workload);
  for (const endpoint of alertmanager.endpoints) allow(added.workload, endpoint);
  return added;
}
