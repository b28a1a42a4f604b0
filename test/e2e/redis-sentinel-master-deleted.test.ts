/** The master of Redis with Sentinel goes: a client finds the next one by the Sentinels, with all that WAIT acknowledged. */
import { App, Chart } from 'cdk8s';
import { RedisSentinel } from '../../lib/tiers/data/redis-sentinel';
import { kubectl, measured, recovery } from './support/cluster';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import {
  type Sentinels,
  type Written,
  inStep,
  redisCli,
  redisName,
  redisWithSentinels,
  writingKeys,
} from './support/sentinel';
import { eventually } from './support/eventually';
import { step, thorough } from './support/steps';

/** What RedisSentinel promises of its recovery. */
const { seconds: PROMISED_SECONDS } = new RedisSentinel(new Chart(new App(), 'any'), 'redis').recovery;

let given: Sentinels;

beforeAll(async () => {
  given = await redisWithSentinels('sentinel');
});

afterAll(discard);

step('its pod is deleted, and hands over first: no write is lost', async () => {
  const { master, replicas } = await inStep(given);
  const { plain, waited } = await writingKeys(given, async (writer) => {
    await kubectl(['delete', 'pod', master, inNamespace()]);
    await recovery('it replicates its replica', async () => {
      expect((await inStep(given)).master).toBe(replicas[0]);
    });
    await writer.goesOn();
  });
  expect(plain.lost).toEqual([]);
  expectPromised({ plain, waited });
  measured(pauses({ plain, waited }));
});

// At once after a handover: Sentinels and the replica may still know the former address of the other server.
step('its pod is deleted by force: what WAIT acknowledged is there', async () => {
  const { master, replicas } = await inStep(given);
  const written = await writingKeys(given, async (writer) => {
    await kubectl(['delete', 'pod', master, inNamespace(), '--force', '--grace-period=0']);
    await writer.goesOn();
    await recovery('all servers are in step', () => inStep(given));
  });
  expectPromised(written);
  await everythingReady(given.namespace);
  measured((await inStep(given)).master === replicas[0] ? 'its replica took over' : 'it was back before it was missed');
});

thorough('its pod is deleted and cannot come back: its replica is chosen, though its name leads nowhere', async () => {
  const { master, replicas } = await inStep(given);
  const { plain } = await writingKeys(given, async (writer) => {
    const quota = ['create', 'quota', 'no-more-pods', '--hard=pods=1', inNamespace()];
    await kubectl(quota);
    await kubectl(['delete', 'pod', master, inNamespace(), '--force', '--grace-period=0']);
    await recovery('its replica is master', () =>
      eventually('the replica takes over', { namespace: given.namespace }, async () => {
        expect(await redisCli(given, replicas[0] ?? '', 'role')).toMatch(/^master/);
      }),
    );
    await kubectl(['delete', 'quota', 'no-more-pods', inNamespace()]);
    await inStep(given, { seconds: 240 });
    await writer.goesOn();
  });
  // WAIT has nobody to wait for until the quota is gone.
  expectPromised({ plain });
  await everythingReady(given.namespace);
});

thorough('all servers and Sentinels are restarted one after the other: no write is lost', async () => {
  const { plain, waited } = await writingKeys(given, async (writer) => {
    await kubectl(['rollout', 'restart', 'statefulset', redisName, `${redisName}-sentinel`, inNamespace()]);
    await recovery('all are restarted', () => everythingReady(given.namespace));
    await writer.goesOn();
  });
  expect(plain.lost).toEqual([]);
  expectPromised({ plain, waited });
  measured(pauses({ plain, waited }));
  await inStep(given);
});

function expectPromised(written: Partial<Written>): void {
  const pauses = Object.values(written).map(({ longestPauseSeconds }) => longestPauseSeconds);
  expect(pauses.filter((seconds) => !(seconds <= PROMISED_SECONDS))).toEqual([]);
}

function pauses({ plain, waited }: Written): string {
  return `refused: ${[...new Set([...plain.refusals, ...waited.refusals])].join('; ') || 'nothing'}`;
}

function inNamespace(): string {
  return `--namespace=${given.namespace}`;
}
