/** Runs a contender, or any command, so many times: as often as whoever it is set against. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Contender, Task } from './contenders';
import type { Measured, Spread } from './measurements';
import { type Command, type Run, run, saidIn } from './run';

const root = resolve(__dirname, '..');

export interface Rules {
  readonly runs: number;
  /** Seconds after which a run is ended. */
  readonly limit: number;
  readonly progress: (line: string) => void;
}

/**
 * Of a contender that is stopped, with the runs that it had finished before.
 * @throws where it wrote fewer objects than it was given: it would not be faster
 */
export async function measure(contender: Contender, task: Task, objects: number, rules: Rules): Promise<Measured> {
  const { name, into } = contender;
  const of = { contender: name, subject: task.subject, objects };
  const runs: Run[] = [];
  let stopped: Pick<Measured, 'stoppedAfter'> = {};
  while (runs.length < rules.runs && stopped.stoppedAfter === undefined) {
    const made = await runOnce(contender, task, objects, rules.limit);
    rules.progress(`${task.subject}: ${name}: ${made.finished ? '' : 'not within '}${made.seconds.toFixed(2)} s`);
    if (made.refusal !== undefined) return { ...of, refused: made.refusal };
    if (made.finished) runs.push(made);
    else stopped = { stoppedAfter: rules.limit };
  }
  if (runs.length === 0) return { ...of, ...stopped };
  const whole = spread(runs.map(({ seconds }) => seconds));
  if (into === undefined)
    return { ...of, whole, ...stopped, megabytes: rounded(Math.max(...runs.map(({ megabytes }) => megabytes))) };
  const said = runs.map(({ output }) => saidIn(output));
  const works = said.map(({ phases }) => Object.values(phases).reduce((sum, phase) => sum + phase, 0));
  const best = said[works.indexOf(Math.min(...works))];
  return {
    ...of,
    whole,
    work: spread(works),
    phases: Object.fromEntries(Object.entries(best?.phases ?? {}).map(([phase, seconds]) => [phase, rounded(seconds)])),
    megabytes: rounded(Math.max(...said.map(({ megabytes }) => megabytes))),
    ...stopped,
  };
}

/** Each run begins without what another has written. */
async function runOnce(contender: Contender, task: Task, objects: number, limit: number): Promise<Run> {
  const { name, into, refusal } = contender;
  const folder = into === undefined ? undefined : join(task.folder, into);
  try {
    const made = await run(contender.command(task), root, limit, refusal);
    if (!made.finished || made.refusal !== undefined) return made;
    const written = folder === undefined ? kindsIn(made.output) : kindsBelow(folder);
    if (written < objects) throw new Error(`${name} wrote ${written} objects of ${objects}`);
    return made;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Some write a Namespace and a Kustomization too, a chart its tests, and what a value switches off. */
function kindsIn(yaml: string): number {
  return yaml.match(/^kind: (?!(Namespace|Kustomization)$)/gm)?.length ?? 0;
}

function kindsBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  return files.reduce((sum, file) => sum + kindsIn(readFileSync(join(folder, file), 'utf8')), 0);
}

/** @throws where it is not finished in time */
export async function timesOf(command: Command, { runs, limit, progress }: Rules): Promise<Spread> {
  const times: number[] = [];
  while (times.length < runs) {
    const { seconds } = await completed(command, limit);
    progress(`${[command.program, ...command.args].join(' ')}: ${seconds.toFixed(2)} s`);
    times.push(seconds);
  }
  return spread(times);
}

/** @throws where it is not finished in time */
export async function completed(command: Command, limit: number): Promise<Run> {
  const made = await run(command, root, limit);
  if (!made.finished) throw new Error(`${[command.program, ...command.args].join(' ')}: not within ${limit} s`);
  return made;
}

function spread(seconds: readonly number[]): Spread {
  return { best: rounded(Math.min(...seconds)), worst: rounded(Math.max(...seconds)), runs: seconds.length };
}

/** To four digits: more than a measurement has. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
