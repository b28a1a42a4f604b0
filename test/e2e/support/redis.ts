/** What the nodes of a release's Redis Cluster say of each other, and what is done to them. */
import type { Pod } from 'kubernetes-types/core/v1';
import { exec, get } from './cluster';
import { eventually } from './eventually';

interface Release {
  readonly release: string;
}

export interface RedisNode {
  readonly id: string;
  readonly pod: string;
  /** Such as `master` or `slave`, `fail` and `noaddr`. */
  readonly flags: readonly string[];
  /** ID of the node that a replica copies. */
  readonly master?: string;
  readonly ownsSlots: boolean;
}

/** Names of the pods. */
export async function redisPods({ release }: Release): Promise<readonly string[]> {
  const pods = await get<Pod>('pods', `--namespace=${release}`, `--selector=${nodesOf(release)}`);
  return pods.map(({ metadata }) => metadata?.name ?? '').sort();
}

/** What redis-cli prints in a pod. */
export async function redisCli({ release }: Release, pod: string, ...command: readonly string[]): Promise<string> {
  return (await exec(release, pod, 'redis-cli', ...command)).trim();
}

/** The cluster as one of its nodes sees it. */
export async function nodesSeenBy(given: Release, pod: string): Promise<readonly RedisNode[]> {
  return nodesIn(await redisCli(given, pod, 'cluster', 'nodes'));
}

/** The same by the names of pods, and what the node says of the slots and of its own replication. */
async function seenBy({ release }: Release, pod: string): Promise<readonly [readonly RedisNode[], string]> {
  const script = 'redis-cli cluster nodes; redis-cli cluster info; redis-cli info replication';
  const [nodes = '', ...own] = (await exec(release, pod, 'sh', '-c', script)).split(/^(?=cluster_state:)/m);
  return [nodesIn(nodes.trim()).toSorted((a, b) => a.pod.localeCompare(b.pod)), own.join('')];
}

function nodesIn(said: string): readonly RedisNode[] {
  return said.split('\n').map((line) => {
    const [id = '', address = '', flags = '', master = '-', , , , , ...slots] = line.trim().split(' ');
    return {
      id,
      pod: address.split(',')[1]?.split('.')[0] ?? '',
      flags: flags.split(',').filter((flag) => flag !== 'myself'),
      ...(master === '-' ? {} : { master }),
      ownsSlots: slots.length > 0,
    };
  });
}

/** A pod's own node. */
export async function nodeOf(given: Release, pod: string): Promise<RedisNode> {
  const id = await redisCli(given, pod, 'cluster', 'myid');
  const own = (await nodesSeenBy(given, pod)).find((node) => node.id === id);
  if (own === undefined) throw new Error(`${pod} does not know itself`);
  return own;
}

export interface Pair {
  readonly master: RedisNode;
  readonly replica: RedisNode;
}

/**
 * Waits until every node knows every pod by one ID, and no other; all slots are served; and each master has a replica in
 * step. Returns the masters with their replicas.
 */
export async function wholeCluster(given: Release, seconds = 180): Promise<readonly Pair[]> {
  return eventually('Redis Cluster is whole', { namespace: given.release, seconds }, async () => {
    const pods = await redisPods(given);
    expect(pods).not.toEqual([]);
    let nodes: readonly RedisNode[] = [];
    // One after the other: while the first is not content, nobody else is asked, and the servers have the CPU.
    for (const pod of pods) {
      const [view, own] = await seenBy(given, pod);
      expect(view.map((node) => node.pod)).toEqual(pods);
      expect(view.flatMap(({ flags }) => flags).filter((flag) => flag !== 'master' && flag !== 'slave')).toEqual([]);
      if (nodes.length > 0) expect(view).toEqual(nodes);
      nodes = view;
      expect(own).toMatch(/^cluster_slots_ok:16384\r?$/m);
      expect(own).toMatch(/^(role:master|master_link_status:up)\r?$/m);
    }
    const masters = nodes.filter(({ ownsSlots }) => ownsSlots);
    const replicas = nodes.filter(({ flags }) => flags.includes('slave'));
    expect([masters.length, replicas.length]).toEqual([pods.length / 2, pods.length / 2]);
    return masters.map((master) => {
      const [replica, ...others] = replicas.filter((node) => node.master === master.id);
      if (replica === undefined || others.length > 0) throw new Error(`not one replica of ${master.pod}`);
      return { master, replica };
    });
  });
}

/** A master with its replica. */
export async function aPair(given: Release): Promise<Pair> {
  const [pair] = await wholeCluster(given);
  if (pair === undefined) throw new Error('there is no master');
  return pair;
}

/** Sends a signal to a pod's server, which is not the container's first process. */
export async function signalServer(given: Release, pod: string, signal: 'KILL' | 'STOP'): Promise<void> {
  await fatal(given, pod, SIGNAL.replace('SIGNAL', signal));
}

/** Empties a pod's volume, hidden files included, and kills its server: the next one comes at once, at its address. */
export async function emptyVolume(given: Release, pod: string): Promise<void> {
  await fatal(given, pod, `find /data -mindepth 1 -delete; ${SIGNAL.replace('SIGNAL', 'KILL')}`);
}

/** A script that may end its container, and so itself. */
async function fatal({ release }: Release, pod: string, script: string): Promise<void> {
  try {
    await exec(release, pod, 'sh', '-c', script);
  } catch (error) {
    if (!String(error).includes('exit code 137')) throw error;
  }
}

/** No node knows this ID. */
export async function forgottenEverywhere(given: Release, id: string): Promise<void> {
  for (const pod of await redisPods(given)) {
    expect((await nodesSeenBy(given, pod)).map((node) => node.id)).not.toContain(id);
  }
}

function nodesOf(release: string): string {
  return `app.kubernetes.io/instance=${release},app.kubernetes.io/name=redis-cluster,app.kubernetes.io/component=node`;
}

const SIGNAL =
  'for p in /proc/[0-9]*; do [ "$(cat $p/comm 2> /dev/null)" != redis-server ] || kill -SIGNAL ${p#/proc/}; done; true';
