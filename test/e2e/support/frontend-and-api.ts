/** Frontend and API alone, in a namespace of their own, for what other tools do than the release's. */
import { makeNamespaces, removeNamespaces } from './namespaces';
import { run } from './run';
import { type System, chart, helmSettings, prepare } from './system';

/** A namespace beside the release's, ready for its parts; removed in the end. The clients are those of the release. */
export async function beside(given: System, suffix: string, use: (other: System) => Promise<void>): Promise<void> {
  const release = `${given.release}-${suffix}`;
  await removeNamespaces(release);
  await makeNamespaces(release);
  try {
    await prepare(release);
    await use({ ...given, release });
  } finally {
    await removeNamespaces(release);
  }
}

/** Manifests of the two tiers, as they are without Helm. */
export async function manifests(other: System, ...settings: readonly string[]): Promise<string> {
  const tiers = ['frontend', 'backend'].map((tier) => `--show-only=templates/${tier}/*.yaml`);
  const args = ['template', other.release, chart, ...helmSettings(other), ...settings, ...tiers];
  return (await run('helm', args)).stdout;
}
