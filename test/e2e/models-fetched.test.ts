/** Models reach a server's volume: torn, from the cache alone, after it was emptied, and not at all where they are there. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { stringify } from 'yaml';
import { images } from '../../lib/images';
import { ModelCache } from '../../lib/tiers/ml/model-cache';
import { ModelStorage } from '../../lib/tiers/ml/model-storage';
import { SampleModels } from '../../lib/tiers/ml/sample-models';
import { Served } from '../tiers/ml/served';
import { synth } from '../tiers/web/plain-app';
import { exec, get, kubectl, loadImages, measured } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { podSpec } from './support/pods';
import { step, thorough } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-models`;
const [SERVER, CACHE, STORAGE] = ['shop-served', 'shop-model-cache', 'object-storage'] as const;
const BYTES = 200_000_000;
const PORT = 9000;
const KEYS = { 'access-key-id': 'reader', 'secret-access-key': 'of-the-models' };

/** A server that sleeps, and the cache; and another, of the samples of development. */
const product = synth((chart) => {
  const storage = new ModelStorage(chart, 'model-storage', { endpoint: `http://${STORAGE}:${PORT}`, port: PORT });
  const cache = new ModelCache(chart, 'model-cache', { storage });
  new Served(chart, 'served', {
    storage,
    cache,
    server: images.redis,
    models: { adder: { versions: [{ version: 1 }], size: '200Mi' } },
  });
  const samples = new SampleModels(chart, 'sample-models');
  new Served(chart, 'sampled', {
    storage: new ModelStorage(chart, 'sampled-storage', { server: samples.storage }),
    server: images.redis,
    models: {
      classifier: { versions: [{ version: 1 }], size: '1Mi', variant: 'int8' },
      half_plus_two: { versions: [{ version: 1 }, { version: 2 }], size: '1Mi' },
      reverse: { versions: [{ version: 1 }], size: '1Mi' },
    },
  });
});

/** Object storage outside: the same bytes each time it starts, at a pace that leaves time to tear a download. */
const serve = [
  'mkdir -p /data/models/adder/1 && cd /data/models/adder/1',
  `seq 1 40000000 | head -c ${BYTES} > weights`,
  'sha256sum weights > SHA256SUMS',
  `exec rclone serve s3 /data --addr=:${PORT} --auth-key=${Object.values(KEYS).join(',')} --bwlimit=10M --config=/dev/null`,
].join('\n');
const image = `${images.rclone.registry}/${images.rclone.repository}:${images.rclone.tag}`;
const labels = { app: STORAGE };
const outside = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: STORAGE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: podSpec(
          {
            name: 'rclone',
            image,
            command: ['sh', '-euc', serve],
            readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
          { volumes: [{ name: 'data', emptyDir: {} }] },
        ),
      },
    },
  } satisfies Deployment,
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: STORAGE },
    spec: { selector: labels, ports: [{ port: PORT }] },
  },
];
const secret = (name: string, stringData: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});

const apply = (objects: readonly object[]): Promise<string> =>
  kubectl(['apply', `--namespace=${namespace}`, '--filename=-'], {
    input: objects.map((object) => stringify(object)).join('---\n'),
  });
const said = (pod: string): Promise<string> => kubectl(['logs', `--namespace=${namespace}`, pod, '--container=models']);
const scale = (what: string, replicas: number): Promise<string> =>
  kubectl(['scale', what, `--replicas=${replicas}`, `--namespace=${namespace}`]);
const rolledOut = (what: string): Promise<string> =>
  kubectl(['rollout', 'status', what, `--namespace=${namespace}`, '--timeout=240s'], { timeoutSeconds: 260 });

/** A replica more, which starts with an empty volume; what its fetcher said. */
async function anotherReplica(): Promise<string> {
  const [set] = await get<Deployment>('statefulset', SERVER, `--namespace=${namespace}`);
  const before = set?.spec?.replicas ?? 1;
  await scale(`statefulset/${SERVER}`, before + 1);
  await rolledOut(`statefulset/${SERVER}`);
  const pod = `${SERVER}-${before}`;
  await exec(namespace, pod, 'sh', '-c', 'cd /models/adder/1 && sha256sum --check SHA256SUMS');
  return said(pod);
}

async function withoutStorage(): Promise<void> {
  await scale(`deployment/${STORAGE}`, 0);
  await kubectl([
    'wait',
    '--for=delete',
    'pod',
    `--selector=app=${STORAGE}`,
    `--namespace=${namespace}`,
    '--timeout=60s',
  ]);
}

async function withStorage(): Promise<void> {
  await scale(`deployment/${STORAGE}`, 1);
  await rolledOut(`deployment/${STORAGE}`);
}

beforeAll(async () => {
  await claim(namespace);
  await makeNamespaces(namespace);
  await loadImages([...product, ...outside].map((object) => stringify(object)).join('\n'));
  const secrets = {
    [CACHE]: { password: 'of-the-cache' },
    'shop-model-storage': KEYS,
    'shop-sample-models': { 'access-key-id': 'developer', 'secret-access-key': 'of-the-samples' },
  };
  await apply([...Object.entries(secrets).map(([name, keys]) => secret(name, keys)), ...outside]);
  await withStorage();
});

afterAll(() => discard());

step('a download that is torn in the middle of a file goes on where it was', async () => {
  await apply(product);
  await rolledOut(`deployment/${CACHE}`);
  const pod = `${SERVER}-0`;
  await eventually('some of the file is there', { namespace, seconds: 120 }, async () => {
    const bytes = await kubectl([
      ...['exec', `--namespace=${namespace}`, pod, '--container=models', '--', 'sh', '-c'],
      'cat /volume/partial/*/weights | wc -c',
    ]);
    expect(Number(bytes)).toBeGreaterThan(BYTES / 4);
  });
  await kubectl(['delete', 'pod', pod, `--namespace=${namespace}`, '--grace-period=0', '--force']);
  await eventually('another pod fetches', { namespace, seconds: 120 }, async () => {
    expect(await said(pod)).toContain('msg="goes on where it was" model=adder version=1 file=weights');
  });
  await rolledOut(`statefulset/${SERVER}`);
  await exec(namespace, pod, 'sh', '-c', 'cd /models/adder/1 && sha256sum --check SHA256SUMS');
  const fetched = /from_storage=(\d+)/.exec(await said(pod))?.[1];
  expect(Number(fetched)).toBeLessThan(BYTES);
  expect(Number(fetched)).toBeGreaterThan(0);
  measured(`after the tear, ${fetched ?? ''} of ${BYTES} bytes were fetched`);
});

step('the cache answers in its pod', async () => {
  expect(await exec(namespace, `deployment/${CACHE}`, 'redis-cli', 'ping')).toBe('PONG\n');
});

step('a second replica needs no object storage', async () => {
  await withoutStorage();
  const log = await anotherReplica();
  expect(log).toContain(`bytes=${BYTES} from_cache=${BYTES} from_storage=0`);
  measured(`200 MB from the cache in ${/milliseconds=(\d+)/.exec(log)?.[1] ?? ''} ms`);
});

thorough('a pod that comes back asks nobody', async () => {
  const pod = `${SERVER}-1`;
  await kubectl(['delete', 'pod', pod, `--namespace=${namespace}`]);
  await rolledOut(`statefulset/${SERVER}`);
  expect(await said(pod)).toContain('msg="already there" model=adder version=1');
  const [found] = await get<Pod>('pod', pod, `--namespace=${namespace}`);
  const { startedAt = '', finishedAt = '' } = found?.status?.initContainerStatuses?.[1]?.state?.terminated ?? {};
  expect(Date.parse(finishedAt) - Date.parse(startedAt)).toBeLessThanOrEqual(1000);
});

thorough('after the cache was emptied, models come from object storage again', async () => {
  await withStorage();
  await kubectl(['rollout', 'restart', `deployment/${CACHE}`, `--namespace=${namespace}`]);
  await rolledOut(`deployment/${CACHE}`);
  expect(await anotherReplica()).toContain(`bytes=${BYTES} from_cache=0 from_storage=${BYTES}`);
});

thorough('the Job of the cache fills it before anyone asks', async () => {
  await withStorage();
  await kubectl(['rollout', 'restart', `deployment/${CACHE}`, `--namespace=${namespace}`]);
  await rolledOut(`deployment/${CACHE}`);
  await kubectl(['create', 'job', 'fill', `--from=cronjob/${CACHE}-preload`, `--namespace=${namespace}`]);
  await kubectl(['wait', '--for=condition=Complete', 'job/fill', `--namespace=${namespace}`, '--timeout=120s'], {
    timeoutSeconds: 130,
  });
  await withoutStorage();
  expect(await anotherReplica()).toContain(`bytes=${BYTES} from_cache=${BYTES} from_storage=0`);
});

thorough('the samples of development come the same way', async () => {
  await rolledOut('statefulset/shop-sampled');
  const folders =
    'cd /models && for folder in */*; do (cd $folder && sha256sum --check SHA256SUMS >&2); echo $folder; done';
  expect(await exec(namespace, 'shop-sampled-0', 'sh', '-euc', folders)).toBe(
    'classifier/1\nhalf_plus_two/1\nhalf_plus_two/2\nreverse/1\n',
  );
});
