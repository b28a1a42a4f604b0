/** Pods and volumes, as the nodes see them: by the metrics of the system node-agents, or of the cluster's own Prometheus. */
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { AlertingRule, RuleFacts, RuleGroup } from '../rule';
import { claimSelector, podSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** @param enabled whether Prometheus has the metrics of nodes */
export function containerRules(facts: RuleFacts, enabled: Input<boolean>, thresholds: Thresholds): RuleGroup {
  const { memoryPercent, throttledPercent } = { ...thresholdDefaults, ...thresholds };
  const all = podSelector(facts);
  const containers = all('container!="",container!="POD"');
  return {
    name: 'containers',
    enabled,
    rules: [
      {
        record: 'pod:container_cpu_usage_seconds:rate5m',
        expr: str`sum by (namespace, pod) (rate(container_cpu_usage_seconds_total${containers}[5m]))`,
      },
      {
        record: 'pod:container_memory_working_set_bytes:sum',
        expr: str`sum by (namespace, pod) (container_memory_working_set_bytes${containers})`,
      },
      {
        alert: 'PodNotReady',
        expr: str`sum by (namespace, pod) (kube_pod_status_phase${all('phase=~"Pending|Unknown"')}) > 0`,
        for: '15m',
        severity: 'warning',
        summary: '{{ $labels.pod }} does not start',
        description:
          'For a quarter of an hour: no node has room, an image or a volume is missing, or its node is gone.',
      },
      {
        alert: 'ContainerRestarts',
        expr: str`increase(kube_pod_container_status_restarts_total${all()}[15m]) > 3`,
        severity: 'warning',
        summary: 'Container {{ $labels.container }} of {{ $labels.pod }} keeps restarting',
        description: '{{ $value | humanize }} times within a quarter of an hour.',
      },
      {
        alert: 'ContainerOutOfMemory',
        expr: text`
          increase(kube_pod_container_status_restarts_total${all()}[15m]) > 0
            and on (namespace, pod, container)
              kube_pod_container_status_last_terminated_reason${all('reason="OOMKilled"')} == 1
        `,
        severity: 'warning',
        summary: 'Container {{ $labels.container }} of {{ $labels.pod }} was killed for its memory',
        description: 'It reached its limit within the last quarter of an hour.',
      },
      {
        alert: 'ContainerMemoryHigh',
        expr: text`
          sum by (namespace, pod, container) (container_memory_working_set_bytes${containers})
            / sum by (namespace, pod, container) (kube_pod_container_resource_limits${all('resource="memory"')})
            > ${memoryPercent} / 100
        `,
        for: '15m',
        severity: 'warning',
        summary:
          'Container {{ $labels.container }} of {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory',
        description: str`For a quarter of an hour more than ${memoryPercent} % of its limit, at which it is killed.`,
      },
      {
        alert: 'ContainerThrottled',
        expr: text`
          sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total${containers}[5m]))
            / sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total${containers}[5m]))
            > ${throttledPercent} / 100
        `,
        for: '15m',
        severity: 'info',
        summary:
          'Container {{ $labels.container }} of {{ $labels.pod }} is held back {{ $value | humanizePercentage }} of the time',
        description: str`For a quarter of an hour more than ${throttledPercent} %: its CPU limit makes it slow.`,
      },
      ...volumes(facts, thresholds),
    ],
  };
}

function volumes(facts: RuleFacts, thresholds: Thresholds): readonly AlertingRule[] {
  const { volumePercent } = { ...thresholdDefaults, ...thresholds };
  const all = claimSelector(facts);
  const used = str`1 - kubelet_volume_stats_available_bytes${all()} / kubelet_volume_stats_capacity_bytes${all()}`;
  return [
    {
      alert: 'VolumeFull',
      expr: str`${used} > 0.95`,
      for: '1m',
      severity: 'critical',
      summary: 'The volume {{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full',
      description: 'What writes to it stops when nothing is left.',
    },
    {
      alert: 'VolumeFilling',
      expr: str`${used} > ${volumePercent} / 100`,
      for: '15m',
      severity: 'warning',
      summary: 'The volume {{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full',
      description: str`For a quarter of an hour more than ${volumePercent} %.`,
    },
    {
      alert: 'VolumeFullWithinDays',
      expr: text`
        predict_linear(kubelet_volume_stats_available_bytes${all()}[6h], 4 * 86400) < 0
          and kubelet_volume_stats_available_bytes${all()} / kubelet_volume_stats_capacity_bytes${all()} < 0.4
      `,
      for: '1h',
      severity: 'warning',
      summary: 'The volume {{ $labels.persistentvolumeclaim }} will be full within four days',
      description: 'As it has filled for six hours. Less than 40 % are free.',
    },
    {
      alert: 'VolumeInodes',
      expr: str`kubelet_volume_stats_inodes_free${all()} / (kubelet_volume_stats_inodes${all()} > 0) < 0.05`,
      for: '15m',
      severity: 'warning',
      summary:
        'The volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its inodes left',
      description: 'Without inodes no file can be made, however many bytes are free.',
    },
  ];
}
