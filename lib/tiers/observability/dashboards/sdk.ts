/**
 * Grafana's own types for what dashboards hold, from its Foundation SDK. Types alone: the package is large and slow to load,
 * and is needed to develop this project, not to use it.
 */
import type {
  defaultDashboard,
  FieldConfigSource,
  Panel,
  VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Options as StatOptions } from '@grafana/grafana-foundation-sdk/stat';
import type {
  FieldConfig as TimeSeriesField,
  Options as TimeSeriesOptions,
} from '@grafana/grafana-foundation-sdk/timeseries';
import type { Input } from '../../../values/expression';

/**
 * The type with expressions for texts and numbers, and enums as the texts that they stand for, so that nothing of the SDK
 * is left at run time. What the SDK leaves open is closed.
 */
type Typed<T> = 0 extends 1 & T
  ? never
  : T extends string
    ? string extends T
      ? Input<string>
      : `${T}`
    : T extends number
      ? number extends T
        ? Input<number>
        : T
      : T extends (...parameters: never[]) => unknown
        ? never
        : T extends readonly (infer E)[]
          ? readonly Typed<E>[]
          : T extends object
            ? { readonly [K in keyof T]: Typed<T[K]> | undefined }
            : T;

type PanelOf<Type extends string, Options, Custom> = Omit<
  Typed<Panel>,
  'id' | 'gridPos' | 'type' | 'options' | 'targets' | 'fieldConfig'
> & {
  readonly type: Type;
  readonly options: Typed<Options>;
  readonly targets: readonly Query[];
  readonly fieldConfig: Omit<Typed<FieldConfigSource>, 'defaults'> & {
    readonly defaults: Omit<Typed<FieldConfigSource['defaults']>, 'custom' | 'mappings'> & {
      readonly custom?: Typed<Custom>;
    };
  };
};

export type Query = Omit<Typed<Dataquery>, '_implementsDataqueryVariant'>;
export type TimeSeriesPanel = PanelOf<'timeseries', TimeSeriesOptions, TimeSeriesField>;
export type StatPanel = PanelOf<'stat', StatOptions, never>;
export type Variable = Typed<VariableModel>;
/** A dashboard but for its panels, in the format that Grafana reads from files. */
export type DashboardModel = Omit<Typed<ReturnType<typeof defaultDashboard>>, 'panels'>;
