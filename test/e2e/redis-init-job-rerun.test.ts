/** The Job that forms a Redis Cluster runs again: on a live cluster it changes nothing, a half-formed one it completes. */
import type { Job } from 'kubernetes-types/batch/v1';
import { parseAllDocuments } from 'yaml';
import { get, kubectl, loadImages, recovery, report } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { nodesSeenBy, redisCli, wholeCluster } from './support/redis';
import { run, shell } from './support/run';
import { step, thorough } from './support/steps';
import { type System, chart, system, upgrade, valuesFiles } from './support/system';
import { writing } from './support/writer';

let given: System;

beforeAll(async () => {
  given = await system();
});

afterAll(discard);

step('on a live cluster', async () => {
  const { release } = given;
  const before = await wholeCluster(given);
  const [job = ''] = await initJobs(release);
  const { keys } = await writing(given, async (writer) => {
    await kubectl(['delete', 'job', job, `--namespace=${release}`]);
    await upgrade(given);
    await recovery('the Job is complete', () => complete(release, job));
    await writer.goesOn();
  });
  expect(keys.refused).toBe(0);
  const said = await kubectl(['logs', `job/${job}`, `--namespace=${release}`]);
  report(said.trim());
  expect(said.replaceAll(/^[0-9:]{8} /gm, '')).toBe(
    'all 6 pods answer\nall 16384 slots covered; 3 masters, 3 replicas\n',
  );
  expect(await wholeCluster(given)).toEqual(before);
  await everythingReady(release);
});

thorough('on one that was formed by half', async () => {
  const half = { release: `${given.release}-half` };
  const inNamespace = `--namespace=${half.release}`;
  await claim(half.release);
  await makeNamespaces(half.release);
  const [job, others] = await manifests(half.release);
  await loadImages(others);
  const secret = `kubectl create secret generic ${half.release}-redis ${inNamespace} --from-literal=password="$(openssl rand -hex 24)"`;
  await shell(secret);
  await kubectl(['apply', inNamespace, '--filename=-'], { input: others });
  const pods = [0, 1, 2, 3, 4, 5].map((number) => `${half.release}-redis-cluster-${number}`);
  const [first = '', second = '', third = '', fourth = ''] = pods;
  for (const pod of pods) {
    const running = '--for=jsonpath={.status.containerStatuses[?(@.name=="redis")].started}=true';
    await kubectl(['wait', running, `pod/${pod}`, inNamespace, '--timeout=120s'], { timeoutSeconds: 130 });
  }

  // Two that own some slots have met, and a third without any; a fourth owns some on its own.
  const meets = async (pod: string, other: string) => {
    const address = await kubectl(['get', 'pod', other, inNamespace, '--output=jsonpath={.status.podIP}']);
    await redisCli(half, pod, 'cluster', 'meet', address, '6379');
  };
  await meets(first, second);
  await meets(first, fourth);
  await redisCli(half, first, 'cluster', 'addslotsrange', '0', '99', '12000', '12999');
  await redisCli(half, second, 'cluster', 'addslotsrange', '100', '5000');
  await redisCli(half, third, 'cluster', 'addslotsrange', '16000', '16100');

  await kubectl(['apply', inNamespace, '--filename=-'], { input: job });
  const [name = ''] = await initJobs(half.release);
  await recovery('the Job has completed the cluster', () => complete(half.release, name));
  report((await kubectl(['logs', `job/${name}`, inNamespace])).trim());
  await everythingReady(half.release);
  const pairs = await wholeCluster(half);
  expect(pairs.map(({ master }) => master.pod).sort()).toEqual([first, second, third]);
  const slots = await redisCli(half, fourth, 'cluster', 'nodes');
  expect(slots).toMatch(/ 0-99 .*12000-12999/);
  expect((await nodesSeenBy(half, third)).length).toBe(6);
});

async function complete(release: string, job: string): Promise<void> {
  const options = { timeoutSeconds: 250 };
  await kubectl(
    ['wait', '--for=condition=Complete', `job/${job}`, `--namespace=${release}`, '--timeout=240s'],
    options,
  );
}

async function initJobs(release: string): Promise<readonly string[]> {
  const selector = 'app.kubernetes.io/name=redis-cluster,app.kubernetes.io/component=init';
  const jobs = await get<Job>('jobs', `--namespace=${release}`, `--selector=${selector}`);
  return jobs.map(({ metadata }) => metadata?.name ?? '');
}

/** The chart's Redis Cluster alone: its Job, and all else. */
async function manifests(release: string): Promise<readonly [string, string]> {
  const values = valuesFiles.map((file) => `--values=${file}`);
  const { stdout } = await run('helm', ['template', release, chart, `--namespace=${release}`, ...values]);
  const parts = stdout
    .split(/^---$/m)
    .filter((part) => part.includes(`# Source: cluster-ai/templates/redis-cluster/`))
    .filter((part) => parseAllDocuments(part).length > 0);
  const isJob = (part: string) => /^kind: Job$/m.test(part);
  const join = (some: readonly string[]) => some.join('---');
  return [join(parts.filter(isJob)), join(parts.filter((part) => !isJob(part)))];
}
