/** Namespaces that a test makes, and takes away with all that they held. */
import type { Namespace, PersistentVolume } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';

const claimed: string[] = [];
/** Marks namespaces that the suite has begun to remove. */
const REMOVED = 'e2e.cdk8s-tiers/removed';

/**
 * Says that the test will make these namespaces, and may remove them.
 *
 * @throws where there is one of them already: what somebody else made is never touched
 */
export async function claim(...namespaces: readonly string[]): Promise<void> {
  await untilGone((await removed()).filter((namespace) => namespaces.includes(namespace)));
  const found = await kubectl(['get', 'namespace', ...namespaces, '--ignore-not-found', '--output=name']);
  if (found)
    throw new Error(`This test makes and removes ${found.trim().replaceAll('\n', ', ')}; delete what is there.`);
  claimed.push(...namespaces);
}

/** Makes namespaces that enforce Pod Security "restricted". */
export async function makeNamespaces(...namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    await kubectl(['create', 'namespace', namespace]);
    await kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  }
}

/** Begins to remove the claimed namespaces and their volumes, unless E2E_KEEP is set; the run's end waits for it. */
export async function discard(): Promise<void> {
  if (!process.env.E2E_KEEP) await beginToRemove(...claimed);
}

/** Removes namespaces, those that are there, and their volumes. */
export async function removeNamespaces(...namespaces: readonly string[]): Promise<void> {
  await beginToRemove(...namespaces);
  await untilGone(namespaces);
}

/** Waits for all that {@link discard} has begun to remove. */
export async function everythingRemoved(): Promise<void> {
  await untilGone(await removed());
}

async function beginToRemove(...namespaces: readonly string[]): Promise<void> {
  if (namespaces.length === 0) return;
  const volumes = (await get<PersistentVolume>('persistentvolumes'))
    .filter(({ spec }) => namespaces.includes(spec?.claimRef?.namespace ?? ''))
    .map(({ metadata }) => metadata?.name ?? '');
  const found = (await get<Namespace>('namespaces')).map(({ metadata }) => metadata?.name ?? '');
  const there = namespaces.filter((namespace) => found.includes(namespace));
  if (there.length > 0) {
    await kubectl(['label', 'namespace', ...there, `${REMOVED}=yes`, '--overwrite']);
    await kubectl(['delete', 'namespace', ...there, '--wait=false']);
  }
  for (const namespace of there) {
    await kubectl(['delete', 'pods', '--all', `--namespace=${namespace}`, '--grace-period=1', '--wait=false']);
  }
  // A volume stays until its claim is gone.
  if (volumes.length > 0) {
    await kubectl(['delete', 'persistentvolume', ...volumes, '--ignore-not-found', '--wait=false']);
  }
}

async function removed(): Promise<readonly string[]> {
  return (await get<Namespace>('namespaces', `--selector=${REMOVED}`)).map(({ metadata }) => metadata?.name ?? '');
}

async function untilGone(namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    await kubectl(['wait', '--for=delete', `namespace/${namespace}`, '--timeout=180s'], { timeoutSeconds: 200 });
  }
}

/** What no uninstalling deletes, with UIDs: Secrets, and claims on volumes. */
export async function remains(namespace: string): Promise<readonly string[]> {
  const found = await get('secrets,persistentvolumeclaims', `--namespace=${namespace}`);
  return found
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined && !metadata.name.startsWith('sh.helm.'))
    .map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.uid ?? ''}`);
}
