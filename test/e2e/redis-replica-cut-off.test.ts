/** A NetworkPolicy cuts the replica of a Redis master off: nothing is acknowledged that only the master has. */
import { exec, kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { everythingReady } from './support/readiness';
import { type Pair, nodeOf, redisCli, signalServer, wholeCluster } from './support/redis';
import { step } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

step('WAITAOF 1 1 acknowledges nothing then; what it acknowledges later outlives the master', async () => {
  // Not the nodes through which clients find the cluster.
  const pair = (await wholeCluster(given)).at(-1);
  if (pair === undefined) throw new Error('there is no master');
  const { master, replica } = pair;
  const key = await keyOf(pair);
  const write = (word: string) => setAndWait(pair, `${key}:${word}`, word);
  expect(await write('before')).toEqual([1, 1]);
  await writing(given, async (writer) => {
    await cutOff(pair);
    expect(await write('cut-off')).toEqual([1, 0]);
    expect(await redisCli(given, replica.pod, 'info', 'replication')).toContain('master_link_status:down');
    await restrict({ matchExpressions: null });
    await recovery('a write is acknowledged again', () =>
      eventually('a write is acknowledged', { namespace: given.release }, async () => {
        expect(await write('later')).toEqual([1, 1]);
      }),
    );
    await signalServer(given, master.pod, 'STOP');
    await eventually('the replica takes over', { namespace: given.release }, async () => {
      expect(await nodeOf(given, replica.pod)).toMatchObject({ id: replica.id, ownsSlots: true });
    });
    for (const word of ['before', 'cut-off', 'later']) {
      expect(await redisCli(given, replica.pod, 'get', `${key}:${word}`)).toBe(word);
    }
    await signalServer(given, master.pod, 'KILL');
    await wholeCluster(given);
    await writer.goesOn();
  });
  await everythingReady(given.release);
});

/** What `WAITAOF 1 1` says after a write on the same connection: of the master, and of replicas. */
async function setAndWait({ master }: Pair, key: string, word: string): Promise<readonly number[]> {
  const script = `printf 'set ${key} ${word}\\nwaitaof 1 1 4000\\n' | redis-cli`;
  const [set, ...acknowledged] = (await exec(given.release, master.pod, 'sh', '-c', script)).trim().split('\n');
  expect(set).toBe('OK');
  measured(`${word}: ${acknowledged.join(' ')}`);
  return acknowledged.map(Number);
}

/** The beginning of keys that are all in one slot of the master. */
async function keyOf({ master }: Pair): Promise<string> {
  for (let number = 0; ; number++) {
    const key = `cut-off-${Date.now()}:{${number}}`;
    if (!(await redisCli(given, master.pod, 'exists', key)).startsWith('MOVED')) return key;
  }
}

/** Takes the one pod out of the policy that allows its connections; what denies all others is there already. */
async function cutOff({ master, replica }: Pair): Promise<void> {
  const label = 'statefulset.kubernetes.io/pod-name';
  await restrict({ matchExpressions: [{ key: label, operator: 'NotIn', values: [replica.pod] }] });
  // A policy stops new connections, and not on every network those that are there.
  await eventually('the replica cannot connect', { namespace: given.release }, async () => {
    await redisCli(given, master.pod, 'client', 'kill', 'type', 'replica');
    expect(await redisCli(given, master.pod, 'info', 'replication')).toContain('connected_slaves:0');
  });
}

async function restrict(podSelector: object): Promise<void> {
  await kubectl([
    'patch',
    'networkpolicy',
    `${given.release}-redis-cluster`,
    `--namespace=${given.release}`,
    '--type=merge',
    `--patch=${JSON.stringify({ spec: { podSelector } })}`,
  ]);
}
