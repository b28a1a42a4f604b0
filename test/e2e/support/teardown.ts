import { kubectl } from './cluster';
import { everythingRemoved } from './namespaces';
import { INSTALLED, removeSystem, systemNames } from './system';

/** Removes the release that the files have shared, and waits for what they removed, unless E2E_KEEP is set. */
export default async function teardown(): Promise<void> {
  if (process.env.E2E_KEEP) return;
  const names = systemNames();
  const annotations = await kubectl([
    'get',
    'namespace',
    names.release,
    '--ignore-not-found',
    '--output=jsonpath={.metadata.annotations}',
  ]);
  if (annotations.includes(INSTALLED)) await removeSystem(names);
  await everythingRemoved();
}
