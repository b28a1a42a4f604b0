/** The password of Redis with Sentinel changed in the Secret, as docs/tiers/redis-sentinel.md says. */
import { exec, recovery } from './support/cluster';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { shell } from './support/run';
import { type Sentinels, inStep, redisCli, redisName, redisWithSentinels, writingKeys } from './support/sentinel';
import { thorough } from './support/steps';

const commands = documentedCommands('docs/tiers/redis-sentinel.md', 'Password');
const [edit = ''] = beginningWith(commands, 'kubectl create secret generic shop-redis --namespace shop --dry-run');
const [rotate = ''] = beginningWith(commands, 'kubectl annotate pods');

let given: Sentinels;

beforeAll(async () => {
  given = await redisWithSentinels('sentinel-password');
});

afterAll(discard);

thorough('servers and Sentinels go on among themselves, and afterwards only the new one is accepted', async () => {
  const old = await exec(given.namespace, `${redisName}-0`, 'printenv', 'REDISCLI_AUTH');
  await type(edit);
  await recovery('all accept both, clients and pods are restarted', () => type(rotate));
  await recovery('everything is Ready', () => everythingReady(given.namespace));
  await inStep(given);
  for (const pod of [`${redisName}-0`, `${redisName}-sentinel-0`]) {
    const port = pod.includes('-sentinel-') ? '26379' : '6379';
    expect(
      await exec(given.namespace, pod, 'env', `REDISCLI_AUTH=${old.trim()}`, 'redis-cli', '-p', port, 'ping'),
    ).toMatch(/WRONGPASS|NOAUTH/);
    expect(await redisCli(given, pod, 'ping')).toBe('PONG');
  }
  await writingKeys(given, (writer) => writer.goesOn());
});

async function type(command: string): Promise<void> {
  const typed = command.replaceAll('deployment/shop-backend', 'deployment/shop-client');
  await shell(typed.replaceAll('--namespace shop', `--namespace ${given.namespace}`), { timeoutSeconds: 400 });
}
