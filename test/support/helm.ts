import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

export const HELMS = ['helm3', 'helm4'] as const;
export type Helm = (typeof HELMS)[number];

/** What Helm rendered, or its error as it prints it. */
export type Answer = { readonly output: string } | { readonly error: string };
export type Answers = Readonly<Record<Helm, Answer>>;

export interface Release {
  /** @default release */
  readonly name?: string;
  /** @default default */
  readonly namespace?: string;
}

export interface Question extends Release {
  /** Files of the chart by path, such as `templates/a.yaml`. Chart.yaml is added where it is missing. */
  readonly chart: Readonly<Record<string, string>>;
  /** Contents of the values files, in the order of `-f`. @default none */
  readonly values?: readonly string[];
}

/**
 * Asks Helm 3 and Helm 4 to render a chart.
 *
 * Under `npm test` the answers come from the test file's recording. `npm run check` asks the programs themselves and
 * fails where a recording is missing or differs; `npm run check -- -u` writes the recording anew.
 */
export async function helm(question: Question): Promise<Answers> {
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 20);
  const recorded = recording()[key];
  if (mode === 'recorded') {
    if (recorded === undefined) throw new Error(`${recordingFile()} lacks this question; run npm run check -- -u`);
    return expand(recorded);
  }

  const answers = await render(question);
  if (mode === 'record') asked[key] = compact(answers);
  else expect({ recorded: recorded && expand(recorded) }).toEqual({ recorded: answers });
  return answers;
}

/** Writes a chart to a folder that lasts as long as the test's file. Chart.yaml is added where it is missing. */
export function writeChart(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  folders.push(folder);
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 0.0.0\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Renders a chart's folder with the program itself, whatever the mode. */
export async function template(version: Helm, chart: string, valuesFiles: readonly string[], release: Release = {}) {
  const { name = 'release', namespace = 'default' } = release;
  const args = ['template', name, chart, '--namespace', namespace, ...valuesFiles.flatMap((file) => ['-f', file])];
  return new Promise<Answer>((resolve, reject) => {
    execFile(version, args, { maxBuffer: 2 ** 28 }, (failure, stdout, stderr) => {
      if (failure === null) resolve({ output: stdout });
      else if (typeof failure.code === 'number') resolve({ error: stderr.slice(stderr.indexOf('Error: ')).trim() });
      else reject(new Error(`${failure.message}; npm run check builds what is missing`));
    });
  });
}

/** The output for each template: the text after its `# Source:` lines, by path in the chart. */
export function bySource(output: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const part of output.split(/^---\n# Source: [^/]+\//m).slice(1)) {
    const end = part.indexOf('\n');
    const source = part.slice(0, end);
    texts.set(source, (texts.get(source) ?? '') + part.slice(end + 1));
  }
  return texts;
}

/** Set by the configuration of `npm run check`. */
const mode = process.env.HELM_ANSWERS ?? 'recorded';

async function render({ chart, values = [], ...release }: Question): Promise<Answers> {
  const folder = writeChart(chart);
  const valuesFiles = values.map((text, index) => {
    const file = join(folder, `values-${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  const [helm3, helm4] = await Promise.all(HELMS.map((version) => template(version, folder, valuesFiles, release)));
  const portable = JSON.stringify({ helm3, helm4 }).replaceAll(`${folder}/`, '');
  return JSON.parse(portable) as Answers;
}

/** One answer where both versions agree. */
type Recorded = Answer | Answers;

const compact = (answers: Answers): Recorded =>
  JSON.stringify(answers.helm3) === JSON.stringify(answers.helm4) ? answers.helm3 : answers;
const expand = (recorded: Recorded): Answers => ('helm3' in recorded ? recorded : { helm3: recorded, helm4: recorded });

function recordingFile(): string {
  const { testPath = '' } = expect.getState();
  return join(__dirname, 'recordings', relative(join(__dirname, '..'), testPath).replace(/\.test\.ts$/, '.json'));
}

let known: Readonly<Record<string, Recorded>> | undefined;

function recording(): Readonly<Record<string, Recorded>> {
  const file = recordingFile();
  known ??= existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Recorded>) : {};
  return known;
}

const asked: Record<string, Recorded> = {};

if (mode === 'record') {
  afterAll(() => {
    const file = recordingFile();
    const sorted = Object.fromEntries(Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1)));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
  });
}
