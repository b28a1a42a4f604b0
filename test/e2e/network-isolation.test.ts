/** What the connections declare is what the network carries, between all tiers and to and from other namespaces. */
import { loadImages } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { type Declared, expectConnections } from './support/reachability';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { run, shell } from './support/run';
import { step } from './support/steps';

const declared: Declared = {
  frontend: ['backend 8000'],
  backend: ['pgbouncer 6432', 'redis-cluster-0 6379', 'redis-cluster-1 6379'],
  pgbouncer: ['postgres-primary-0 5432', 'postgres-replica-0 5432'],
  'postgres-primary-0': [],
  'postgres-replica-0': ['postgres-primary-0 5432'],
  'redis-cluster-0': ['redis-cluster-1 16379', 'redis-cluster-1 6379'],
  'redis-cluster-1': ['redis-cluster-0 16379', 'redis-cluster-0 6379'],
  // No policy holds the pods of other namespaces back; only the system's own stand in their way.
  ingress: ['API server', 'frontend 8080', 'scraper 8080', 'stranger 8080'],
  scraper: [
    'API server',
    'backend 8000',
    'frontend 9113',
    'ingress 8080',
    'pgbouncer 9127',
    'redis-cluster-0 9121',
    'redis-cluster-1 9121',
    'stranger 8080',
  ],
  stranger: ['API server', 'ingress 8080', 'scraper 8080'],
};

const release = `isolation-${Date.now().toString(36).slice(-5)}`;
const inNamespace = `--namespace=${release}`;
const around = { ingress: `${release}-ingress`, scraper: `${release}-scraper`, stranger: `${release}-stranger` };
const chart = 'charts/cluster-ai';
const settings = [
  ...[`${chart}/ci/staging-values.yaml`, 'test/e2e/values/staging-small.yaml'].map((file) => `--values=${file}`),
  `--set=network.ingressNamespace=${around.ingress}`,
  `--set=network.scraperNamespace=${around.scraper}`,
];

beforeAll(async () => {
  await loadImages((await run('helm', ['template', release, chart, inNamespace, ...settings])).stdout);
  const namespaces = [release, ...Object.values(around)];
  await claim(...namespaces);
  await makeNamespaces(...namespaces);
});

afterAll(discard);

step('a release of another name, in a namespace of its own, becomes Ready', async () => {
  for (const command of beginningWith(documentedCommands(`${chart}/README.md`), 'kubectl create secret')) {
    await shell(command.replaceAll('cluster-ai', release));
  }
  await run('helm', ['install', release, chart, inNamespace, ...settings]);
  await everythingReady(release);
});

step('exactly the declared connections are open, in both directions; DNS works', () =>
  expectConnections({ namespace: release, instance: release, around }, declared),
);
