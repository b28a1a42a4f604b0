/** Panels of a dashboard of Kibana, in the form that Lens saves them in. */
import type { JsonMap } from './dashboards/json';

/** The data view that all panels ask. */
export const DATA_VIEW = 'logs';
const LAYER = 'layer';
/** Versions of the forms below; newer Kibanas bring them up to date as they import them. */
const VERSIONS = { coreMigrationVersion: '8.8.0', typeMigrationVersion: '8.9.0' };

export interface LensPanel {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What is counted, by KQL. @default - all */
  readonly query?: string;
  readonly columns: readonly Column[];
  readonly shape: 'bars' | 'lines' | 'table' | 'number';
}

/** How lines become a number, or groups. */
export type Column =
  | { readonly over: 'time' }
  | { readonly top: number; readonly of: string; readonly label: string }
  | { readonly count: string }
  | { readonly percentile: number; readonly of: string; readonly label: string };

/** What Kibana imports. */
export interface SavedObject extends JsonMap {
  readonly type: string;
  readonly id: string;
}

export function lens({ id, title, description, query = '', columns, shape }: LensPanel): SavedObject {
  const named = Object.fromEntries(columns.map((column) => [nameOf(column), columnOf(column, columns)]));
  return {
    type: 'lens',
    id,
    ...VERSIONS,
    attributes: {
      title,
      description,
      visualizationType: { bars: 'lnsXY', lines: 'lnsXY', table: 'lnsDatatable', number: 'lnsMetric' }[shape],
      state: {
        datasourceStates: {
          formBased: {
            layers: { [LAYER]: { columnOrder: Object.keys(named), columns: named, incompleteColumns: {} } },
          },
        },
        visualization: visualization(shape, columns),
        query: { query, language: 'kuery' },
        filters: [],
      },
    },
    references: [{ type: 'index-pattern', id: DATA_VIEW, name: `indexpattern-datasource-layer-${LAYER}` }],
  };
}

function nameOf(column: Column): string {
  if ('over' in column) return 'time';
  if ('top' in column) return column.of;
  return 'number';
}

function columnOf(column: Column, all: readonly Column[]): JsonMap {
  if ('over' in column) {
    return {
      label: '@timestamp',
      dataType: 'date',
      operationType: 'date_histogram',
      sourceField: '@timestamp',
      isBucketed: true,
      scale: 'interval',
      params: { interval: 'auto', includeEmptyRows: true },
    };
  }
  if ('top' in column) {
    const number = all.find((other) => !isGroup(other));
    return {
      label: column.label,
      customLabel: true,
      dataType: 'string',
      operationType: 'terms',
      sourceField: column.of,
      isBucketed: true,
      scale: 'ordinal',
      params: {
        size: column.top,
        orderBy: number === undefined ? { type: 'alphabetical' } : { type: 'column', columnId: nameOf(number) },
        orderDirection: 'desc',
        otherBucket: true,
        missingBucket: false,
      },
    };
  }
  const common = { dataType: 'number', isBucketed: false, scale: 'ratio', customLabel: true };
  return 'count' in column
    ? { label: column.count, ...common, operationType: 'count', sourceField: '___records___' }
    : {
        label: column.label,
        ...common,
        operationType: 'percentile',
        sourceField: column.of,
        params: { percentile: column.percentile },
      };
}

function isGroup(column: Column): boolean {
  return 'over' in column || 'top' in column;
}

function visualization(shape: LensPanel['shape'], columns: readonly Column[]): JsonMap {
  const layer = { layerId: LAYER, layerType: 'data' };
  const number = columns.filter((column) => !isGroup(column)).map(nameOf);
  if (shape === 'number') return { ...layer, metricAccessor: number[0] };
  if (shape === 'table') return { ...layer, columns: columns.map((column) => ({ columnId: nameOf(column) })) };
  const split = columns.find((column) => 'top' in column);
  const seriesType = shape === 'bars' ? 'bar_stacked' : 'line';
  return {
    legend: { isVisible: true, position: 'right' },
    preferredSeriesType: seriesType,
    layers: [
      {
        ...layer,
        seriesType,
        xAccessor: 'time',
        accessors: number,
        splitAccessor: split && nameOf(split),
      },
    ],
  };
}
