/** A dashboard: what it is called, when it is there, and its panels in rows. */
import { type Expr, type Input, toExpr } from '../../../values/expression';
import { Line, Text } from '../../../values/parts';
import { str, truncate } from '../../../values/texts';
import { when } from '../../../values/tree';
import { type JsonMap, jsonLine } from './json';
import { PROMETHEUS, type Panel } from './panels';
import type { DashboardModel, Variable } from './sdk';

/** A dashboard as Grafana's tier takes it. */
export interface GrafanaDashboard {
  /** Its file, and the beginning of its address. */
  readonly id: string;
  /** What people look for. */
  readonly title: string;
  /** Whether what it shows is there. @default true */
  readonly enabled?: Input<boolean>;
  /** The file. */
  json(facts: DashboardFacts): Text;
}

/** Whose series it shows. */
export interface DashboardFacts {
  readonly instance: Input<string>;
  /** @default - that of every series of the instance */
  readonly namespace?: Input<string> | undefined;
}

/** A dashboard in rows of panels. */
export interface DashboardSettings extends Pick<GrafanaDashboard, 'id' | 'title' | 'enabled'> {
  /** What it shows, in a line. */
  readonly description: string;
  /** From the top; the panels of a row share its width. */
  readonly rows: readonly Row[];
  /** How often it asks again, such as `30s`. @default 1m */
  readonly refresh?: string;
  /** How far it looks back at first, such as `6h`. @default 3h */
  readonly since?: string;
}

export interface Row {
  /** A heading above. @default - none */
  readonly title?: string;
  /** Whether what it shows is there; that of the first row is. @default true */
  readonly enabled?: Input<boolean>;
  /** In units of Grafana's grid, each about 30 pixels. @default 8 */
  readonly height?: number;
  readonly panels: readonly Panel[];
}

/** Columns of Grafana's grid. */
const WIDTH = 24;
/** The version of the format, to which Grafana migrates older ones: that of the Foundation SDK. */
const SCHEMA_VERSION = 42;
/** What Grafana takes as an address at the most. */
const LONGEST_UID = 40;

/**
 * A dashboard of panels in rows. It shows one release, by the hidden variables `$namespace` and `$release`.
 *
 * ```ts
 * const queues = dashboard({
 *   id: 'queues',
 *   title: 'Queues',
 *   description: 'How long work waits.',
 *   rows: [{ panels: [timeSeries({ title: 'Waiting', description: 'Jobs.', unit: 'short', targets: [] })] }],
 * });
 * ```
 */
export function dashboard(settings: DashboardSettings): GrafanaDashboard {
  const { id, title, enabled = true } = settings;
  return { id, title, enabled, json: (facts) => fileOf(settings, facts) };
}

/** A field on each line, and a panel on each line, so that a change shows as one. */
function fileOf(settings: DashboardSettings, facts: DashboardFacts): Text {
  const fields = Object.entries(model(settings, facts));
  return new Text([
    new Line(['{']),
    ...fields.map(([key, value]) => jsonLine(value, `${JSON.stringify(key)}:`, ',')),
    new Line(['"panels":[']),
    ...placed(settings.rows).flatMap(({ panels, enabled }, row) => {
      const lines = new Text(panels.map((panel, index) => jsonLine(panel, row + index === 0 ? '' : ',')));
      return enabled === undefined ? lines.items : (when<Text>(enabled, lines) ?? []);
    }),
    new Line([']}']),
  ]);
}

function model(settings: DashboardSettings, { instance, namespace }: DashboardFacts): DashboardModel {
  return {
    uid: uidOf(settings.id, instance),
    title: settings.title,
    description: settings.description,
    tags: [str`release:${instance}`],
    timezone: 'browser',
    editable: false,
    graphTooltip: 1,
    schemaVersion: SCHEMA_VERSION,
    refresh: settings.refresh ?? '1m',
    time: { from: `now-${settings.since ?? '3h'}`, to: 'now' },
    templating: {
      list: [constant('namespace', namespace ?? '.+'), constant('release', instance)],
    },
    annotations: {
      list: [
        {
          name: 'Critical alerts',
          datasource: PROMETHEUS,
          enable: true,
          iconColor: 'red',
          expr: 'ALERTS{alertstate="firing",severity="critical",release="$release"}',
          titleFormat: '{{alertname}}',
        },
      ],
    },
    links: [
      {
        title: 'Dashboards',
        type: 'dashboards',
        icon: 'external link',
        tooltip: '',
        tags: [str`release:${instance}`],
        asDropdown: true,
        targetBlank: false,
        includeVars: false,
        keepTime: true,
      },
    ],
  };
}

/** The address of a dashboard, `/d/<uid>`, for as long as it exists. */
export function uidOf(id: string, instance: Input<string>): Expr<string> {
  return toExpr(truncate(str`${id}-${instance}`, LONGEST_UID));
}

function constant(name: string, value: Input<string>): Variable {
  return {
    type: 'constant',
    name,
    hide: 2,
    skipUrlSync: true,
    query: value,
    current: { selected: true, text: value, value },
  };
}

interface PlacedRow {
  readonly panels: readonly JsonMap[];
  readonly enabled: Input<boolean> | undefined;
}

/** Panels with their numbers and places: those of a row share its width. Grafana closes the gap that a row leaves. */
function placed(rows: readonly Row[]): readonly PlacedRow[] {
  let [id, y] = [0, 0];
  return rows.map(({ title, enabled, height = 8, panels }) => {
    const result: JsonMap[] = [];
    if (title !== undefined) {
      result.push({ id: ++id, type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: WIDTH, h: 1 } });
      y += 1;
    }
    const w = Math.floor(WIDTH / panels.length);
    panels.forEach((panel, index) => {
      result.push({ id: ++id, gridPos: { x: index * w, y, w, h: height }, ...panel });
    });
    y += height;
    return { panels: result, enabled };
  });
}
