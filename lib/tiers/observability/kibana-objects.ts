/** What the Job imports into Kibana: a data view, searches and a dashboard of logs. */
import type { Input } from '../../values/expression';
import { str } from '../../values/texts';
import { LOGS } from './elasticsearch-objects';
import { DATA_VIEW, type LensPanel, type SavedObject, lens } from './kibana-lens';

const VERSIONS = { coreMigrationVersion: '8.8.0' };
const SEARCH_SOURCE = 'kibanaSavedObjectMeta.searchSourceJSON.index';
const ERRORS = 'log.level: (error or critical or fatal or panic)';
/** The grid of a dashboard. */
const WIDTH = 48;
const HEIGHTS = { number: 7, chart: 12, table: 14, search: 20 };

const numbers: readonly LensPanel[] = [
  {
    id: 'logs-lines',
    title: 'Lines',
    description: 'All that was logged.',
    columns: [{ count: 'lines' }],
    shape: 'number',
  },
  {
    id: 'logs-errors',
    title: 'Errors',
    description: 'Lines of a level from error on.',
    query: ERRORS,
    columns: [{ count: 'errors' }],
    shape: 'number',
  },
  {
    id: 'logs-failed-requests',
    title: 'Failed requests',
    description: 'Answered with 5xx, as nginx and the API logged them.',
    query: 'http.response.status_code >= 500',
    columns: [{ count: 'requests' }],
    shape: 'number',
  },
  {
    id: 'logs-not-understood',
    title: 'Not understood',
    description: 'Lines that no pipeline could take apart, or that were refused as they were. They are kept whole.',
    query: 'tags: (unparsed or rejected)',
    columns: [{ count: 'lines' }],
    shape: 'number',
  },
];

const charts: readonly LensPanel[] = [
  {
    id: 'logs-by-tier',
    title: 'Lines by tier',
    description: 'Who logs how much.',
    columns: [{ top: 10, of: 'labels.tier', label: 'tier' }, { over: 'time' }, { count: 'lines' }],
    shape: 'bars',
  },
  {
    id: 'logs-by-level',
    title: 'Lines by level',
    description: 'How urgent what is logged is.',
    columns: [{ top: 8, of: 'log.level', label: 'level' }, { over: 'time' }, { count: 'lines' }],
    shape: 'bars',
  },
  {
    id: 'logs-response-time',
    title: 'Response time',
    description: 'Of 95 % of the requests, in seconds, by tier.',
    query: 'http.seconds: *',
    columns: [
      { top: 5, of: 'labels.tier', label: 'tier' },
      { over: 'time' },
      { percentile: 95, of: 'http.seconds', label: 'seconds' },
    ],
    shape: 'lines',
  },
  {
    id: 'logs-slow-statements',
    title: 'Slow statements',
    description: 'Milliseconds of 95 % of the statements that PostgreSQL logged as slow.',
    query: 'postgres.milliseconds: *',
    columns: [{ over: 'time' }, { percentile: 95, of: 'postgres.milliseconds', label: 'milliseconds' }],
    shape: 'lines',
  },
];

const tables: readonly LensPanel[] = [
  {
    id: 'logs-errors-by-pod',
    title: 'Errors by pod',
    description: 'Which pods log most errors.',
    query: ERRORS,
    columns: [{ top: 10, of: 'kubernetes.pod.name', label: 'pod' }, { count: 'errors' }],
    shape: 'table',
  },
  {
    id: 'logs-failed-paths',
    title: 'Failed paths',
    description: 'Paths that were answered with 5xx most often.',
    query: 'http.response.status_code >= 500',
    columns: [{ top: 10, of: 'url.path', label: 'path' }, { count: 'requests' }],
    shape: 'table',
  },
];

/** @param jaegerUrl where a browser finds Jaeger: `trace.id` becomes a link there */
export function savedObjects(jaegerUrl: Input<string>): readonly SavedObject[] {
  return [
    dataView(jaegerUrl),
    search('logs-latest', 'All lines', ''),
    search('logs-latest-errors', 'Errors, newest first', ERRORS),
    ...[...numbers, ...charts, ...tables].map(lens),
    dashboard(),
  ];
}

function dataView(jaegerUrl: Input<string>): SavedObject {
  return {
    type: 'index-pattern',
    id: DATA_VIEW,
    ...VERSIONS,
    typeMigrationVersion: '8.0.0',
    attributes: {
      title: LOGS,
      name: 'Logs',
      timeFieldName: '@timestamp',
      fieldFormatMap: str`{"trace.id":{"id":"url","params":{"urlTemplate":"${jaegerUrl}/trace/{{value}}","labelTemplate":"{{value}}"}}}`,
    },
    references: [],
  };
}

function search(id: string, title: string, query: string): SavedObject {
  return {
    type: 'search',
    id,
    ...VERSIONS,
    typeMigrationVersion: '8.0.0',
    attributes: {
      title,
      description: '',
      columns: ['labels.tier', 'kubernetes.pod.name', 'log.level', 'message', 'trace.id'],
      sort: [['@timestamp', 'desc']],
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query, language: 'kuery' },
          filter: [],
          indexRefName: SEARCH_SOURCE,
        }),
      },
    },
    references: [{ type: 'index-pattern', id: DATA_VIEW, name: SEARCH_SOURCE }],
  };
}

interface Placed {
  readonly type: 'lens' | 'search';
  readonly id: string;
  readonly place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** Panels in rows of so many, which share the width. */
function rows(panels: readonly LensPanel[], perRow: number, h: number, top: number): readonly Placed[] {
  const w = WIDTH / perRow;
  return panels.map(({ id }, index) => ({
    type: 'lens',
    id,
    place: { x: (index % perRow) * w, y: top + Math.floor(index / perRow) * h, w, h },
  }));
}

function dashboard(): SavedObject {
  const chartsAt = HEIGHTS.number;
  const tablesAt = chartsAt + 2 * HEIGHTS.chart;
  const panels: readonly Placed[] = [
    ...rows(numbers, 4, HEIGHTS.number, 0),
    ...rows(charts, 2, HEIGHTS.chart, chartsAt),
    ...rows(tables, 2, HEIGHTS.table, tablesAt),
    {
      type: 'search',
      id: 'logs-latest-errors',
      place: { x: 0, y: tablesAt + HEIGHTS.table, w: WIDTH, h: HEIGHTS.search },
    },
  ];
  return {
    type: 'dashboard',
    id: 'logs',
    ...VERSIONS,
    typeMigrationVersion: '8.9.0',
    attributes: {
      title: 'Logs',
      description: 'What the tiers log: how much, how urgent, and what fails.',
      panelsJSON: JSON.stringify(
        panels.map(({ type, place }, index) => ({
          type,
          panelIndex: `${index}`,
          gridData: { ...place, i: `${index}` },
          embeddableConfig: {},
          panelRefName: `panel_${index}`,
        })),
      ),
      optionsJSON: JSON.stringify({ useMargins: true, syncColors: false, hidePanelTitles: false }),
      timeRestore: true,
      timeFrom: 'now-3h',
      timeTo: 'now',
      version: 1,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
    },
    references: panels.map(({ type, id }, index) => ({ type, id, name: `${index}:panel_${index}` })),
  };
}
