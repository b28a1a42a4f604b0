/** The cluster of KUBECONFIG. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { type RunOptions, run, shell } from './run';

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: ObjectMeta & { readonly name: string };
}

/** What kubectl prints. */
export async function kubectl(args: readonly string[], options?: RunOptions): Promise<string> {
  return (await run('kubectl', args, options)).stdout;
}

/** The objects that `kubectl get` finds. */
export async function get<T = KubernetesObject>(...args: readonly string[]): Promise<readonly T[]> {
  const said = await kubectl(['get', ...args, '--output=json']);
  if (said === '') return []; // with --ignore-not-found
  const found = JSON.parse(said) as { items?: readonly T[] } & T;
  return found.items ?? [found];
}

/** What a program in a pod prints. */
export async function exec(namespace: string, pod: string, ...command: readonly string[]): Promise<string> {
  return kubectl(['exec', `--namespace=${namespace}`, pod, '--', ...command]);
}

/**
 * Where nodes cannot pull the images, the command line in E2E_LOAD_IMAGES brings them in: it reads manifests from its
 * standard input. Each image comes once in a run, which notes those that are there in the file E2E_LOADED.
 */
export async function loadImages(manifests: string): Promise<void> {
  const { E2E_LOAD_IMAGES: load, E2E_LOADED: list } = process.env;
  if (!load || !list) return;
  const loaded = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
  const named = [...manifests.matchAll(/^[\s-]*image: *["']?([^\s"']+)/gm)].map(([, image = '']) => image);
  const missing = [...new Set(named)].filter((image) => !loaded.includes(image));
  if (missing.length === 0) return;
  await shell(load, { input: missing.map((image) => `image: ${image}\n`).join(''), timeoutSeconds: 600 });
  appendFileSync(list, `${missing.join('\n')}\n`);
}

/** A folder of CustomResourceDefinitions, of a project that the cluster need not have: below E2E_CRDS. */
export function crdsOf(project: string): string {
  const { E2E_CRDS: folder } = process.env;
  if (!folder) throw new Error(`Set E2E_CRDS to a folder that has the definitions of ${project} in ${project}/.`);
  return join(folder, project);
}

/** Prints a fact that the test has seen. */
export function report(fact: string): void {
  process.stderr.write(`${fact.replace(/^/gm, '    ')}\n`);
}

/** Prints a fact that the test has measured, and keeps it for the table at the end. */
export function measured(fact: string): void {
  report(fact);
  const { currentTestName: step = '', testPath = '' } = expect.getState();
  const file = basename(testPath, '.test.ts');
  if (process.env.E2E_FACTS) appendFileSync(process.env.E2E_FACTS, `${JSON.stringify({ file, step, fact })}\n`);
}

/** Measures how long it takes until something is so again. */
export async function recovery(what: string, until: () => Promise<unknown>): Promise<void> {
  const from = Date.now();
  await until();
  measured(`${what} after ${((Date.now() - from) / 1000).toFixed(1)} s`);
}
