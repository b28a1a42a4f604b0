/** Namespaces that a test makes, and takes away with all that they held. */
import type { PersistentVolume } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';

const claimed: string[] = [];

/**
 * Says that the test will make these namespaces, and may remove them.
 *
 * @throws where there is one of them already: what somebody else made is never touched
 */
export async function claim(...namespaces: readonly string[]): Promise<void> {
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

/** Removes the claimed namespaces and their volumes, unless E2E_KEEP is set. */
export async function discard(): Promise<void> {
  if (!process.env.E2E_KEEP) await removeNamespaces(...claimed);
}

/** Removes namespaces, those that are there, and their volumes. */
export async function removeNamespaces(...namespaces: readonly string[]): Promise<void> {
  if (namespaces.length === 0) return;
  const volumes = (await get<PersistentVolume>('persistentvolumes'))
    .filter(({ spec }) => namespaces.includes(spec?.claimRef?.namespace ?? ''))
    .map(({ metadata }) => metadata?.name ?? '');
  await kubectl(['delete', 'namespace', ...namespaces, '--ignore-not-found', '--wait=false']);
  for (const namespace of namespaces) {
    await kubectl(['delete', 'pods', '--all', `--namespace=${namespace}`, '--grace-period=1', '--wait=false']);
  }
  for (const namespace of namespaces) {
    await kubectl(['wait', '--for=delete', `namespace/${namespace}`, '--timeout=180s'], { timeoutSeconds: 200 });
  }
  if (volumes.length > 0) await kubectl(['delete', 'persistentvolume', ...volumes, '--ignore-not-found']);
}

/** What no uninstalling deletes, with UIDs: Secrets, and claims on volumes. */
export async function remains(namespace: string): Promise<readonly string[]> {
  const found = await get('secrets,persistentvolumeclaims', `--namespace=${namespace}`);
  return found
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined && !metadata.name.startsWith('sh.helm.'))
    .map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.uid ?? ''}`);
}
