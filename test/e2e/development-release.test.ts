/** Development as a Helm release: the chart's README, typed line by line. */
import { App } from 'cdk8s';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import { parseValues } from '../../lib/values/load';
import { releaseSecretBytes } from '../support/release-secret';
import { kubectl, loadImages, report } from './support/cluster';
import { claim, discard, remains } from './support/namespaces';
import { everythingReady, nothingRuns, podsByWorkload } from './support/readiness';
import { documentedCommands } from './support/readme';
import { run, shell } from './support/run';
import { step } from './support/steps';
import { psql } from './support/system';

const namespace = 'cluster-ai';
const chart = 'charts/cluster-ai';

beforeAll(async () => {
  await claim(namespace);
  const values = `--values=${chart}/ci/development-values.yaml`;
  await loadImages((await run('helm', ['template', namespace, chart, values])).stdout);
});

afterAll(discard);

step('the documented commands bring up a system that passes its own test', async () => {
  // The other way to Secrets; here the Job makes them.
  const commands = documentedCommands(`${chart}/README.md`).filter((line) => !line.startsWith('kubectl create secret'));
  for (const command of commands) {
    report(command);
    const { stderr } = await shell(command, { timeoutSeconds: 300 });
    expect(stderr).not.toContain('PodSecurity');
  }
});

step('everything is Ready under enforced "restricted"', async () => {
  await everythingReady(namespace, 30);
  expect(Object.keys(await podsByWorkload(namespace)).sort()).toEqual([
    'cluster-ai-alertmanager',
    'cluster-ai-backend',
    'cluster-ai-frontend',
    'cluster-ai-grafana',
    'cluster-ai-inference-gateway',
    'cluster-ai-model-cache',
    'cluster-ai-onnx',
    'cluster-ai-pgbouncer',
    'cluster-ai-postgres-primary',
    'cluster-ai-prometheus',
    'cluster-ai-redis',
    'cluster-ai-sample-models',
    'cluster-ai-tensorflow-serving',
    'cluster-ai-torchserve',
  ]);
});

step('the Secret of the release has the size that npm test reckons with', async () => {
  const system = new ClusterAi(new App());
  const development = environmentsIn(system.environments).find(({ name }) => name === 'development');
  if (development === undefined) throw new Error('no development');
  const given = parseValues(development.source, development.file);
  const reckoned = releaseSecretBytes(system, valuesOf(system.schema, development), given);
  const secret = ['get', 'secret', `sh.helm.release.v1.${namespace}.v1`, `--namespace=${namespace}`];
  const data = await kubectl([...secret, '--output=jsonpath={.data.release}']);
  const stored = Buffer.from(data, 'base64').length;
  report(`the release's Secret has ${stored} bytes, ${reckoned} were reckoned`);
  expect(Math.abs(stored / reckoned - 1)).toBeLessThan(0.02);
});

step('helm uninstall leaves what was generated and written, and helm install finds it', async () => {
  const release = { release: namespace };
  await psql(release, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('row')");
  const before = await remains(namespace);
  expect(before.filter((name) => name.startsWith('Secret/')).length).toBeGreaterThan(1);
  await run('helm', ['uninstall', namespace, `--namespace=${namespace}`]);
  await nothingRuns(namespace);
  expect(await remains(namespace)).toEqual(before);
  const values = `--values=${chart}/ci/development-values.yaml`;
  await run('helm', ['install', namespace, chart, `--namespace=${namespace}`, values], { timeoutSeconds: 300 });
  await everythingReady(namespace);
  expect(await remains(namespace)).toEqual(before);
  expect(await psql(release, 'SELECT word FROM kept')).toBe('row');
});
