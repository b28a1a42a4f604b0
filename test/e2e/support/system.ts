/** A release that the faults are done to: staging's shape, small, with the suite's own application in the API's pods. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Namespace } from 'kubernetes-types/core/v1';
import { exec, get, kubectl, loadImages, report } from './cluster';
import { makeNamespaces, removeNamespaces } from './namespaces';
import { everythingReady, nothingEnds } from './readiness';
import { beginningWith, documentedCommands } from './readme';
import { run, shell } from './run';
import { expandableClassOf, makeExpandableClass } from './storage';

export interface System {
  /** Name of the release and of its namespace. */
  readonly release: string;
  /** A namespace whose pods reach the frontend: clients run there. */
  readonly ingress: string;
  /** A namespace whose pods reach nothing. */
  readonly stranger: string;
}

export const chart = 'charts/cluster-ai';
/** The API's image, which has Python, FastAPI and clients for Postgres and Redis. */
export const pythonImage = 'ghcr.io/cluster-ai/backend:1.0.0';
export const k6Image = 'docker.io/grafana/k6:1.8.1';

/** Marks the namespaces of a release that other files of the run may go on with, by what was installed. */
export const INSTALLED = 'e2e.cdk8s-tiers/installed';
const APPLICATION = 'e2e-application';
/** Describes a revision that has the values of the suite, and no others. */
const OWN_VALUES = "the suite's own values";

/** The files of values, in order, for `--values`. */
export const valuesFiles = [
  `${chart}/ci/staging-values.yaml`,
  'test/e2e/values/staging-small.yaml',
  'test/e2e/values/faults.yaml',
];

/** The names of this run's: the variable E2E_RELEASE has the release's. */
export function systemNames(): System {
  const release = process.env.E2E_RELEASE ?? 'faults';
  return { release, ingress: `${release}-ingress`, stranger: `${release}-stranger` };
}

/**
 * The release of this run, with everything Ready. Files go on with what the one before them left; what is not Ready
 * within a minute, or was installed from something else, is removed and installed anew.
 */
export async function system(): Promise<System> {
  const found = systemNames();
  const { release } = found;
  const installed = await fingerprint(found);
  const [namespace] = await get<Namespace>('namespace', release, '--ignore-not-found');
  if (namespace?.metadata?.annotations?.[INSTALLED] === installed) {
    try {
      if ((await lastChange(release)) !== OWN_VALUES) await upgrade(found);
      await everythingReady(release, 60);
      await nothingEnds(release);
      return found;
    } catch (error) {
      report(`installing ${release} anew: ${String(error).split('\n', 3).join(' ')}`);
    }
  } else if (namespace?.metadata !== undefined && namespace.metadata.annotations?.[INSTALLED] === undefined) {
    throw new Error(`the namespace ${release} is none of the suite's; delete it, or name another by E2E_RELEASE.`);
  }
  await install(found, installed);
  return found;
}

/** Removes the release and the namespaces around it. */
export async function removeSystem({ release, ingress, stranger }: System): Promise<void> {
  await removeNamespaces(release, ingress, stranger);
  await kubectl(['delete', 'storageclass', expandableClassOf(release), '--ignore-not-found']);
}

/** `helm upgrade` to the values of the suite, and those given. */
export async function upgrade(given: System, ...settings: readonly string[]): Promise<void> {
  const description = settings.length === 0 ? OWN_VALUES : settings.join(' ');
  const args = ['upgrade', given.release, chart, ...helmSettings(given), ...settings, `--description=${description}`];
  await run('helm', args, { timeoutSeconds: 300 });
}

/** How the last revision of a release is described. */
async function lastChange(release: string): Promise<string> {
  const { stdout } = await run('helm', ['status', release, `--namespace=${release}`, '--output=json']);
  return (JSON.parse(stdout) as { info: { description: string } }).info.description;
}

/** What psql prints, as superuser. */
export async function psql(
  { release }: Pick<System, 'release'>,
  command: string,
  pod = `${release}-postgres-primary-0`,
): Promise<string> {
  const options = [
    '--no-psqlrc',
    '--quiet',
    '--no-align',
    '--tuples-only',
    '--username=postgres',
    '--dbname=cluster_ai',
  ];
  return (await exec(release, pod, 'psql', ...options, '--set=ON_ERROR_STOP=1', `--command=${command}`)).trim();
}

async function install(given: System, installed: string): Promise<void> {
  const { release } = given;
  await removeSystem(given);
  await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given)])).stdout);
  await loadImages(`image: ${pythonImage}\nimage: ${k6Image}\n`);
  await makeNamespaces(release, given.ingress, given.stranger);
  // So that the next file knows whose it is, even where this goes no further.
  await kubectl(['annotate', 'namespace', release, `${INSTALLED}=unfinished`]);
  await makeExpandableClass(expandableClassOf(release));
  await prepare(release);
  const install = ['install', release, chart, ...helmSettings(given), `--description=${OWN_VALUES}`];
  await run('helm', install, { timeoutSeconds: 300 });
  await everythingReady(release);
  await kubectl(['annotate', 'namespace', release, `${INSTALLED}=${installed}`, '--overwrite']);
}

/** What the release needs and does not bring: the suite's application, and the Secrets, by the commands of a chart's README. */
export async function prepare(release: string, from = chart): Promise<void> {
  const application = '--from-file=main.py=test/e2e/programs/application.py';
  await kubectl(['create', 'configmap', APPLICATION, `--namespace=${release}`, application]);
  for (const command of beginningWith(documentedCommands(`${from}/README.md`), 'kubectl create secret')) {
    await shell(command.replaceAll('cluster-ai', release));
  }
}

/** The options of `helm upgrade` that give the values of the suite. */
export function helmSettings({ release, ingress }: System): readonly string[] {
  return [
    `--namespace=${release}`,
    ...valuesFiles.map((file) => `--values=${file}`),
    `--set=network.ingressNamespace=${ingress}`,
    `--set=network.scraperNamespace=${ingress}`,
    ...['postgres', 'redisCluster'].map(
      (tier) => `--set=${tier}.storage.storageClassName=${expandableClassOf(release)}`,
    ),
  ];
}

/** Of all that would be installed: another chart or other values mean another release. */
async function fingerprint(given: System): Promise<string> {
  const { stdout } = await run('helm', ['template', given.release, chart, ...helmSettings(given)]);
  const hash = createHash('sha256').update(stdout).update(readFileSync('test/e2e/programs/application.py'));
  return hash.digest('hex').slice(0, 12);
}
