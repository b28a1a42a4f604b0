/** What is made for prometheus-operator is what its CustomResourceDefinitions take, by the API server itself. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crdsOf, kubectl } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { run } from './support/run';
import { step } from './support/steps';
import { systemNames } from './support/system';

/** CustomResourceDefinitions. */
const CRDS = 'prometheus-operator';
const namespace = `${systemNames().release}-operator`;
const OPERATED = ['--set=prometheus.operator.enabled=true', '--set=network.scraperNamespace=monitoring'];
let made: readonly string[] = [];

beforeAll(async () => {
  await claim(namespace);
});

afterAll(async () => {
  if (made.length > 0) await kubectl(['delete', 'customresourcedefinition', ...made]);
  await discard();
});

step('monitors, probes and rules are accepted with the definitions installed', async () => {
  const folder = crdsOf(CRDS);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const names = files.map((file) => file.replace(/^(.*)_(.*)\.yaml$/, '$2.$1'));
  const there = await kubectl(['get', 'customresourcedefinition', ...names, '--ignore-not-found', '--output=name']);
  made = names.filter((name) => !there.includes(name));
  const definitions = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n---\n');
  if (made.length > 0) await kubectl(['apply', '--server-side', '--filename=-'], { input: definitions });
  await kubectl(['wait', '--for=condition=Established', ...names.map((name) => `crd/${name}`), '--timeout=60s']);
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
