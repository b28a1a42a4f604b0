// Measures ours beside stock cdk8s, Helm and kustomize, on the same objects, and writes bench/results.json with
// docs/performance.md and its plots.
//   npm run bench
//   npm run bench -- --quick       tries whether all of it runs, on a few objects; writes nothing
//   npm run bench -- --documents   writes the documents of what was measured before
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Contender, HELM, SIZES, type Task, contenders, kustomize, node, toolOf } from './contenders';
import { writeDocuments } from './documents';
import { type Measured, Results } from './measurements';
import { type Run, SCRATCH, run, saidIn } from './run';
import { systemNames } from './subject';

const root = resolve(__dirname, '..');
const isQuick = process.argv.includes('--quick');

/** Seconds after which a run is ended. */
const LIMIT = 300;
/** A measurement is repeated until it has been made so often, or has taken so many seconds. */
const RUNS = isQuick ? 1 : 5;
const PATIENCE = 15;

const ENVIRONMENTS = isQuick ? 3 : 200;

function progress(line: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
}

function versions(): Record<string, string> {
  const said = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
  const installed = (name: string): string => {
    const file = join(root, 'node_modules', name, 'package.json');
    return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
  };
  const kubectl = (): string => /^Kustomize Version: (.*)$/m.exec(said('kubectl', 'version', '--client'))?.[1] ?? '';
  return {
    node: process.version,
    cdk8s: installed('cdk8s'),
    'ts-node': installed('ts-node'),
    typescript: installed('typescript'),
    helm: said(HELM, 'version', '--short'),
    [kustomize() === 'kubectl' ? "kubectl's kustomize" : 'kustomize, without kubectl']:
      kustomize() === 'kubectl' ? kubectl() : said('kustomize', 'version'),
  };
}

const Prepared = z.strictObject({ name: z.string(), objects: z.int(), tiers: z.int() });

async function measureSubject(subject: string, taking: readonly Contender[]): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(SCRATCH, 'bench-'));
  try {
    progress(`${subject}: prepare`);
    const { output } = await run(node('prepare.ts', subject, folder), root, 4 * LIMIT);
    const { name, objects } = Prepared.parse(JSON.parse(output));
    const measured: Measured[] = [];
    for (const contender of taking) measured.push(await measure(contender, { subject, system: name, folder }, objects));
    return measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What programs write. Each run begins without. */
const WRITTEN = ['ours', 'tiers', 'our-chart', 'stock'];

async function measure(contender: Contender, task: Task, objects: number): Promise<Measured> {
  const runs: Run[] = [];
  const of = { contender: contender.name, subject: task.subject, objects };
  let spent = 0;
  while (runs.length < RUNS && (runs.length === 0 || spent < PATIENCE)) {
    for (const written of WRITTEN) rmSync(join(task.folder, written), { recursive: true, force: true });
    const made = await run(contender.command(task), root, LIMIT, contender.refusal);
    spent += made.seconds;
    progress(`${task.subject}: ${contender.name}: ${made.finished ? '' : 'not within '}${made.seconds.toFixed(2)} s`);
    if (!made.finished) return { ...of, stoppedAfter: LIMIT };
    if (made.refusal !== undefined) return { ...of, refused: made.refusal };
    runs.push(made);
  }
  const whole = spread(runs.map(({ seconds }) => seconds));
  if (!contender.saysPhases) {
    for (const { output } of runs) assertWritten(output, contender.name, objects);
    return { ...of, whole, megabytes: rounded(Math.max(...runs.map(({ megabytes }) => megabytes))) };
  }
  const said = runs.map(({ output }) => saidIn(output));
  const works = said.map(({ phases }) => Object.values(phases).reduce((sum, phase) => sum + phase, 0));
  const best = said[works.indexOf(Math.min(...works))];
  return {
    ...of,
    whole,
    work: spread(works),
    phases: Object.fromEntries(Object.entries(best?.phases ?? {}).map(([name, phase]) => [name, rounded(phase)])),
    megabytes: rounded(Math.max(...said.map(({ megabytes }) => megabytes))),
  };
}

/** Whoever writes fewer objects is not faster. Kustomize writes a Namespace too, and a chart of ours its tests. */
function assertWritten(output: string, contender: string, objects: number): void {
  const kinds = output.match(/^kind: (?!Namespace$)/gm)?.length ?? 0;
  if (kinds < objects) throw new Error(`${contender} wrote ${kinds} objects of ${objects}`);
}

function spread(seconds: readonly number[]): { best: number; worst: number; runs: number } {
  return { best: rounded(Math.min(...seconds)), worst: rounded(Math.max(...seconds)), runs: seconds.length };
}

/** To four digits: more than a measurement has. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

async function measureSynth(command: string, args: readonly string[], times: number) {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const made = await run({ program: command, args }, root, LIMIT);
    progress(`all systems: ${[command, ...args].join(' ')}: ${made.seconds.toFixed(2)} s`);
    seconds.push(made.seconds);
  }
  return spread(seconds);
}

const resultsFile = join(__dirname, 'results.json');

async function main(): Promise<void> {
  if (process.argv.includes('--documents')) {
    writeDocuments(Results.parse(JSON.parse(readFileSync(resultsFile, 'utf8'))), root);
    return;
  }
  for (const tool of [HELM, 'npx']) toolOf(tool);
  const machine = {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    files: SCRATCH === tmpdir() ? 'on disk' : 'in memory',
  };
  const tools = versions();
  progress(`${machine.processor}, ${machine.cores} cores; ${Object.entries(tools).flat().join(' ')}`);

  const synth = {
    ours: await measureSynth('npm', ['run', '--silent', 'synth'], RUNS),
    stock: await measureSynth(
      'npx',
      ['cdk8s', 'synth', '--check-upgrade=false', '--app', 'npx ts-node main.ts'],
      isQuick ? 1 : 3,
    ),
  };
  const environments = saidIn(
    (await run(node('environments.ts', 'cluster-ai', String(ENVIRONMENTS)), root, LIMIT)).output,
  );

  const measured: Measured[] = [];
  for (const system of isQuick ? systemNames.slice(-1) : systemNames)
    measured.push(...(await measureSubject(system, contenders)));
  const sizes = new Set(contenders.flatMap((contender) => contender.sizes));
  const ascending = [...sizes].sort((a, b) => a - b).filter((size) => !isQuick || size <= SIZES[0]);
  for (const size of ascending) {
    const taking = contenders.filter((contender) => contender.sizes.includes(size));
    measured.push(...(await measureSubject(String(size), taking)));
  }

  const results = Results.parse({
    machine,
    versions: tools,
    measured,
    environments: { count: ENVIRONMENTS, system: 'cluster-ai', phases: environments.phases },
    synth,
  });
  if (isQuick) return;
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
  writeDocuments(results, root);
  progress('bench/results.json and docs/performance.md are written');
}

void main();
