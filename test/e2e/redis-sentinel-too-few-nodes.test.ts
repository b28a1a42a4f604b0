/** Sentinels that need a node each, on a cluster with fewer: one runs, and no failover is promised that could not be. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { type Sentinels, apply, redisName } from './support/sentinel';
import { thorough } from './support/steps';
import { systemNames } from './support/system';

const given: Sentinels = { namespace: `${systemNames().release}-sentinel-nodes` };

beforeAll(async () => {
  await claim(given.namespace);
  await makeNamespaces(given.namespace);
});

afterAll(discard);

thorough('each node gets one Sentinel, and the others stay Pending', async () => {
  const nodes = await get('nodes');
  // Nothing starts without the Secret: the scheduler is asked alone.
  await apply(given, { antiAffinity: 'required' });
  const selector = 'app.kubernetes.io/component=sentinel';
  await eventually('Sentinels are scheduled', { namespace: given.namespace }, async () => {
    const pods = await get<Pod>('pods', `--namespace=${given.namespace}`, `--selector=${selector}`);
    const refused = pods
      .flatMap(({ status }) => status?.conditions ?? [])
      .filter(({ reason }) => reason === 'Unschedulable');
    expect(pods).toHaveLength(3);
    expect(pods.filter(({ spec }) => spec?.nodeName !== undefined)).toHaveLength(Math.min(nodes.length, 3));
    for (const { message } of refused) expect(message).toContain("didn't match pod anti-affinity rules");
    expect(refused).toHaveLength(3 - Math.min(nodes.length, 3));
  });
  await kubectl(['delete', 'statefulset', redisName, `${redisName}-sentinel`, `--namespace=${given.namespace}`]);
});
