/** All pods of Redis with Sentinel deleted at once: they come back at other addresses, with the master and data they had. */
import { kubectl, measured, recovery } from './support/cluster';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { type Sentinels, inStep, redisName, redisWithSentinels, writingKeys } from './support/sentinel';
import { thorough } from './support/steps';

let given: Sentinels;

beforeAll(async () => {
  given = await redisWithSentinels('sentinel-all');
});

afterAll(discard);

thorough('by force', () => allDeleted('--force', '--grace-period=0'));

thorough('gracefully', () => allDeleted());

async function allDeleted(...options: readonly string[]): Promise<void> {
  const { master } = await inStep(given);
  const pods = [...[0, 1].map((index) => `${redisName}-${index}`), ...sentinels];
  await writingKeys(given, async (writer) => {
    await kubectl(['delete', 'pods', ...pods, `--namespace=${given.namespace}`, ...options], { timeoutSeconds: 180 });
    await recovery('keys are acknowledged again', () => writer.goesOn());
    await recovery('all servers are in step', () => inStep(given));
  });
  await everythingReady(given.namespace);
  measured((await inStep(given)).master === master ? 'the master is the same' : 'its replica is master');
}

const sentinels = [0, 1, 2].map((index) => `${redisName}-sentinel-${index}`);
