import type { Input } from '../../../values/expression';
import { bytes, millicores } from '../../../values/numbers';
import { str } from '../../../values/texts';
import { containerRows } from './containers';
import { type GrafanaDashboard, type Row, dashboard } from './dashboard';
import { RELEASE, RELEASE_PODS, type Target, stat, timeSeries } from './panels';

/** What a release may be given in total. */
export interface ResourceBudget {
  /** Such as `16Gi`. */
  readonly memory: Input<string>;
  /** Such as `16`. */
  readonly cpu: Input<string>;
}

/** What the dashboard of CPU and memory needs. */
export interface ResourcesDashboardSettings {
  /** Whether Prometheus has the metrics of containers and volumes. @default false */
  readonly containers?: Input<boolean>;
  /** What all pods may take, as a line. @default - it is compared with nothing */
  readonly budget?: ResourceBudget;
}

/** What the release is given, and what it uses of that: programs by their own account, and containers where nodes tell. */
export function resourcesDashboard({ containers = false, budget }: ResourcesDashboardSettings = {}): GrafanaDashboard {
  return dashboard({
    id: 'resources',
    title: 'Resources',
    description: 'What the release is given of memory, CPU and volumes, and what it uses of that.',
    rows: [
      {
        title: 'Programs, by their own account',
        panels: [
          timeSeries({
            title: 'Memory of programs',
            description: 'Resident memory of those that tell, by workload. A line that only rises is a leak.',
            unit: 'bytes',
            stacked: true,
            targets: [{ expr: `sum by (job) (process_resident_memory_bytes{${RELEASE}})`, legend: '{{job}}' }],
          }),
          timeSeries({
            title: 'CPU of programs',
            description: 'Cores used by those that tell, by workload.',
            unit: 'short',
            stacked: true,
            targets: [
              {
                expr: `sum by (job) (rate(process_cpu_seconds_total{${RELEASE}}[$__rate_interval]))`,
                legend: '{{job}}',
              },
            ],
          }),
          timeSeries({
            title: 'Open files',
            description: 'Share of those that a process may have open, by workload, of the process that has most.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.7, critical: 0.9 },
            targets: [
              {
                expr: `max by (job) (process_open_fds{${RELEASE}} / process_max_fds{${RELEASE}})`,
                legend: '{{job}}',
              },
            ],
          }),
        ],
      },
      allocation(containers, budget),
      ...containerRows(containers),
    ],
  });
}

/** Limits and requests of pods that run. */
function allocated(kind: 'limits' | 'requests', resource: 'memory' | 'cpu'): string {
  return (
    `sum(kube_pod_container_resource_${kind}{${RELEASE_PODS},resource="${resource}"}` +
    ` and on (namespace, pod) kube_pod_status_phase{${RELEASE_PODS},phase="Running"} == 1)`
  );
}

function allocation(enabled: Input<boolean>, budget: ResourceBudget | undefined): Row {
  const memory = allocated('limits', 'memory');
  const cpu = allocated('requests', 'cpu');
  const of = budget && { memory: bytes(budget.memory), cpu: millicores(budget.cpu) };
  const line = (expr: Input<string>): readonly Target[] => [{ expr, legend: 'budget' }];
  return {
    title: 'Allocated',
    enabled,
    panels: [
      ...(of === undefined
        ? []
        : [
            stat({
              title: 'Memory of the budget',
              description: str`Limits of all containers that run, of ${budget?.memory ?? ''}.`,
              unit: 'percentunit',
              limits: { warning: 0.95, critical: 1 },
              targets: [{ expr: str`${memory} / ${of.memory}` }],
            }),
            stat({
              title: 'Cores of the budget',
              description: str`Requests of all containers that run, of ${budget?.cpu ?? ''} cores.`,
              unit: 'percentunit',
              limits: { warning: 0.95, critical: 1 },
              targets: [{ expr: str`${cpu} / (${of.cpu} / 1000)` }],
            }),
          ]),
      timeSeries({
        title: 'Memory',
        description: 'Of all pods: what they may use, and what they use.',
        unit: 'bytes',
        targets: [
          { expr: memory, legend: 'limits' },
          { expr: `sum(pod:container_memory_working_set_bytes:sum{${RELEASE_PODS}})`, legend: 'used' },
          ...(of === undefined ? [] : line(str`vector(${of.memory})`)),
        ],
      }),
      timeSeries({
        title: 'Cores',
        description: 'Of all pods: what is set aside for them, and what they use.',
        unit: 'short',
        targets: [
          { expr: cpu, legend: 'requests' },
          { expr: `sum(pod:container_cpu_usage_seconds:rate5m{${RELEASE_PODS}})`, legend: 'used' },
          ...(of === undefined ? [] : line(str`vector(${of.cpu} / 1000)`)),
        ],
      }),
    ],
  };
}
