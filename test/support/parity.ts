/** Renders one values file by both readings and compares what comes out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import type { z } from 'zod';
import type { Manifests} from '../../lib/output/manifests';
import { type Release } from '../../lib/output/manifests';
import { emitDocument } from '../../lib/output/yaml';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';
import { checkValues, defaultsOf } from '../../lib/values/schema';
import { type Answer, type Helm, template } from './helm';
import { comparable, readManifests } from './manifests';

/** A reading of one file: objects by kind and name, or what is wrong with the file. */
export type Reading =
  | { readonly objects: Readonly<Record<string, JsonObject>> }
  /** Places that the schema refuses, as JSON pointers, in order. */
  | { readonly refused: readonly string[] }
  /** What the checks across values say. */
  | { readonly failed: readonly string[] };

export interface SystemUnderTest {
  readonly system: IConstruct;
  readonly schema: z.ZodObject;
  /** Folder of its chart. */
  readonly chart: string;
}

/** The values of a file under the defaults, as templates see them. */
export function valuesOf(schema: z.ZodObject, file: JsonObject): JsonObject {
  return coalesce(defaultsOf(schema), parseValues(emitDocument(file), 'values.yaml'));
}

/** The plain reading. */
export function readPlainly(
  { schema }: SystemUnderTest,
  manifests: Manifests,
  file: JsonObject,
  release: Release,
): Reading {
  const values = valuesOf(schema, file);
  const problems = checkValues(schema, values);
  if (problems.length > 0) return { refused: problems.map(({ path }) => pointer(path)).sort() };
  try {
    const objects = [...manifests.evaluate(values, release).values()].flat() as JsonObject[];
    return { objects: comparable(objects, release.namespace) };
  } catch (error) {
    return { failed: (error as Error).message.split('\n') };
  }
}

/** The reading of Helm. */
export async function readByHelm({ chart }: SystemUnderTest, version: Helm, file: JsonObject, release: Release) {
  const folder = mkdtempSync(join(tmpdir(), 'values-'));
  try {
    const valuesFile = join(folder, 'values.yaml');
    writeFileSync(valuesFile, emitDocument(file));
    return readingOf(await template(version, chart, [valuesFile], release), release);
  } finally {
    rmSync(folder, { recursive: true });
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

/** Runs a task for each item, two at a time. */
export async function eachInPairs<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all([worker(), worker()]);
}
