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
import { type Contender, HELM, SIZES, contenders, contendersOf, kustomize, node, toolOf } from './contenders';
import { writeDocuments } from './documents';
import { type Rules, completed, measure, timesOf } from './measure';
import { type Measured, Results } from './measurements';
import { SCRATCH, saidIn } from './run';
import { systemNames } from './subject';

const root = resolve(__dirname, '..');
const isQuick = process.argv.includes('--quick');

const LIMIT = 300;
const rules: Rules = { runs: isQuick ? 1 : 3, limit: LIMIT, progress };

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

const Prepared = z.strictObject({ name: z.string(), objects: z.int() });

async function measureSubject(subject: string, taking: readonly Contender[]): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(SCRATCH, 'bench-'));
  try {
    progress(`${subject}: prepare`);
    const { output } = await completed(node('prepare.ts', subject, folder), 4 * LIMIT);
    const { name, objects } = Prepared.parse(JSON.parse(output));
    const measured: Measured[] = [];
    for (const contender of taking)
      measured.push(await measure(contender, { subject, system: name, folder }, objects, rules));
    return measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
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

  const stock = ['cdk8s', 'synth', '--check-upgrade=false', '--app', 'npx ts-node main.ts'];
  const synth = {
    ours: await timesOf({ program: 'npm', args: ['run', '--silent', 'synth'] }, rules),
    stock: await timesOf({ program: 'npx', args: stock }, rules),
  };
  const environments = saidIn(
    (await completed(node('environments.ts', 'cluster-ai', String(ENVIRONMENTS)), LIMIT)).output,
  );

  const measured: Measured[] = [];
  for (const system of isQuick ? systemNames.slice(-1) : systemNames)
    measured.push(...(await measureSubject(system, contenders)));
  const sizes = new Set(contenders.flatMap((contender) => contender.sizes));
  const ascending = [...sizes].sort((a, b) => a - b).filter((size) => !isQuick || size <= SIZES[0]);
  for (const size of ascending) {
    measured.push(...(await measureSubject(String(size), contendersOf(size, measured))));
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
