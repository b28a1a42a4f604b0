/** Namespaces that a test makes, and takes away with all that they held. */
import type { PersistentVolume } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';

/** @throws where there is such a namespace already: what somebody else made is never touched */
export async function demandAbsent(...namespaces: readonly string[]): Promise<void> {
  const found = await kubectl(['get', 'namespace', ...namespaces, '--ignore-not-found', '--output=name']);
  if (found) {
    throw new Error(
      `This test makes and removes ${found.trim().split('\n').join(', ')}, which is there; delete it first.`,
    );
  }
}

/** Removes namespaces and their volumes, unless E2E_KEEP is set. */
export async function discard(...namespaces: readonly string[]): Promise<void> {
  if (process.env.E2E_KEEP) return;
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
