/** Who writes manifests, and how each is called. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Measured } from './measurements';
import type { Command } from './run';

/** What a contender reads and where it writes: a folder that programs/prepare.ts has filled. */
export interface Task {
  readonly subject: string;
  /** The name of the system, which is that of its chart. */
  readonly system: string;
  readonly folder: string;
}

export interface Contender {
  readonly name: string;
  /** What it starts from: objects as data, or the description of a system with values. */
  readonly from: 'objects' | 'description';
  /** Numbers of objects that it is given, until it does not finish; beyond the largest, its time is extrapolated. */
  readonly sizes: readonly number[];
  /**
   * The folder below the task's that it writes into, with its phases on its standard output.
   * @default - it writes the objects to its standard output
   */
  readonly into?: string;
  /** What it says to what is too much for it. @default - it takes all that it has time for */
  readonly refusal?: RegExp;
  command(task: Task): Command;
}

export const SIZES = [6, 600, 6000, 30_000, 100_000] as const;

/** The programs of this folder. Their heap may grow as far as the largest size asks for. */
const HEAP = '--max-old-space-size=12288';

export function node(program: string, ...args: readonly string[]): Command {
  return { program: process.execPath, args: [HEAP, '-r', './scripts/register', `bench/programs/${program}`, ...args] };
}

/** Of those, the first that is there. */
export function toolOf(...names: readonly string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.find((name) => folders.some((folder) => isProgram(join(folder, name))));
  if (found === undefined)
    throw new Error(`${names.join(' or ')} is not on the PATH; run \`npm run bench\`, which builds what is missing.`);
  return found;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const HELM = 'helm4';

/** kubectl has kustomize built in; where there is no kubectl, kustomize itself. */
export const kustomize = (): string => toolOf('kubectl', 'kustomize');

/** MaxDecompressedChartSize, 100 MiB: https://github.com/helm/helm/blob/main/pkg/chart/loader/archive/archive.go */
const CHART_TOO_LARGE = /chart exceeds maximum decompressed size of \d+ bytes/;

const helm = (chart: string, { system, folder }: Task, ...values: readonly string[]): Command => ({
  program: HELM,
  args: ['template', system, join(folder, chart), '--namespace', system, ...values],
});

const stock = (charts: 'one' | 'many', { folder }: Task): readonly string[] => [
  charts,
  join(folder, 'objects.jsonl'),
  join(folder, 'stock'),
];

export const OURS = 'ours';
export const ONE_CHART = 'cdk8s, one chart';
export const MANY_CHARTS = 'cdk8s, many charts';
export const TS_NODE = 'cdk8s, one chart, ts-node';
export const HELM_PLAIN = 'helm template, no logic';
export const KUSTOMIZE = 'kubectl kustomize';
export const TIERS = 'ours, tiers with values';
export const HELM_CHART = 'helm template, our chart';
export const CHART = 'ours, the chart itself';
export const EMISSION = 'our YAML, JSON.stringify';

export const contenders: readonly Contender[] = [
  {
    name: OURS,
    from: 'objects',
    sizes: SIZES,
    into: 'ours',
    command: ({ folder }) => node('ours.ts', join(folder, 'objects.jsonl'), folder),
  },
  {
    name: ONE_CHART,
    from: 'objects',
    sizes: SIZES,
    into: 'stock',
    command: (task) => node('stock.ts', ...stock('one', task)),
  },
  {
    name: MANY_CHARTS,
    from: 'objects',
    sizes: [6, 600, 6000, 12_000], // 2,000 charts
    into: 'stock',
    command: (task) => node('stock.ts', ...stock('many', task)),
  },
  {
    name: TS_NODE,
    from: 'objects',
    sizes: SIZES,
    into: 'stock',
    command: (task) => ({ program: 'npx', args: ['ts-node', 'bench/programs/stock.ts', ...stock('one', task)] }),
  },
  {
    name: HELM_PLAIN,
    from: 'objects',
    sizes: SIZES,
    refusal: CHART_TOO_LARGE,
    command: (task) => helm('plain-chart', task),
  },
  {
    name: KUSTOMIZE,
    from: 'objects',
    sizes: SIZES,
    command: ({ folder }) => ({
      program: kustomize(),
      args: [kustomize() === 'kubectl' ? 'kustomize' : 'build', join(folder, 'manifests')],
    }),
  },
  {
    name: TIERS,
    from: 'description',
    sizes: SIZES,
    into: 'tiers',
    command: ({ subject, folder }) => node('tiers.ts', subject, folder),
  },
  {
    name: HELM_CHART,
    from: 'description',
    sizes: SIZES,
    refusal: CHART_TOO_LARGE,
    command: (task) => helm('chart', task, '--values', join(task.folder, 'values.yaml')),
  },
  {
    name: CHART,
    from: 'description',
    sizes: SIZES,
    into: 'our-chart',
    command: ({ subject, folder }) => node('chart.ts', subject, folder),
  },
  {
    name: EMISSION,
    from: 'objects',
    sizes: SIZES,
    into: 'emission',
    command: ({ folder }) => node('emission.ts', join(folder, 'objects.jsonl'), folder),
  },
];

/** Who is given so many objects, after what was measured: not who has not finished with fewer. */
export function contendersOf(size: number, measured: readonly Measured[]): readonly Contender[] {
  const stopped = new Set(measured.flatMap((one) => (one.stoppedAfter === undefined ? [] : [one.contender])));
  return contenders.filter(({ name, sizes }) => sizes.includes(size) && !stopped.has(name));
}
