/** When each alert fires, and when it is silent: the files beside this one, one for each group of rules, for promtool. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const Moment = z.strictObject({
  /** Minutes or hours since time 0. */
  at: z.string(),
  /** Values by series, in the notation of promtool; each gets the labels of the file. */
  series: z.record(z.string(), z.string()),
});

const Cases = z.strictObject({
  labels: z.string(),
  cases: z.array(
    z.strictObject({
      alert: z.string(),
      /** The one system whose rules differ from those of others so much that it has a case of its own. */
      system: z.string().optional(),
      /** Which of several rules with one name. */
      where: z.string().optional(),
      /** Between two values. */
      interval: z.string().default('1m'),
      /** Between two evaluations. @default - `interval` */
      evaluation: z.string().optional(),
      /** Other groups whose recording rules it uses. */
      needs: z.array(z.string()).default([]),
      fires: Moment,
      silent: Moment.optional(),
    }),
  ),
});

export type AlertCase = z.infer<typeof Cases>['cases'][number];

export interface GroupCases {
  readonly labels: string;
  readonly cases: readonly AlertCase[];
}

/** Tiers with the same alerts: all of Redis, of which those of a cluster are in its file alone, and all servers of models. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  redis: ['redis-cluster'],
  'tensorflow-serving': ['model-servers'],
  torchserve: ['model-servers'],
  onnx: ['model-servers'],
  tensorrt: ['model-servers'],
};
/** The system whose names are in the files. */
const WRITTEN_FOR = 'cluster-ai';
/** What other systems call its tiers. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = { 'conecta-plus': { backend: 'api' } };
/** Alerts that are never silent: that is their purpose. */
export const NEVER_SILENT = ['Watchdog'];

const read = new Map<string, GroupCases>();

export function casesOf(group: string, system = WRITTEN_FOR): GroupCases {
  const key = `${system}/${group}`;
  const cases = read.get(key) ?? readCases(group, system);
  read.set(key, cases);
  return cases;
}

function readCases(group: string, system: string): GroupCases {
  const files = (SHARED[group] ?? [group]).map((file) => casesIn(file, group, system));
  return {
    labels: files.find(({ labels }) => labels !== '')?.labels ?? '',
    cases: own(
      files.flatMap(({ cases }) => cases),
      system,
    ),
  };
}

/** Those of the system's own in the place of those for all. */
function own(cases: readonly AlertCase[], system: string): readonly AlertCase[] {
  const special = cases.filter((each) => each.system === system);
  const replaced = ({ alert, where }: AlertCase): boolean =>
    special.some((each) => each.alert === alert && each.where === where);
  return [...cases.filter((each) => each.system === undefined && !replaced(each)), ...special];
}

function casesIn(file: string, group: string, system: string): GroupCases {
  const path = join(__dirname, `${file}.yaml`);
  if (!existsSync(path)) return { labels: '', cases: [] };
  const names = Object.entries({ [file]: group, [WRITTEN_FOR]: system, ...NAMES[system] });
  return Cases.parse(
    parse(names.reduce((text, [name, other]) => text.replaceAll(name, other), readFileSync(path, 'utf8'))),
  );
}

export interface TestedAlert {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels by which several rules with one name differ. */
const DIFFERING = ['window', 'objective'];

/** Whether a case is one of this alert. */
export function isCaseOf({ alert, labels }: TestedAlert, { alert: tested, where = '' }: AlertCase): boolean {
  const own = DIFFERING.flatMap((label) => (labels[label] === undefined ? [] : [`${label}="${labels[label]}"`]));
  return alert === tested && own.join(',') === where;
}

/** Files for `promtool test rules`, one for each interval of evaluations. @param files of the rules of each group, by its name */
export function promtoolTests(
  group: string,
  alerts: readonly TestedAlert[],
  files: ReadonlyMap<string, string>,
  system = WRITTEN_FOR,
): readonly string[] {
  const { labels, cases } = casesOf(group, system);
  const tested = cases.filter((each) => alerts.some((alert) => isCaseOf(alert, each)));
  const evaluated = ({ interval, evaluation }: AlertCase): string => evaluation ?? interval;
  return [...new Set(tested.map(evaluated))].map((interval) => {
    const alike = tested.filter((each) => evaluated(each) === interval);
    const needed = [group, ...new Set(alike.flatMap(({ needs }) => needs))].map((name) => files.get(name) ?? name);
    const tests = alike.flatMap((each) => [
      moment(
        each,
        each.fires,
        { labels, system },
        alerts.find((alert) => isCaseOf(alert, each)),
      ),
      ...(each.silent === undefined ? [] : [moment(each, each.silent, { labels, system }, undefined)]),
    ]);
    return stringify({ rule_files: needed, evaluation_interval: interval, tests }, { lineWidth: 0 });
  });
}

function moment(
  { alert, where, interval }: AlertCase,
  { at, series }: z.infer<typeof Moment>,
  { labels, system }: { readonly labels: string; readonly system: string },
  fires: TestedAlert | undefined,
): unknown {
  const selected = [`alertname="${alert}"`, 'alertstate="firing"', ...(where === undefined ? [] : [where])].join(',');
  const identity = 'alertname, namespace, release, severity';
  return {
    name: `${alert} ${where ?? ''} ${fires === undefined ? 'is silent' : 'fires'}`,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({
      series: withLabels(name, labels),
      values,
    })),
    promql_expr_test: [
      {
        expr: `max by (${identity}) (ALERTS{${selected}})`,
        eval_time: at,
        exp_samples:
          fires === undefined
            ? []
            : [
                {
                  labels: `{alertname="${alert}",namespace="${system}",release="${system}",severity="${fires.labels.severity ?? ''}"}`,
                  value: 1,
                },
              ],
      },
    ],
  };
}

/** The labels of the file after the series' own, which win. */
function withLabels(series: string, labels: string): string {
  const [, name = series, own = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  const given = [...own.matchAll(/(\w+)="/g)].map(([, label]) => label);
  const others = labels.split(',').filter((label) => !given.includes(label.split('=')[0] ?? ''));
  return `${name}{${[own, ...others].filter((part) => part !== '').join(',')}}`;
}
