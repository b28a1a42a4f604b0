/** What was released before: the trees of earlier commits, to upgrade from. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseValues } from '../../../lib/values/load';
import { readManifests } from '../../support/manifests';
import { immutableFieldsOf, manualSteps } from '../../systems/cluster-ai/immutable-fields';
import type { KubernetesObject } from '../../systems/cluster-ai/pods';
import type { JsonObject } from '../../../lib/values/expression';
import { get, kubectl, loadImages } from './cluster';
import { makeNamespaces } from './namespaces';
import { everythingReady } from './readiness';
import { beginningWith, documentedCommands } from './readme';
import { run, shell } from './run';
import { expandableClassOf, makeExpandableClass } from './storage';
import { type System, chart, helmSettings, prepare, pythonImage } from './system';

/** What users have: the rest of a commit changes nothing for them. */
const OUTPUT = ['charts', 'dist'];

/** The commit that test/releases.yaml records under a name. */
export function recordedCommit(name: string): string {
  const file = 'test/releases.yaml';
  const { [name]: release } = parseValues(readFileSync(file, 'utf8'), file) as Record<string, { commit?: string }>;
  if (release?.commit === undefined) throw new Error(`${file} has no commit of "${name}"`);
  return release.commit;
}

/** The last commit whose output is other than what is here: the one before HEAD, or before those that left it alone. */
export async function previousCommit(): Promise<string> {
  const commits = (await git('log', '--format=%H', '--', ...OUTPUT)).split('\n').filter(Boolean);
  for (const commit of commits) {
    if ((await git('diff', '--name-only', commit, '--', ...OUTPUT)) !== '') return commit;
  }
  throw new Error(`no commit has other ${OUTPUT.join(' and ')} than are here${SHALLOW}`);
}

/** Calls `use` with the folder of a worktree of a commit, and removes it. */
export async function withTree<T>(commit: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(mkdtempSync(join(tmpdir(), 'release-')), commit.slice(0, 8));
  await git('worktree', 'add', '--detach', '--quiet', folder, commit);
  try {
    return await use(folder);
  } finally {
    await git('worktree', 'remove', '--force', folder);
  }
}

/**
 * Installs the suite's release from an earlier tree by its own README: namespaces, Secrets and chart. What the chart did
 * not know yet is left out of the values.
 */
export async function installFrom(folder: string, given: System): Promise<void> {
  const { release, ingress } = given;
  const then = join(folder, chart);
  const settings = helmSettings(given).flatMap((setting) => inTree(folder, setting));
  await loadImages((await run('helm', ['template', release, then, ...settings])).stdout);
  await loadImages(`image: ${pythonImage}\n`);
  await makeNamespaces(release, ingress);
  await makeExpandableClass(expandableClassOf(release));
  await prepare(release, then);
  await run('helm', ['install', release, then, ...settings], { timeoutSeconds: 300 });
  await everythingReady(release);
}

/** Makes the Secrets that the chart's README tells to make, those that are missing: of tiers that are new. */
export async function makeMissingSecrets(release: string): Promise<void> {
  const commands = beginningWith(documentedCommands(`${chart}/README.md`), 'kubectl create secret');
  for (const command of commands.flatMap((all) => all.split(/ &&\n/))) {
    const own = command.replaceAll('cluster-ai', release);
    const [, name = ''] = /^kubectl create secret generic (\S+)/.exec(own) ?? [];
    const found = await kubectl([
      'get',
      'secret',
      name,
      `--namespace=${release}`,
      '--ignore-not-found',
      '--output=name',
    ]);
    if (found === '') await shell(own);
  }
}

/** An option of Helm as an earlier chart understands it. */
function inTree(folder: string, option: string): readonly string[] {
  const [, file] = /^--values=(.*)$/.exec(option) ?? [];
  if (file !== undefined) return [`--values=${existsSync(join(folder, file)) ? join(folder, file) : file}`];
  const [, section] = /^--set=(\w+)\./.exec(option) ?? [];
  const schema = JSON.parse(readFileSync(join(folder, chart, 'values.schema.json'), 'utf8')) as { properties: object };
  return section === undefined || section in schema.properties ? [option] : [];
}

/** What an upgrade must leave as it is: by name, the UIDs of what holds data, pods and addresses. */
export async function identities(namespace: string): Promise<Readonly<Record<string, string>>> {
  const kinds = 'deployments,statefulsets,services,persistentvolumeclaims,secrets';
  const found = (await get(kinds, `--namespace=${namespace}`)).filter(
    ({ metadata }) => !metadata.name.startsWith('sh.helm.'),
  );
  return Object.fromEntries(found.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.uid ?? '']));
}

/** What of a commit's objects test/systems/cluster-ai/immutable-fields.yaml does not record as it was, by environment. */
export async function misrecorded(commit: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const file = 'test/systems/cluster-ai/immutable-fields.yaml';
  const recorded = parseValues(readFileSync(file, 'utf8'), file);
  const found: Record<string, readonly string[]> = {};
  for (const [environment, fields] of Object.entries(recorded)) {
    const folder = `dist/cluster-ai/${environment}/`;
    const files = (await git('ls-tree', '--name-only', commit, folder)).split('\n').filter(Boolean);
    const objects: JsonObject[] = [];
    for (const path of files) objects.push(...readManifests(await git('show', `${commit}:${path}`), path));
    const released = immutableFieldsOf(objects as unknown as readonly KubernetesObject[]);
    found[environment] = manualSteps(released, fields as JsonObject);
  }
  return found;
}

const SHALLOW = '; in a shallow clone, git fetch --unshallow brings the history in';

async function git(...args: readonly string[]): Promise<string> {
  try {
    return (await run('git', args)).stdout;
  } catch (error) {
    throw new Error(`${String(error)}${SHALLOW}`);
  }
}
