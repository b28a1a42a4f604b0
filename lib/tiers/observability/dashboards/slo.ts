import type { Input } from '../../../values/expression';
import { str } from '../../../values/texts';
import { type Slo, sloDefaults } from '../rules/thresholds';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { type Panel, type Target, stat, timeSeries } from './panels';
import { recorded } from './queries';

export interface SloDashboardSettings {
  /** What the API promises. @default - sloDefaults */
  readonly slo?: Slo;
}

/** A request that counts against an objective: one that failed, or one that was slow. */
type Kind = 'errors' | 'slow';

const WINDOWS = ['5m', '1h', '6h', '1d', '3d'] as const;

/** How much of what the API may fail at is gone, and how fast it goes. */
export function sloDashboard({ slo = {} }: SloDashboardSettings = {}): GrafanaDashboard {
  const { availabilityPercent, latencyPercent, latencySeconds } = { ...sloDefaults, ...slo };
  return dashboard({
    id: 'slo',
    title: 'SLO',
    description: 'How much of what the API may fail at is gone, and how fast it goes.',
    since: '24h',
    rows: [
      {
        height: 5,
        panels: [
          ratio(
            'Availability',
            str`Share of requests that did not fail, in three days. Promised: ${availabilityPercent} %.`,
            'errors',
          ),
          budget('Error budget', 'errors', availabilityPercent),
          ratio(
            'In time',
            str`Share of requests answered within ${latencySeconds} s, in three days. Promised: ${latencyPercent} %.`,
            'slow',
          ),
          budget('Latency budget', 'slow', latencyPercent),
        ],
      },
      {
        panels: [
          burn('Burn rate: errors', 'errors', availabilityPercent),
          burn('Burn rate: slow requests', 'slow', latencyPercent),
        ],
      },
      {
        panels: [
          share('Failed requests', 'Share of requests answered with 5xx, within an hour.', 'errors'),
          share(
            'Slow requests',
            str`Share of requests that took longer than ${latencySeconds} s, within an hour.`,
            'slow',
          ),
        ],
      },
    ],
  });
}

function series(kind: Kind, window: (typeof WINDOWS)[number]): string {
  return recorded(`tier:http_requests_${kind}:ratio_rate${window}`);
}

function ratio(title: string, description: Input<string>, kind: Kind): Panel {
  return stat({
    title,
    description,
    unit: 'percentunit',
    decimals: 3,
    targets: [{ expr: `1 - ${series(kind, '3d')}`, legend: '{{tier}}' }],
  });
}

/** Of thirty days, every hour of which counts alike, however much was asked. */
function budget(title: string, kind: Kind, percent: Input<number>): Panel {
  return stat({
    title,
    description: 'What is left of it for thirty days. Below 0 %: the promise is broken.',
    unit: 'percentunit',
    limits: { warning: 0.25, critical: 0, falling: true },
    targets: [
      {
        expr: str`1 - avg_over_time(${series(kind, '1h')}[30d:1h]) / (1 - ${percent} / 100)`,
        legend: '{{tier}}',
      },
    ],
  });
}

function burn(title: string, kind: Kind, percent: Input<number>): Panel {
  return timeSeries({
    title,
    description:
      'How many times as fast as allowed the budget goes, by the window looked at. At 14.4 somebody is woken.',
    unit: 'short',
    limits: { warning: 1, critical: 14.4 },
    targets: WINDOWS.map((window): Target => ({
      expr: str`${series(kind, window)} / (1 - ${percent} / 100)`,
      legend: window,
    })),
  });
}

function share(title: string, description: Input<string>, kind: Kind): Panel {
  return timeSeries({
    title,
    description,
    unit: 'percentunit',
    targets: [{ expr: series(kind, '1h'), legend: '{{tier}}' }],
  });
}
