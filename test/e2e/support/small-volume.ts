/** A volume that can be filled: a tmpfs of the node, so that no disk of the node's is. */
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from './cluster';
import { demandNode } from './node';
import { run } from './run';

const SIZE = '64Mi';

/**
 * Makes a PersistentVolume of 64 MiB, and the claim of a StatefulSet that is not there yet, bound to it.
 *
 * @returns what removes the volume, once its namespace is gone
 * @throws where this is not the node, or the user is not root
 */
export async function smallVolume(namespace: string, claim: string): Promise<() => Promise<void>> {
  await demandNode('a small volume is a tmpfs on the one node of the cluster');
  const path = await mkdtemp(join(tmpdir(), 'small-volume-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', path]);
  const remove = async (): Promise<void> => {
    if (process.env.E2E_KEEP) return;
    await kubectl(['delete', 'persistentvolume', claim, '--ignore-not-found']);
    await run('umount', [path]);
    await rmdir(path);
  };
  const both = { accessModes: ['ReadWriteOnce'], storageClassName: claim };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: claim },
    spec: {
      ...both,
      capacity: { storage: SIZE },
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace, name: claim },
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] }],
        },
      },
    },
  };
  const claimed = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim, namespace },
    spec: { ...both, volumeName: claim, resources: { requests: { storage: SIZE } } },
  };
  try {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [volume, claimed] });
    await kubectl(['create', '--filename=-'], { input });
    const bound = ['wait', '--for=jsonpath={.status.phase}=Bound', `persistentvolumeclaim/${claim}`];
    await kubectl([...bound, `--namespace=${namespace}`, '--timeout=30s']);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}
