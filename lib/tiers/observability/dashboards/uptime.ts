/** Panels of the minutes in which the API serves, which the rules of `../rules/uptime` count. */
import type { Input } from '../../../values/expression';
import { str } from '../../../values/texts';
import { MINUTES } from '../rules/uptime';
import { type Panel, stat, timeSeries } from './panels';
import { recorded } from './queries';

const DOWN = recorded('tier:http_down:bool');

/** @param percent of the minutes of thirty days, as promised */
export function uptimePanels(percent: Input<number>): readonly Panel[] {
  return [
    stat({
      title: 'Uptime',
      description: str`Share of the minutes of thirty days in which the API served, and could be reached. Promised: ${percent} %.`,
      unit: 'percentunit',
      decimals: 3,
      targets: [{ expr: `1 - avg_over_time(${DOWN}[30d])`, legend: '{{tier}}' }],
    }),
    stat({
      title: 'Minutes left',
      description: 'That the API may still be down within thirty days. Below 0: the promise is broken.',
      unit: 'short',
      decimals: 1,
      limits: { warning: 10, critical: 0, falling: true },
      targets: [{ expr: str`${MINUTES} * (1 - ${percent} / 100) - sum_over_time(${DOWN}[30d])`, legend: '{{tier}}' }],
    }),
    timeSeries({
      title: 'Down',
      description:
        'Minutes of each hour in which no pod answered, nobody could reach one, or more than 5 % of the requests failed.',
      unit: 'short',
      max: 60,
      targets: [{ expr: `sum_over_time(${DOWN}[1h])`, legend: '{{tier}}' }],
    }),
  ];
}
