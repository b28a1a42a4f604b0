/** What a Postgres says of its replication, and how its reads are answered. */
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { get } from './cluster';
import { eventually } from './eventually';
import { portForward } from './port-forward';
import { type System, psql } from './system';

/** Waits until a replica streams and has replayed what the primary has now. */
export async function caughtUp(system: System, replica: string, seconds = 120): Promise<void> {
  const { release } = system;
  const now = await psql(system, 'SELECT pg_current_wal_lsn()');
  await eventually(`${replica} has what the primary has`, { namespace: release, seconds }, async () => {
    const state = `SELECT state, replay_lsn >= '${now}' FROM pg_stat_replication WHERE application_name = '${replica}'`;
    expect(await psql(system, state)).toBe('streaming|t');
  });
}

/** How the API's reads are answered, through PgBouncer's database for reads. */
export async function read({ release }: System): Promise<{ readonly rows: number; readonly replica: boolean }> {
  return portForward(release, `service/${release}-backend`, 8000, async (url) => {
    const answer = await fetch(`${url}/api/rows`);
    const body = (await answer.json()) as { rows: number; replica: boolean };
    expect([answer.status, body]).toEqual([200, body]);
    return body;
  });
}

/** Names of the pods that a Service leads to. */
export async function backends({ release }: System, service: string): Promise<readonly string[]> {
  const slices = await get<EndpointSlice>(
    'endpointslices',
    `--namespace=${release}`,
    `--selector=kubernetes.io/service-name=${service}`,
  );
  return slices
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions?.ready)
    .map(({ targetRef }) => targetRef?.name ?? '')
    .sort();
}

/** UID and restarts of a pod's server. */
export async function identityOf({ release }: System, pod: string): Promise<{ uid: string; restarts: number }> {
  const [found] = await get<Pod>('pod', pod, `--namespace=${release}`);
  const restarts = found?.status?.containerStatuses?.find(({ name }) => name === 'postgres')?.restartCount;
  return { uid: found?.metadata?.uid ?? '', restarts: restarts ?? 0 };
}
