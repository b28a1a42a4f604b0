/** Renders one values file by both readings and compares what comes out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import fc from 'fast-check';
import type { z } from 'zod';
import { Manifests, type Release } from '../../lib/output/manifests';
import { emitDocument } from '../../lib/output/yaml';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';
import { checkValues, defaultsOf } from '../../lib/values/schema';
import { type Aim, validFiles } from './arbitrary-values';
import { leafPaths, pathsIn } from './value-targets';
import { Conditions } from './conditions';
import { Coverage, type Shown, withoutSuperfluous } from './coverage';
import { type Answer, type Helm, template } from './helm';
import { comparable, readManifests } from './manifests';

/** A reading of one file: objects by kind and name, or what is wrong with the file. */
export type Reading =
  | { readonly objects: Readonly<Record<string, JsonObject>> }
  /** Places that the schema refuses, as JSON pointers, in order. */
  | { readonly refused: readonly string[] }
  /** What the checks across values say. */
  | { readonly failed: readonly string[] };

/** A file and what it is installed as. */
export interface Sample {
  readonly file: JsonObject;
  readonly release: Release;
}

/** A system with the folder of its chart, read in both ways. */
export class Subject {
  private readonly manifests: Manifests;
  private readonly defaults: JsonObject;

  constructor(
    readonly system: IConstruct,
    readonly schema: z.ZodObject,
    private readonly chart: string,
  ) {
    this.manifests = new Manifests(system);
    this.defaults = defaultsOf(schema);
  }

  /** What templates see as `.Values`. */
  valuesOf(file: JsonObject): JsonObject {
    return coalesce(this.defaults, parseValues(emitDocument(file), 'values.yaml'));
  }

  /** Whether the schema and the checks accept values. */
  accepts(values: JsonObject, release: Release): boolean {
    return checkValues(this.schema, values).length === 0 && this.manifests.failures(values, release).length === 0;
  }

  readPlainly({ file, release }: Sample): Reading {
    const values = this.valuesOf(file);
    const problems = checkValues(this.schema, values);
    if (problems.length > 0) return { refused: problems.map(({ path }) => pointer(path)).sort() };
    try {
      const objects = [...this.manifests.evaluate(values, release).values()].flat() as JsonObject[];
      return { objects: comparable(objects, release.namespace) };
    } catch (error) {
      return { failed: (error as Error).message.split('\n') };
    }
  }

  async readByHelm(version: Helm, { file, release }: Sample): Promise<Reading> {
    const folder = mkdtempSync(join(tmpdir(), 'values-'));
    try {
      const valuesFile = join(folder, 'values.yaml');
      writeFileSync(valuesFile, emitDocument(file));
      return readingOf(await template(version, this.chart, [valuesFile], release), release);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function readingOf(answer: Answer, { namespace }: Release): Reading {
  if ('output' in answer) return { objects: comparable(readManifests(answer.output, 'helm template'), namespace) };
  const { error } = answer;
  if (error.includes("values don't meet the specifications of the schema")) return { refused: refusedIn(error) };
  const [, failures] = /^Error: execution error at \(.*?\): ([^]*?)(?:\n\nUse --debug.*)?$/.exec(error) ?? [];
  if (failures === undefined) throw new Error(error);
  return { failed: failures.split('\n') };
}

/** The places that Helm's schema errors name, such as `- at '/backend': missing property 'image'`. */
export function refusedIn(error: string): readonly string[] {
  const places = error.split('\n').flatMap((line) => {
    const [, at, what = ''] = /^ *- at '(.*?)': (.*)$/.exec(line) ?? [];
    if (at === undefined || what === 'validation failed') return [];
    if (!/^(missing|additional) propert/.test(what)) return [at];
    return Array.from(what.matchAll(/'((?:[^'\\]|\\.)*)'/g), ([, key = '']) => `${at}/${escaped(key)}`);
  });
  return [...new Set(places)].sort();
}

/** A path as a JSON pointer. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${escaped(String(step))}`).join('');
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

const RELEASES = ['on', 'null', '1e3', '012', '0x1f', 'a-1'];
const namespace = fc.oneof(fc.constantFrom(...RELEASES), fc.stringMatching(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/));
/** Now and then one that leaves too few characters for the names of objects. */
const releaseName = fc.oneof({ weight: 9, arbitrary: namespace }, fc.stringMatching(/^[a-z]{28,53}$/));

export function samples<T>(files: fc.Arbitrary<T>): fc.Arbitrary<{ readonly file: T; readonly release: Release }> {
  return fc.record({ file: files, release: fc.record({ name: releaseName, namespace }) });
}

const FILES_IN_ROUND = 5;
/** Tried for a leaf, or a side of a condition, before the test says that it was never seen. */
const ROUNDS = 80;
/** Of two maps that a condition compares: at random they rarely share a key. */
const SHARED_KEY = 'shared';
/** Leaves that a file is first made for together, and the rounds that this is tried before each half is. */
const TOGETHER = 16;
const ROUNDS_TOGETHER = 2;

function halved(leaves: readonly string[]): readonly (readonly string[])[] {
  const middle = Math.ceil(leaves.length / 2);
  return [leaves.slice(0, middle), leaves.slice(middle)].filter((half) => half.length > 0);
}

/** Words for the patterns that a condition has: such as those of a release's own claims. */
function matching(condition: string): readonly string[] {
  return Array.from(condition.matchAll(/str`([^`]*)`/g), ([, pattern = '']) =>
    RELEASES.flatMap((release) => {
      const words = fc.stringMatching(new RegExp(`^(${pattern.replaceAll('${release.name}', release)})$`));
      return fc.sample(words, { seed: 1, numRuns: 3 });
    }),
  ).flat();
}

/**
 * Random files that the schema accepts, of which the checks refuse some: few that together show all that was seen, some
 * of them made for leaves that none had set and for conditions that had shown only one side; then as many more as are
 * wanted.
 */
export function chooseFiles(subject: Subject, seed: number, count: number) {
  const { schema } = subject;
  const leaves = leafPaths(schema);
  const conditions = new Conditions(subject.system);
  const coverage = new Coverage(conditions, leaves);
  const seen: Shown[] = [];
  const spare: Sample[] = [];
  const consider = (sample: Sample) => {
    const { file, release } = sample;
    const values = subject.valuesOf(file);
    const scope = { values, release, variables: new Map() };
    const given = pathsIn(schema, file);
    const sides = coverage.see(scope);
    if (sides === 0 && spare.length >= count && given.every((leaf) => coverage.hasSet(leaf))) return;
    const isAccepted = subject.accepts(values, release);
    const shown = { sample, isAccepted, scope, leaves: isAccepted ? given : [] };
    if (coverage.set(shown.leaves) + sides > 0) seen.push(shown);
    else if (isAccepted) spare.push(sample);
  };
  const generator = (aim: Aim) => {
    const files = samples(validFiles(schema, aim));
    return (round: number) => fc.sample(files, { seed: seed + round, numRuns: FILES_IN_ROUND });
  };

  /** Considers files for something that is to be seen, until it is. */
  const aim = (at: Aim, isMissing: () => boolean, rounds = ROUNDS) => {
    const aimed = generator(at);
    for (let round = 0; round < rounds && isMissing(); round++) {
      for (const sample of aimed(round)) if (isMissing()) consider(sample);
    }
  };

  const { words } = conditions;
  const any = generator({ words });
  for (let round = 0; seen.length + spare.length < count; round++) any(round).forEach(consider);
  /** Considers files for leaves that none has set: for all together, then for each half of those that are left. */
  const aimAt = (wanted: readonly string[]): void => {
    const left = () => wanted.filter((leaf) => !coverage.hasSet(leaf));
    aim({ words, leaves: left() }, () => left().length > 0, wanted.length > 1 ? ROUNDS_TOGETHER : ROUNDS);
    if (wanted.length > 1) halved(left()).forEach(aimAt);
  };
  const missing = coverage.missingLeaves;
  for (let start = 0; start < missing.length; start += TOGETHER) aimAt(missing.slice(start, start + TOGETHER));
  for (const [number, { name, around }] of coverage.oneSided) {
    const asked = [name, ...around].join(' ');
    const named = leaves.filter((leaf) => new RegExp(`values\\.${leaf}\\b`).test(asked));
    const keys = Array.from(name.matchAll(/"([^"]*)"/g), ([, key = '']) => key).concat(matching(name));
    if (name.includes('hasKey(')) keys.push(SHARED_KEY);
    aim({ words: keys, leaves: named }, () => coverage.isOneSided(number));
  }
  const needed = withoutSuperfluous(seen, conditions);
  const accepted = needed.filter(({ isAccepted }) => isAccepted).length;
  const further = [
    ...seen.filter((shown) => shown.isAccepted && !needed.includes(shown)).map(({ sample }) => sample),
    ...spare,
  ];
  return {
    samples: [...needed.map(({ sample }) => sample), ...further.slice(0, Math.max(0, count - accepted))],
    coverage,
  };
}

/** Runs a task for each item, two at a time. */
export async function eachInPairs<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all([worker(), worker()]);
}
