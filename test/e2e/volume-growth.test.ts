/** Volumes grow by the documented commands, typed as they are: no pod restarts, and nothing is lost. */
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { get, measured, recovery, report } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { shell } from './support/run';
import { thorough } from './support/steps';
import { claimsOf, resize } from './support/storage';
import { type System, helmSettings, psql, system, upgrade } from './support/system';
import { writing } from './support/writer';

interface DataTier {
  readonly name: string;
  readonly value: string;
}

const postgres = { name: 'postgres', value: 'postgres.storage.size' };
const redisCluster = { name: 'redis-cluster', value: 'redisCluster.storage.size' };

/** Those for PostgreSQL in production. */
const commands = documentedCommands('docs/operations.md', 'Growing a volume');

let given: System;
/** Sizes that volumes have grown to, as options of Helm. */
const grown: string[] = [];

beforeAll(async () => {
  given = await system();
});

thorough('an upgrade to a larger volume alone is refused', async () => {
  const refused = "updates to statefulset spec for fields other than 'replicas'";
  await expect(upgrade(given, `--set=${postgres.value}=9Gi`)).rejects.toThrow(refused);
});

thorough('the volumes of Redis Cluster grow', () => grow(redisCluster));

thorough('the volumes of PostgreSQL grow', () => grow(postgres));

thorough("PostgreSQL's limits follow by a reload", async () => {
  const before = await running();
  const keep = `${(await gibibytes(postgres)) * 256}MB`;
  await recovery('the servers have the new limits', () =>
    eventually('the servers have the new limits', { namespace: given.release, seconds: 150 }, async () => {
      const { stdout } = await type(postgres, ...beginningWith(commands, 'kubectl get pods'));
      expect(megabytes(stdout)).toEqual([keep, keep]);
    }),
  );
  expect(await psql(given, 'SELECT count(*) FROM pg_settings WHERE pending_restart')).toBe('0');
  expect(await running()).toEqual(before);
});

thorough('the release goes back to its own sizes, around volumes that stay as large', async () => {
  const before = await running();
  for (const tier of [postgres, redisCluster])
    await type(tier, ...beginningWith(commands, 'kubectl delete statefulsets'));
  await upgrade(given);
  await everythingReady(given.release);
  expect(await running()).toEqual(before);
});

/** Types the documented commands for a tier while rows and keys are written. */
async function grow(tier: DataTier): Promise<void> {
  const { release } = given;
  const size = `${(await gibibytes(tier)) + 1}Gi`;
  const before = await running();
  const written = await writing(given, async (writer) => {
    const from = Date.now();
    for (const command of commands) {
      if (command.startsWith('kubectl get pods')) continue;
      // The storage driver of a real cluster is at work while the command waits.
      const driver = command.startsWith('kubectl wait') ? resize(release, labels(tier), size) : undefined;
      await Promise.all([type(tier, command.replaceAll('200Gi', size)), driver]);
    }
    await everythingReady(release);
    measured(`${tier.name}: grown to ${size} within ${((Date.now() - from) / 1000).toFixed(1)} s`);
    await writer.goesOn();
  });
  grown.push(`--set=${tier.value}=${size}`);

  expect([written.rows.refused, written.keys.refused]).toEqual([0, 0]);
  expect(await running()).toEqual(before);
  const claims = await claimsOf(release, labels(tier));
  expect(claims.map(({ status }) => status?.capacity?.storage)).toEqual(claims.map(() => size));
  const sets = await get<StatefulSet>('statefulsets', `--namespace=${release}`, `--selector=${labels(tier)}`);
  const templates = sets.flatMap(({ spec }) => spec?.volumeClaimTemplates ?? []);
  expect(templates.map(({ spec }) => spec?.resources?.requests?.storage)).toEqual(sets.map(() => size));
  expect(sets.length).toBeGreaterThan(0);
}

/** Types documented commands, for this release and its values, and for another tier than PostgreSQL. */
async function type({ name, value }: DataTier, ...lines: readonly string[]): Promise<{ stdout: string }> {
  let stdout = '';
  for (const line of lines) {
    const command = line
      .replaceAll(/(?<!charts\/)cluster-ai/g, given.release)
      .replaceAll('kubernetes.io/name=postgres', `kubernetes.io/name=${name}`)
      .replaceAll(postgres.value, value)
      .replace(/--values \S+/, [...helmSettings(given), ...grown].join(' '));
    report(command);
    stdout += (await shell(command, { timeoutSeconds: 300 })).stdout;
  }
  return { stdout };
}

/** UIDs and restarts of everything in the release. */
async function running(): Promise<Readonly<Record<string, readonly (string | number | undefined)[]>>> {
  const pods = await get<Pod>('pods', `--namespace=${given.release}`);
  return Object.fromEntries(
    pods.map(({ metadata, status }) => [
      metadata?.name ?? '',
      [metadata?.uid, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)],
    ]),
  );
}

/** Of each of the tier's volumes. */
async function gibibytes(tier: DataTier): Promise<number> {
  const sizes = (await claimsOf(given.release, labels(tier))).map(({ status }) => status?.capacity?.storage ?? '');
  expect(new Set(sizes).size).toBe(1);
  return Number(sizes[0]?.replace(/Gi$/, ''));
}

function labels({ name }: DataTier): string {
  return `app.kubernetes.io/instance=${given.release},app.kubernetes.io/name=${name}`;
}

/** What psql shows, `512MB` or `1GB`, in the former unit. */
function megabytes(output: string): readonly string[] {
  const shown = [...output.matchAll(/^ *(\d+)(MB|GB)$/gm)];
  return shown.map(([, number, unit]) => `${Number(number) * (unit === 'GB' ? 1024 : 1)}MB`);
}
