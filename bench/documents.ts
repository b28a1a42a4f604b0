/** docs/performance.md and its plots, as the results have them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  CHART,
  EMISSION,
  HELM_CHART,
  HELM_PLAIN,
  KUSTOMIZE,
  MANY_CHARTS,
  ONE_CHART,
  OURS,
  SIZES,
  TIERS,
  TS_NODE,
} from './contenders';
import { goals, kilobytesPerObject } from './goals';
import { type Axis, type Series, plot } from './plot';
import type { Results } from './measurements';
import { found, pointsOf } from './series';

const COLOURS: readonly (readonly [name: string, light: string, dark: string])[] = [
  [OURS, '#2563eb', '#6ea8fe'],
  [ONE_CHART, '#be185d', '#f687b3'],
  [MANY_CHARTS, '#b91c1c', '#fc8181'],
  [TS_NODE, '#7c3aed', '#b794f4'],
  [HELM_PLAIN, '#b45309', '#f6ad55'],
  [KUSTOMIZE, '#64748b', '#94a3b8'],
  [TIERS, '#0f766e', '#4fd1c5'],
  [HELM_CHART, '#854d0e', '#ecc94b'],
];
const FROM_OBJECTS = [OURS, ONE_CHART, MANY_CHARTS, TS_NODE, HELM_PLAIN, KUSTOMIZE];
const FROM_DESCRIPTION = [TIERS, HELM_CHART, CHART];

const objectsAxis: Axis = { title: 'objects', from: 0, to: 5, label: (value) => value.toLocaleString('en') };

/** The files, by path from the project's folder. */
export function documents(results: Results): ReadonlyMap<string, string> {
  return new Map([
    ['docs/performance.md', document(results)],
    ['docs/performance/time.svg', timePlot(results)],
    ['docs/performance/memory.svg', memoryPlot(results)],
  ]);
}

export function writeDocuments(results: Results, root: string): void {
  for (const [path, content] of documents(results)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function timePlot(results: Results): string {
  const axis: Axis = {
    title: 'seconds of the whole process',
    from: -2,
    to: 3,
    label: (value) => value.toLocaleString('en'),
  };
  const series = COLOURS.map(([name, ...colour]): Series => {
    const points = pointsOf(results, name);
    return {
      name,
      colour,
      points: points.map(({ objects, seconds, ...point }) => ({ x: objects, y: seconds, ...point })),
    };
  });
  return plot('Seconds by number of objects', objectsAxis, axis, series);
}

function memoryPlot(results: Results): string {
  const axis: Axis = { title: 'MB of memory, at most', from: 1, to: 5, label: (value) => value.toLocaleString('en') };
  const series = COLOURS.map(([name, ...colour]): Series => {
    const points = results.measured.filter(({ contender, subject }) => contender === name && /^\d+$/.test(subject));
    return {
      name,
      colour,
      points: points.flatMap(({ subject, megabytes }) =>
        megabytes === undefined ? [] : [{ x: Number(subject), y: megabytes, isExtrapolated: false }],
      ),
    };
  });
  return plot('Memory by number of objects', objectsAxis, axis, series);
}

function document(results: Results): string {
  const { machine, versions, environments, synth } = results;
  const missed = goals.filter((goal) => !goal.measure(results).isMet);
  const shared = environments.phases['one construction'] ?? NaN;
  const evaluations = environments.phases.evaluations ?? NaN;
  const runs = new Set(results.measured.flatMap(({ whole }) => whole?.runs ?? []));
  return `# Performance

\`npm run bench\` measures all of this anew, in one run on one machine, and writes this page, its plots and \`bench/results.json\`. It needs Go, for the tools, and takes half an hour of an idle machine.

Here: ${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.system}, files ${machine.files}; ${Object.entries(
    versions,
  )
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

## Goals

${table(
  ['goal', 'measured', ''],
  goals.map((goal) => {
    const { measured, isMet } = goal.measure(results);
    return [goal.title, measured, isMet ? 'met' : '**missed**'];
  }),
)}
${missed.map(({ title, bound }) => `\n**${title}**: ${bound}\n`).join('')}
## What is compared

The objects are those of an API, a frontend and a worker of this project, again and again, with their ServiceAccounts, Services, ConfigMaps, NetworkPolicies, Deployments, HorizontalPodAutoscalers and PodDisruptionBudgets.

- *${OURS}*: the objects are data; each becomes a KubeObject, and all become files.
- *${ONE_CHART}*, *${MANY_CHARTS}*: the same data, each an ApiObject, and \`app.synth()\`; all in one chart, or a chart for each tier, to 2,000 charts. Compiled.
- *${TS_NODE}*: the first of these by \`npx ts-node\`, as the template of \`cdk8s init\` has it: the compiler is in the process.
- *${HELM_PLAIN}*: the same data, a template for each object that has nothing to compute.
- *${KUSTOMIZE}*: the same data, a file for each tier.
- *${TIERS}*: the tiers are constructed, and their expressions evaluated for the values of one environment. The process loads the code of all systems, whichever it constructs.
- *${HELM_CHART}*: the chart of these tiers, for the same values.
- *${CHART}*: the same tiers, constructed and written as that chart, with all values open. Nothing is set against it, so it is in the tables only.

Each run is a process of its own. A time is the best of ${[...runs].sort((a, b) => a - b).join(', ')} runs; \`bench/results.json\` has the worst too. Whoever has not finished after 300 seconds is stopped, and given no more objects. Only *${MANY_CHARTS}* are extrapolated, beyond 2,000 charts: in a time with ~, work follows the power law of the last two that are measured, and start, loading and reading are those of the last.

*Whole process* is all from its start to its end. *Work* is what it does with objects, until they are written: it begins when the code is loaded and the objects are read. Starting and loading take the same for one object as for all, and only these measurements read objects, as lines of JSON: an app makes its own. So what an object costs is compared by work, between programs that say their phases. Helm and kustomize say none: with them whole processes are compared, start and reading included.

## Time

![Seconds of the whole process by number of objects, both logarithmic](performance/time.svg)

Seconds of the whole process:

${table(
  ['objects', ...SIZES.map((size) => size.toLocaleString('en'))],
  [...FROM_OBJECTS, ...FROM_DESCRIPTION].map((name) => [name, ...SIZES.map((size) => timeOf(results, name, size))]),
)}

${refusals(results)}Of these, microseconds of work for each object, without starting, loading code and reading objects:

${table(
  ['objects', ...SIZES.map((size) => size.toLocaleString('en'))],
  [OURS, ONE_CHART, TIERS, CHART].map((name) => [name, ...SIZES.map((size) => workOf(results, name, size))]),
)}

Microseconds of emission alone, for each object:

${table(
  ['objects', ...SIZES.map((size) => size.toLocaleString('en'))],
  ['emitting', 'JSON.stringify'].map((phase) => [
    phase === 'emitting' ? 'our YAML' : phase,
    ...SIZES.map((size) => {
      const one = found(results, EMISSION, size);
      return one?.phases === undefined ? '' : micro((one.phases[phase] ?? NaN) / one.objects);
    }),
  ]),
)}

## Memory

![Memory by number of objects, both logarithmic](performance/memory.svg)

kB for each object, beyond what the process has with six:

${table(
  ['objects', ...SIZES.slice(2).map((size) => size.toLocaleString('en'))],
  [OURS, ONE_CHART, TS_NODE, HELM_PLAIN, TIERS, HELM_CHART].map((name) => [
    name,
    ...SIZES.slice(2).map((size) =>
      found(results, name, size)?.whole === undefined ? '' : kilobytesPerObject(results, size, name).toFixed(1),
    ),
  ]),
)}

## The systems of this project

Production, seconds of the whole process:

${systemsTable(results)}

All systems and environments, manifests and charts: \`npm run synth\` takes ${synth.ours.best.toFixed(2)} s (at worst ${synth.ours.worst.toFixed(2)} s of ${synth.ours.runs} runs), \`cdk8s synth\` with ts-node ${synth.stock.best.toFixed(2)} s.

## Many environments

A system is constructed once, and evaluated for each environment. ${environments.count} environments of ${environments.system}: ${shared.toFixed(2)} s for one construction and ${evaluations.toFixed(2)} s for all evaluations with their YAML, ${((evaluations * 1000) / environments.count).toFixed(1)} ms each. With a construction for each it is ${(environments.phases['a construction for each'] ?? NaN).toFixed(2)} s.
`;
}

function refusals({ measured }: Results): string {
  const said = measured.flatMap(({ contender, subject, refused }) =>
    refused === undefined ? [] : [`*${contender}* refuses ${Number(subject).toLocaleString('en')}: ${refused}.\n\n`],
  );
  return said.join('');
}

function systemsTable(results: Results): string {
  const systems = [...new Set(results.measured.map(({ subject }) => subject))].filter((subject) => /\D/.test(subject));
  return table(
    ['', ...systems.map((system) => `${system}, ${found(results, OURS, system)?.objects ?? 0} objects`)],
    [...FROM_OBJECTS, ...FROM_DESCRIPTION].map((name) => [
      name,
      ...systems.map((system) => {
        const one = found(results, name, system);
        return one?.whole === undefined ? '' : short(one.whole.best);
      }),
    ]),
  );
}

function timeOf(results: Results, contender: string, size: number): string {
  const { stoppedAfter: stopped, refused } = found(results, contender, size) ?? {};
  if (refused !== undefined) return 'refused';
  const point = pointsOf(results, contender).find(({ objects }) => objects === size);
  if (point === undefined && stopped !== undefined) return `not in ${stopped}`;
  return point === undefined ? '' : `${point.isExtrapolated ? '~' : ''}${short(point.seconds)}`;
}

function workOf(results: Results, contender: string, size: number): string {
  const one = found(results, contender, size);
  return one?.work === undefined ? '' : micro(one.work.best / one.objects);
}

function micro(seconds: number): string {
  return short(seconds * 1e6);
}

/** Three digits. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 4 });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
