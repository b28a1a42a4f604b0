/** NetworkPolicies cut the master of Redis with Sentinel off: another is chosen, and what the old one takes is bounded. */
import { kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { type Sentinels, inStep, redisCli, redisName, redisWithSentinels, writingKeys } from './support/sentinel';
import { thorough } from './support/steps';

const three = { replicas: 2 };
let given: Sentinels;

beforeAll(async () => {
  given = await redisWithSentinels('sentinel-cut', { ...three, minReplicasToWrite: 1 });
});

afterAll(discard);

thorough('it refuses writes within seconds, and is a replica when it is back', async () => {
  const { master } = await inStep(given, three);
  await writingKeys(given, async (writer) => {
    await cutOff(master);
    const from = Date.now();
    await recovery('keys are acknowledged by another', () => writer.goesOn());
    await eventually('it refuses writes', { namespace: given.namespace }, async () => {
      expect(await redisCli(given, master, 'set', 'cut-off', 'lost')).toContain('NOREPLICAS');
    });
    measured(`it takes no write after ${((Date.now() - from) / 1000).toFixed(1)} s`);
    await restrict({ matchExpressions: null });
    await recovery('it replicates the new master', async () => {
      expect((await inStep(given, three)).master).not.toBe(master);
    });
  });
  await everythingReady(given.namespace);
});

/** Takes the pod out of the policy that allows its connections; what denies all others is there already. */
async function cutOff(pod: string): Promise<void> {
  const label = 'statefulset.kubernetes.io/pod-name';
  await restrict({ matchExpressions: [{ key: label, operator: 'NotIn', values: [pod] }] });
  // A policy stops new connections, and not on every network those that are there.
  await eventually('nobody is connected', { namespace: given.namespace }, async () => {
    for (const type of ['replica', 'normal', 'pubsub']) await redisCli(given, pod, 'client', 'kill', 'type', type);
    expect(await redisCli(given, pod, 'info', 'replication')).toContain('connected_slaves:0');
  });
}

async function restrict(podSelector: object): Promise<void> {
  const patch = JSON.stringify({ spec: { podSelector } });
  const policy = ['networkpolicy', redisName, `--namespace=${given.namespace}`];
  await kubectl(['patch', ...policy, '--type=merge', `--patch=${patch}`]);
}
