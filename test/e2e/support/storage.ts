/** Volumes that grow, where the test does what the storage driver of a real cluster would. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { get, kubectl } from './cluster';
import { eventually } from './eventually';

/** Name of the StorageClass of a release's volumes. */
export function expandableClassOf(release: string): string {
  return `${release}-expandable`;
}

/** Makes a StorageClass like the default one, but for the name and that its volumes may grow. */
export async function makeExpandableClass(name: string): Promise<void> {
  const isDefault = ({ metadata }: StorageClass) =>
    metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  const standard = (await get<StorageClass>('storageclasses')).find(isDefault);
  if (standard === undefined) throw new Error('the cluster has no default StorageClass');
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode } = standard;
  const expandable = { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowVolumeExpansion: true };
  const made = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, ...expandable };
  await kubectl(['apply', '--filename=-'], { input: JSON.stringify(made) });
}

/** The claims of a namespace that have a label, such as `app.kubernetes.io/name=postgres`. */
export async function claimsOf(namespace: string, selector: string): Promise<readonly PersistentVolumeClaim[]> {
  return get<PersistentVolumeClaim>('persistentvolumeclaims', `--namespace=${namespace}`, `--selector=${selector}`);
}

/** Plays the resizer: says of each claim that asks for `size` that its volume has that now. */
export async function resize(namespace: string, selector: string, size: string): Promise<void> {
  const claims = await eventually(`claims ask for ${size}`, { namespace }, async () => {
    const found = await claimsOf(namespace, selector);
    expect(found.map(({ spec }) => spec?.resources?.requests?.storage)).toEqual(found.map(() => size));
    return found;
  });
  const capacity = { capacity: { storage: size } };
  for (const { metadata, spec } of claims) {
    await patch(['persistentvolume', spec?.volumeName ?? ''], { spec: capacity });
    const claim = ['persistentvolumeclaim', metadata?.name ?? '', `--namespace=${namespace}`, '--subresource=status'];
    await patch(claim, { status: capacity });
  }
}

async function patch(what: readonly string[], change: object): Promise<void> {
  await kubectl(['patch', ...what, '--type=merge', `--patch=${JSON.stringify(change)}`]);
}
