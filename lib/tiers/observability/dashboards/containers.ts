/** Containers and volumes of the release, by what kubelets and kube-state-metrics say. */
import type { Input } from '../../../values/expression';
import type { Row } from './dashboard';
import { RELEASE_PODS, timeSeries } from './panels';

/** Claims are named after their volume and their pod. */
const VOLUMES = 'namespace=~"$namespace",persistentvolumeclaim=~".*-$release-.*"';

/** @param enabled whether Prometheus has the metrics of containers and volumes */
export function containerRows(enabled: Input<boolean>): readonly Row[] {
  return [
    {
      title: 'Containers',
      enabled,
      panels: [
        timeSeries({
          title: 'CPU of the request',
          description: 'Share of the CPU set aside, by pod. Around 60 % is what the platform is sized for.',
          unit: 'percentunit',
          targets: [
            {
              expr:
                `sum by (pod) (pod:container_cpu_usage_seconds:rate5m{${RELEASE_PODS}})` +
                ` / sum by (pod) (kube_pod_container_resource_requests{${RELEASE_PODS},resource="cpu"})`,
              legend: '{{pod}}',
            },
          ],
        }),
        timeSeries({
          title: 'Memory of the limit',
          description: 'Share of the memory at which the container is killed, by pod. Around 70 % is as it should be.',
          unit: 'percentunit',
          max: 1,
          limits: { warning: 0.85, critical: 0.95 },
          targets: [
            {
              expr:
                `sum by (pod) (pod:container_memory_working_set_bytes:sum{${RELEASE_PODS}})` +
                ` / sum by (pod) (kube_pod_container_resource_limits{${RELEASE_PODS},resource="memory"})`,
              legend: '{{pod}}',
            },
          ],
        }),
        timeSeries({
          title: 'Throttled',
          description: 'Share of the scheduler periods in which a pod wanted more than its CPU limit.',
          unit: 'percentunit',
          limits: { warning: 0.25, critical: 0.5 },
          targets: [
            {
              expr:
                `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${RELEASE_PODS}}[$__rate_interval]))` +
                ` / sum by (pod) (rate(container_cpu_cfs_periods_total{${RELEASE_PODS}}[$__rate_interval]))`,
              legend: '{{pod}}',
            },
          ],
        }),
      ],
    },
    {
      enabled,
      panels: [
        timeSeries({
          title: 'Volumes',
          description: 'Share of each volume in use.',
          unit: 'percentunit',
          max: 1,
          limits: { warning: 0.8, critical: 0.9 },
          targets: [
            {
              expr:
                `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${VOLUMES}})` +
                ` / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{${VOLUMES}})`,
              legend: '{{persistentvolumeclaim}}',
            },
          ],
        }),
        timeSeries({
          title: 'Network',
          description: 'Bytes that all pods received and sent each second.',
          unit: 'Bps',
          targets: [
            {
              expr: `sum(rate(container_network_receive_bytes_total{${RELEASE_PODS}}[$__rate_interval]))`,
              legend: 'received',
            },
            {
              expr: `sum(rate(container_network_transmit_bytes_total{${RELEASE_PODS}}[$__rate_interval]))`,
              legend: 'sent',
            },
          ],
        }),
        timeSeries({
          title: 'Restarts',
          description: 'Of containers, within the last hour, by pod.',
          unit: 'short',
          limits: { warning: 1, critical: 3 },
          targets: [
            {
              expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${RELEASE_PODS}}[1h])) > 0`,
              legend: '{{pod}}',
            },
          ],
        }),
      ],
    },
  ];
}
