/** What is made for prometheus-operator is what its CustomResourceDefinitions take, by the API server itself. */
import { kubectl } from './support/cluster';
import { installDefinitions } from './support/definitions';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { run } from './support/run';
import { step } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-operator`;
const OPERATED = ['--set=prometheus.operator.enabled=true', '--set=network.scraperNamespace=monitoring'];
let removeDefinitions: (() => Promise<void>) | undefined;

beforeAll(async () => {
  await claim(namespace);
});

afterAll(async () => {
  await removeDefinitions?.();
  await discard();
});

step('monitors, probes and rules are accepted with the definitions installed', async () => {
  removeDefinitions = await installDefinitions('prometheus-operator');
  await makeNamespaces(namespace);
  for (const [system, environment] of [
    ['cluster-ai', 'production'],
    ['node-agents', 'production'],
  ] as const) {
    const values = `--values=charts/${system}/ci/${environment}-values.yaml`;
    const { stdout } = await run('helm', [
      'template',
      system,
      `charts/${system}`,
      `--namespace=${namespace}`,
      values,
      ...OPERATED,
    ]);
    const monitoring = stdout
      .split(/^---$/m)
      .filter((object) => /^apiVersion: monitoring\.coreos\.com\//m.test(object));
    expect(monitoring.length).toBeGreaterThan(2);
    const apply = ['apply', '--server-side', `--namespace=${namespace}`, '--filename=-'];
    await kubectl(apply, { input: monitoring.join('\n---\n') });
  }
  const kinds = 'servicemonitors,podmonitors,probes,prometheusrules';
  const found = await kubectl(['get', kinds, `--namespace=${namespace}`, '--output=name']);
  for (const kind of kinds.split(',')) expect(found).toMatch(kind.slice(0, -1));
});
