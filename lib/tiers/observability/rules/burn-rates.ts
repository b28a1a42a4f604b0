/** How fast the budget of an objective goes, in four pairs of windows. */
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { AlertingRule } from '../rule';
import type { Selector } from './selector';

/** All windows that an alert or a dashboard asks for. */
export const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
export type Window = (typeof WINDOWS)[number];

/** Two windows, the short one of which lets an alert end soon after the cause has. */
interface Burn {
  readonly long: Window;
  readonly short: Window;
  /** How many times as fast as would use the budget up in 30 days. */
  readonly factor: number;
  readonly for: string;
  /** What is gone of the budget when it fires. */
  readonly gone: string;
}

// https://sre.google/workbook/alerting-on-slos/, table 5-8: 2 % of the budget in an hour, 5 % in six, 10 % in three days.
const FAST: readonly [Burn, Burn] = [
  { long: '1h', short: '5m', factor: 14.4, for: '2m', gone: '2 % in an hour' },
  { long: '6h', short: '30m', factor: 6, for: '15m', gone: '5 % in six hours' },
];
const SLOW: readonly [Burn, Burn] = [
  { long: '1d', short: '2h', factor: 3, for: '1h', gone: '10 % in a day' },
  { long: '3d', short: '6h', factor: 1, for: '3h', gone: '10 % in three days' },
];

export interface Objective {
  /** What alerts are called, before `BurnsFast` and `BurnsSlowly`. */
  readonly alert: string;
  /** The recorded share of requests that do not meet it, within each window: `<series><window>`. */
  readonly series: string;
  readonly all: Selector;
  /** Percent of requests that are to meet it. */
  readonly percent: Input<number>;
  /** Whose requests, such as ` for {{ $labels.model }}`. @default - those of the tier */
  readonly whose?: string;
  /** Labels of the alerts beside `window`. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /** What requests do that do not meet it, such as `end in an error of the server`. */
  readonly what: Input<string>;
}

export function burnAlerts({
  alert,
  series,
  all,
  percent,
  whose = '',
  labels,
  what,
}: Objective): readonly AlertingRule[] {
  const alerts = (burns: readonly Burn[], speed: 'Fast' | 'Slowly', severity: 'critical' | 'warning') =>
    burns.map(({ long, short, factor, for: pending, gone }): AlertingRule => ({
      alert: `${alert}Burns${speed}`,
      expr: text`
          ${series}${long}${all()} > ${factor} * (1 - ${percent} / 100)
            and ${series}${short}${all()} > ${factor} * (1 - ${percent} / 100)
        `,
      for: pending,
      severity,
      labels: { ...labels, window: long },
      summary: str`{{ $value | humanizePercentage }} of the requests${whose} of ${long} ${what}`,
      description: str`The objective is ${percent} % over 30 days. At this pace the budget for it goes ${factor} times as fast as it may: ${gone}.`,
    }));
  return [...alerts(FAST, 'Fast', 'critical'), ...alerts(SLOW, 'Slowly', 'warning')];
}
