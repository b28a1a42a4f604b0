/** Whether the changesets that wait announce what breaks. */
import getReleasePlan from '@changesets/get-release-plan';
import { name, version } from '../../package.json';

const BUMPS = ['none', 'patch', 'minor', 'major'] as const;
export type Bump = (typeof BUMPS)[number];

/** The bump that a change which breaks needs: before 1.0 a minor version, from then on a major one. */
export function demandedBump(from: string): Bump {
  return from.startsWith('0.') ? 'minor' : 'major';
}

/** The greatest bump of the changesets in a folder's `.changeset/`. */
export async function plannedBump(folder: string): Promise<Bump> {
  const { releases } = await getReleasePlan(folder);
  return releases.find((release) => release.name === name)?.type ?? 'none';
}

/** Nothing where nothing breaks or a changeset says so; otherwise what breaks, and the remedy. */
export function unannounced(breaking: readonly string[], planned: Bump, from = version): readonly string[] {
  const demanded = demandedBump(from);
  if (breaking.length === 0 || BUMPS.indexOf(planned) >= BUMPS.indexOf(demanded)) return [];
  return [
    ...breaking,
    `since ${from} this breaks, and the changesets ask for ${planned === 'none' ? 'nothing' : `a ${planned} version`}: add one of type ${demanded} (npx changeset) that tells users what to do, or take it back`,
  ];
}
