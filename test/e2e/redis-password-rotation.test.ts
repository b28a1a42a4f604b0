/** The password of Redis changed in the Secret, as docs/tiers/redis-cluster.md says. */
import { kubectl, measured, recovery } from './support/cluster';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { aPair, redisCli, wholeCluster } from './support/redis';
import { shell } from './support/run';
import { thorough } from './support/steps';
import { type System, system } from './support/system';
import { writing } from './support/writer';

const commands = documentedCommands('docs/tiers/redis-cluster.md', 'Password');
const [edit = ''] = beginningWith(commands, 'kubectl create secret generic shop-redis --namespace shop --dry-run');
const [rotate = ''] = beginningWith(commands, 'kubectl annotate pods');

let given: System;

beforeAll(async () => {
  given = await system();
});

thorough('no client is refused for its password', async () => {
  const { keys } = await writing(given, async (writer) => {
    await type(edit);
    await recovery('nodes accept both, clients and nodes are restarted', () => type(rotate));
    const nodes = ['rollout', 'status', `statefulset/${given.release}-redis-cluster`, `--namespace=${given.release}`];
    await recovery('every node has forgotten the old one', () =>
      kubectl([...nodes, '--timeout=400s'], { timeoutSeconds: 420 }),
    );
    await writer.goesOn();
  });
  measured(`refused: ${[...new Set(keys.refusals)].join('; ') || 'nothing'}`);
  expect(keys.refusals.filter((said) => /auth|password|WRONGPASS|NOPERM/i.test(said))).toEqual([]);
  await wholeCluster(given);
  await everythingReady(given.release);
  const { master } = await aPair(given);
  expect(await redisCli(given, master.pod, 'acl', 'list')).toMatch(/^user default on sanitize-payload #[0-9a-f]{64} ~/);
});

async function type(command: string): Promise<void> {
  await shell(command.replaceAll('shop', given.release), { timeoutSeconds: 400 });
}
