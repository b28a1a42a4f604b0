/** The volume of a server or of a Sentinel is emptied: emptiness never spreads, and a Sentinel keeps its vote. */
import { exec, kubectl, recovery } from './support/cluster';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { emptyVolume } from './support/redis';
import { type Sentinels, inStep, redisCli, redisName, redisWithSentinels, writingKeys } from './support/sentinel';
import { thorough } from './support/steps';

let given: Sentinels;

beforeAll(async () => {
  given = await redisWithSentinels('sentinel-emptied');
});

afterAll(discard);

thorough('of the master, whose server starts again at once: it waits until its replica is chosen', async () => {
  const { master, replicas } = await inStep(given);
  await writingKeys(given, async (writer) => {
    await emptyVolume({ release: given.namespace }, master);
    await recovery('it replicates its replica', async () => {
      expect((await inStep(given)).master).toBe(replicas[0]);
    });
    await writer.goesOn();
  });
  expect(await kubectl(['logs', master, `--namespace=${given.namespace}`])).toContain(
    'this volume is empty, and the master had 1 replicas: it waits until the Sentinels have chosen one',
  );
  await everythingReady(given.namespace);
});

thorough('of the replica, while the master is deleted: it is not chosen before it is in step', async () => {
  const { master, replicas } = await inStep(given);
  const [replica = ''] = replicas;
  await writingKeys(given, async (writer) => {
    // The claim, so that the new pod is a while without a master to copy.
    await kubectl(['delete', 'persistentvolumeclaim', `data-${replica}`, inNamespace(), '--wait=false']);
    await kubectl(['delete', 'pod', replica, master, inNamespace(), '--force', '--grace-period=0']);
    await recovery('all servers are in step', async () => {
      expect((await inStep(given, { seconds: 240 })).master).toBe(master);
    });
    await writer.goesOn();
  });
  await everythingReady(given.namespace);
});

thorough('of a Sentinel: it comes back by the same ID, with what the others know', async () => {
  const sentinel = `${redisName}-sentinel-0`;
  const id = await redisCli(given, sentinel, 'sentinel', 'myid');
  const { master } = await inStep(given);
  await kubectl(['delete', 'persistentvolumeclaim', `data-${sentinel}`, inNamespace(), '--wait=false']);
  await kubectl(['delete', 'pod', sentinel, inNamespace()]);
  await recovery('it names the master', () => everythingReady(given.namespace));
  expect(await redisCli(given, sentinel, 'sentinel', 'myid')).toBe(id);
  expect((await inStep(given)).master).toBe(master);
  const known = await exec(given.namespace, `${redisName}-sentinel-1`, 'cat', '/data/sentinel.conf');
  expect(known.match(/^sentinel known-sentinel/gm)).toHaveLength(2);
});

function inNamespace(): string {
  return `--namespace=${given.namespace}`;
}
