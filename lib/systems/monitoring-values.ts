/** What an operator may set of what every system is watched with. */
import { z } from 'zod';
import { alertmanagerDefaults } from '../tiers/observability/alertmanager';
import { alertmanagerValues } from '../tiers/observability/alertmanager-values';
import { grafanaDefaults } from '../tiers/observability/grafana';
import { grafanaValues } from '../tiers/observability/grafana-values';
import { prometheusDefaults } from '../tiers/observability/prometheus';
import { prometheusValues } from '../tiers/observability/prometheus-values';
import { laptop, section } from './sections';

export const prometheusSection = section(
  'Prometheus, which scrapes every part of the release and evaluates its rules.',
  {
    enabled: z.boolean().default(true).describe('Collect metrics, or have prometheus-operator do so.'),
    ...prometheusValues({
      ...prometheusDefaults,
      storage: { size: '4Gi', storageClassName: null },
      resources: laptop('50m', '512Mi'),
    }),
  },
);

export const alertmanagerSection = section(
  'Alertmanager, which tells people of alerts; without a channel it shows them on its own page.',
  {
    enabled: z
      .boolean()
      .default(true)
      .describe('Take the alerts of Prometheus; not where prometheus-operator is used.'),
    ...alertmanagerValues({ ...alertmanagerDefaults, resources: laptop('10m', '64Mi') }),
  },
);

export const grafanaSection = section('Grafana, with dashboards of every part of the release.', {
  enabled: z.boolean().default(true).describe('Show dashboards, where there is a Prometheus.'),
  ...grafanaValues({ ...grafanaDefaults, resources: laptop('50m', '384Mi') }),
});
