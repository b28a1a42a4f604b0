/** Panels of a dashboard, and where they stand. */
import type { Input } from '../../../values/expression';
import type { JsonMap } from './json';
import type { Query, StatPanel, TimeSeriesPanel } from './sdk';

/** By this the dashboards refer to Prometheus. */
export const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' } as const;

/** Series of this release, whatever else the Prometheus that is asked has scraped. To stand within braces. */
export const RELEASE = 'namespace=~"$namespace",release="$release"';
/** Of these, those of Redis that holds what the product keeps. */
export const REDIS = `${RELEASE},component!="ml-serving"`;
/** Those of Redis that holds models. */
export const MODEL_CACHE = `${RELEASE},component="ml-serving"`;
/** Series of containers and volumes, which have no release, of the pods of this one. */
export const RELEASE_PODS = 'namespace=~"$namespace",pod=~"$release-.*"';

export interface Target {
  /** PromQL. */
  readonly expr: Input<string>;
  /** Name of the series, such as `{{pod}}`. @default - all of its labels */
  readonly legend?: string;
}

/** How Grafana prints a number, such as `s`, `percentunit`, `bytes`. */
type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'Bps' | 'reqps' | 'ops' | 'cps' | 'dateTimeFromNow' | 'none';

interface Settings {
  readonly title: string;
  /** What it shows, and what to make of it: the panel's help. */
  readonly description: Input<string>;
  readonly targets: readonly Target[];
  readonly unit: Unit;
  /** Green, from the first orange, from the second red; the other way round where less is worse. @default - none */
  readonly limits?: Limits;
}

export interface Limits {
  readonly warning: Input<number>;
  readonly critical: Input<number>;
  /** Less is worse. @default false */
  readonly falling?: boolean;
}

export interface TimeSeriesSettings extends Settings {
  /** Areas on top of each other, where they add up to something. @default false */
  readonly stacked?: boolean;
  /** Top of the scale. @default - what the series need */
  readonly max?: number;
  /** Shows traces that the series come of, as points. @default false */
  readonly exemplars?: boolean;
}

export interface StatSettings extends Settings {
  /** Digits behind the point. @default - as many as tell something */
  readonly decimals?: number;
}

/** A panel that has no place yet. */
export interface Panel extends JsonMap {
  readonly type: 'timeseries' | 'stat';
}

/** A panel of series over time. */
export function timeSeries(settings: TimeSeriesSettings): Panel {
  const { limits, stacked = false, max } = settings;
  return {
    type: 'timeseries',
    ...head(settings),
    fieldConfig: {
      defaults: {
        unit: settings.unit,
        min: 0,
        max,
        color: { mode: 'palette-classic' },
        thresholds: limits && thresholds(limits),
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: stacked ? 25 : 8,
          showPoints: 'never',
          spanNulls: false,
          stacking: stacked ? { mode: 'normal', group: 'A' } : undefined,
          thresholdsStyle: limits && { mode: 'dashed' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  } satisfies TimeSeriesPanel;
}

/** A panel of one number. */
export function stat(settings: StatSettings): Panel {
  const { decimals, limits } = settings;
  return {
    type: 'stat',
    ...head(settings),
    fieldConfig: {
      defaults: {
        unit: settings.unit,
        decimals,
        color: { mode: limits ? 'thresholds' : 'fixed', fixedColor: limits ? undefined : 'blue' },
        thresholds: limits && thresholds(limits),
      },
      overrides: [],
    },
    options: {
      graphMode: 'area',
      colorMode: 'value',
      justifyMode: 'auto',
      textMode: 'auto',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'] },
    },
  } satisfies StatPanel;
}

function head({ title, description, targets, exemplars }: Settings & Pick<TimeSeriesSettings, 'exemplars'>) {
  return {
    title,
    description,
    datasource: PROMETHEUS,
    targets: targets.map(({ expr, legend }, index): Query => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      expr,
      legendFormat: legend,
      exemplar: exemplars,
    })),
  };
}

function thresholds({ warning, critical, falling = false }: Limits) {
  const [first, last] = falling ? ['red', 'green'] : ['green', 'red'];
  const [low, high] = falling ? [critical, warning] : [warning, critical];
  return {
    mode: 'absolute' as const,
    steps: [
      { value: null, color: first },
      { value: low, color: 'orange' },
      { value: high, color: last },
    ],
  };
}
