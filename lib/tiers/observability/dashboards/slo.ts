import type { Input } from '../../../values/expression';
import { str } from '../../../values/texts';
import { type NamedObjective, type Slo, latencyObjectives, sloDefaults } from '../rules/thresholds';
import { type GrafanaDashboard, type Row, dashboard } from './dashboard';
import { RELEASE, type Panel, type Target, stat, timeSeries } from './panels';
import { recorded } from './queries';
import { uptimePanels } from './uptime';

export interface SloDashboardSettings {
  /** What the API promises. @default - sloDefaults */
  readonly slo?: Slo;
}

/** The recorded share of requests that count against an objective, by its window. */
type Series = (window: (typeof WINDOWS)[number]) => string;

const WINDOWS = ['5m', '1h', '6h', '1d', '3d'] as const;

/** Requests that failed. */
const errors: Series = (window) => recorded(`tier:http_requests_errors:ratio_rate${window}`);

/** Requests that were slow, by one of several objectives. */
function slow({ name }: NamedObjective): Series {
  const labels = name === undefined ? RELEASE : `${RELEASE},objective="${name}"`;
  return (window) => `tier:http_requests_slow:ratio_rate${window}{${labels}}`;
}

/** How much of what the API may fail at is gone, and how fast it goes. */
export function sloDashboard({ slo = {} }: SloDashboardSettings = {}): GrafanaDashboard {
  const { availabilityPercent, uptimePercent } = { ...sloDefaults, ...slo };
  const latency = latencyObjectives(slo);
  const titled = (title: string, { name }: NamedObjective): string =>
    name === undefined ? title : `${title}: ${name.toUpperCase()}`;
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
            errors,
          ),
          budget('Error budget', errors, availabilityPercent),
          ...latency.flatMap((objective) => [
            ratio(
              titled('In time', objective),
              str`Share of requests answered within ${objective.seconds} s, in three days. Promised: ${objective.percent} %.`,
              slow(objective),
            ),
            budget(titled('Latency budget', objective), slow(objective), objective.percent),
          ]),
        ],
      },
      ...(uptimePercent === undefined ? [] : [uptime(uptimePercent)]),
      {
        panels: [
          burn('Burn rate: errors', errors, availabilityPercent),
          ...latency.map((objective) =>
            burn(titled('Burn rate: slow requests', objective), slow(objective), objective.percent),
          ),
        ],
      },
      {
        panels: [
          share('Failed requests', 'Share of requests answered with 5xx, within an hour.', errors),
          ...latency.map((objective) =>
            share(
              titled('Slow requests', objective),
              str`Share of requests that took longer than ${objective.seconds} s, within an hour.`,
              slow(objective),
            ),
          ),
        ],
      },
    ],
  });
}

function uptime(percent: Input<number>): Row {
  return { height: 5, panels: uptimePanels(percent) };
}

function ratio(title: string, description: Input<string>, series: Series): Panel {
  return stat({
    title,
    description,
    unit: 'percentunit',
    decimals: 3,
    targets: [{ expr: `1 - ${series('3d')}`, legend: '{{tier}}' }],
  });
}

/** Of thirty days, every hour of which counts alike, however much was asked. */
function budget(title: string, series: Series, percent: Input<number>): Panel {
  return stat({
    title,
    description: 'What is left of it for thirty days. Below 0 %: the promise is broken.',
    unit: 'percentunit',
    limits: { warning: 0.25, critical: 0, falling: true },
    targets: [
      {
        expr: str`1 - avg_over_time(${series('1h')}[30d:1h]) / (1 - ${percent} / 100)`,
        legend: '{{tier}}',
      },
    ],
  });
}

function burn(title: string, series: Series, percent: Input<number>): Panel {
  return timeSeries({
    title,
    description:
      'How many times as fast as allowed the budget goes, by the window looked at. At 14.4 somebody is woken.',
    unit: 'short',
    limits: { warning: 1, critical: 14.4 },
    targets: WINDOWS.map((window): Target => ({
      expr: str`${series(window)} / (1 - ${percent} / 100)`,
      legend: window,
    })),
  });
}

function share(title: string, description: Input<string>, series: Series): Panel {
  return timeSeries({
    title,
    description,
    unit: 'percentunit',
    targets: [{ expr: series('1h'), legend: '{{tier}}' }],
  });
}
