/** The dashboards that ConfigMaps hold, as Grafana reads them. */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import type { Recorded } from './inventory';

export interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly refresh: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

export interface Question {
  /** Dashboard and panel. */
  readonly at: string;
  /** As Grafana sends it. */
  readonly expr: string;
  readonly legend: string;
}

/** By the name of their files, without `.json`. */
export function dashboardsIn(configMaps: readonly ConfigMap[]): ReadonlyMap<string, Dashboard> {
  const files = configMaps.filter(({ metadata }) => metadata?.name?.includes('-grafana-dashboard-'));
  return new Map(
    files.flatMap(({ data = {} }) =>
      Object.entries(data).map(([file, json]) => [file.replace('.json', ''), JSON.parse(json) as Dashboard]),
    ),
  );
}

/** What all panels ask, with Grafana's variables in place. */
export function questionsOf(dashboards: ReadonlyMap<string, Dashboard>): readonly Question[] {
  return [...dashboards].flatMap(([id, { panels, templating }]) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat = '' }) => ({
        at: `${id}: ${title}`,
        expr: templating.list
          .reduce((text, { name, query }) => text.replaceAll(`$${name}`, query), expr)
          .replaceAll('$__rate_interval', '2m'),
        legend: legendFormat,
      })),
    ),
  );
}

/** The recording rules of the files that Prometheus reads. */
export function recordingRulesIn(configMaps: readonly ConfigMap[]): readonly Recorded[] {
  const files = configMaps.filter(({ metadata }) => metadata?.name?.endsWith('-prometheus-rules'));
  return files.flatMap(({ data = {} }) =>
    Object.values(data).flatMap((file) => {
      const { groups } = parse(file) as { groups: { rules: (Recorded | { alert: string })[] }[] };
      return groups.flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule] : [])));
    }),
  );
}
