import type { Input } from '../../../values/expression';
import { OWN_CLUSTERS } from '../../ml/inference-gateway-routes';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, timeSeries } from './panels';

/** What is of an experiment: models by themselves are not. */
const VARIANTS = `${RELEASE},variant!~"${Object.values(OWN_CLUSTERS).join('|')}"`;
const LEGEND = '{{model}}/{{variant}}';

const requests = `variant:gateway_requests:rate5m{${VARIANTS}}`;
const inHours = `sum by (model, variant) (increase(envoy_cluster_upstream_rq_total{${VARIANTS}}[6h]))`;

/** Experiments: the variants of a model side by side. What they promise is what the alerts hold them to. */
export function experimentsDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'experiments',
    title: 'Experiments',
    description: 'The variants of a model side by side. To promote one, set `promoted` of the experiment.',
    since: '6h',
    enabled,
    rows: [
      {
        height: 10,
        panels: [
          timeSeries({
            title: 'Share',
            description:
              'Of the requests for a model that a variant answers. It follows the weights where each client asks alike.',
            unit: 'percentunit',
            max: 1,
            targets: [
              {
                expr: `sum by (model, variant) (${requests}) / on (model) group_left () sum by (model) (${requests})`,
                legend: LEGEND,
              },
            ],
          }),
          timeSeries({
            title: 'Error rate',
            description: 'Share of requests that ended in an error of the server, or for want of one.',
            unit: 'percentunit',
            targets: [{ expr: `variant:gateway_errors:ratio_rate5m{${VARIANTS}}`, legend: LEGEND }],
          }),
          timeSeries({
            title: 'P95',
            description:
              'Ninety-five of a hundred answers take no longer. The target is that of the server of each variant.',
            unit: 's',
            targets: [
              { expr: `variant:gateway_duration_seconds:p95_5m{${VARIANTS}}`, legend: LEGEND },
              { expr: `server:latency_target_seconds:constant{${RELEASE}}`, legend: 'target of {{server}}' },
            ],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Requests',
            description: 'Answered each second, whatever the answer.',
            unit: 'reqps',
            stacked: true,
            targets: [{ expr: requests, legend: LEGEND }],
          }),
          timeSeries({
            title: 'Requests in six hours',
            description:
              'How much there is to compare. A difference of a few requests in a hundred needs some thousands.',
            unit: 'short',
            targets: [{ expr: inHours, legend: LEGEND }],
          }),
          timeSeries({
            title: 'P50',
            description: 'Half of the answers take no longer.',
            unit: 's',
            targets: [{ expr: `variant:gateway_duration_seconds:p50_5m{${VARIANTS}}`, legend: LEGEND }],
          }),
        ],
      },
    ],
  });
}
