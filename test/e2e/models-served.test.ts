/** Development serves its sample models, on the CPU: one for each framework, by one address and one path. */
import { STRANGER_PORT } from '../network/declared';
import { exec, kubectl, loadImages, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { whileAsked } from './support/inference';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { reached, runStranger } from './support/probes';
import { withPrometheus } from './support/prometheus';
import { everythingReady } from './support/readiness';
import { rolledOut } from './support/rollouts';
import { run } from './support/run';
import { step } from './support/steps';
import { chart, pythonImage, systemNames } from './support/system';

const release = `${systemNames().release}-served`;
const stranger = `${release}-stranger`;
const inNamespace = `--namespace=${release}`;
/** The API's pod, which knows the gateway's address from its environment. */
const client = `deployment/${release}-backend`;

async function helm(command: 'install' | 'template' | 'upgrade', ...settings: readonly string[]): Promise<string> {
  const values = `--values=${chart}/ci/development-values.yaml`;
  return (await run('helm', [command, release, chart, inNamespace, values, ...settings], { timeoutSeconds: 300 }))
    .stdout;
}

interface Answer {
  readonly status: number;
  /** Which variant of an experiment has answered. */
  readonly variant: string;
  readonly body: string;
}

const CURL = [
  ...['path=$1', 'shift'],
  'exec curl -sS --max-time 20 --write-out "\\n%{http_code} %header{x-variant}" "$@" "$INFERENCE_URL$path"',
].join('\n');

async function ask(path: string, ...options: readonly string[]): Promise<Answer> {
  const lines = (await exec(release, client, 'sh', '-euc', CURL, 'curl', path, ...options)).split('\n');
  const [status, variant = ''] = (lines.at(-1) ?? '').split(' ');
  return { status: Number(status), variant, body: lines.slice(0, -1).join('\n') };
}

const predict = (model: string, body: object, ...options: readonly string[]): Promise<Answer> =>
  ask(`/v1/models/${model}:predict`, '--json', JSON.stringify(body), ...options);

/** What the classifier takes. */
const features = { name: 'features', shape: [1, 32], datatype: 'FP32', data: Array<number>(32).fill(0.5) };

beforeAll(async () => {
  await claim(release, stranger);
  await loadImages(await helm('template'));
  await makeNamespaces(release, stranger);
});

afterAll(discard);

step('development is installed, and GET /v1/models lists the models of all frameworks', async () => {
  await helm('install');
  await recovery('all servers have fetched their models and are Ready', () => everythingReady(release));
  const { models } = JSON.parse((await ask('/v1/models', '--fail')).body) as { readonly models: readonly object[] };
  expect(models).toMatchObject([
    { name: 'half_plus_two', protocol: 'tensorflow', server: `${release}-tensorflow-serving`, versions: [1, 2] },
    { name: 'reverse', protocol: 'torchserve', server: `${release}-torchserve`, versions: [1] },
    { name: 'classifier', protocol: 'kserve', server: `${release}-onnx`, versions: [1] },
  ]);
});

step('one path leads to each framework', async () => {
  const [numbers, text, classes] = await Promise.all([
    predict('half_plus_two', { instances: [1, 2, 5] }),
    ask('/v1/models/reverse:predict', '--data-binary', 'desserts', '--header', 'content-type: text/plain'),
    predict('classifier', { inputs: [features] }),
  ]);
  expect([numbers.status, JSON.parse(numbers.body)]).toEqual([200, { predictions: [2.5, 3, 4.5] }]);
  expect([text.status, text.body]).toEqual([200, 'stressed']);
  const outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [1, 10] }];
  expect([classes.status, JSON.parse(classes.body)]).toMatchObject([200, { model_name: 'classifier', outputs }]);
});

step('a header chooses the variant, and so the version that answers', async () => {
  const answers = ['stable', 'candidate'].map((variant) =>
    predict('half_plus_two', { instances: [-6] }, '--header', `x-variant: ${variant}`),
  );
  expect((await Promise.all(answers)).map(({ variant, body }) => [variant, JSON.parse(body) as unknown])).toEqual([
    ['stable', { predictions: [-1] }],
    ['candidate', { predictions: [0] }],
  ]);
});

step('a body of another protocol is refused, and the right one is named', async () => {
  const refused = await predict('half_plus_two', { inputs: [features] });
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
    400,
    { protocol: 'tensorflow', given: 'kserve', paths: ['POST /v1/models/half_plus_two:predict', expect.any(String)] },
  ]);
});

step('a stranger does not reach the gateway, and the API does', async () => {
  const address = `${release}-inference-gateway.${release}:80`;
  const probe = await runStranger(stranger, pythonImage, STRANGER_PORT);
  expect(await reached(probe, [address])).toEqual([]);
  expect(await exec(release, client, 'curl', '-fsS', `http://${address}/v1/models`)).toContain('half_plus_two');
});

step('Prometheus counts what each framework has answered, by model', () =>
  withPrometheus(release, async (prometheus) => {
    for (const metric of [
      ':tensorflow:serving:request_count{model_name="half_plus_two"}',
      'ts_inference_requests_total{model_name="reverse"}',
      'nv_inference_request_success{model="classifier"}',
    ]) {
      await eventually(`Prometheus has ${metric}`, { seconds: 90, namespace: release }, async () => {
        const found = (await prometheus.query(metric)).map(({ value }) => Number(value[1]));
        expect(found.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      });
    }
  }),
);

step('the cache answers, and a Job fills it with all that is served', async () => {
  const cache = `${release}-model-cache`;
  expect(await exec(release, `deployment/${cache}`, 'redis-cli', 'ping')).toBe('PONG\n');
  await kubectl(['create', 'job', 'fill', `--from=cronjob/${cache}-preload`, inNamespace]);
  await kubectl(['wait', '--for=condition=Complete', 'job/fill', inNamespace, '--timeout=120s'], {
    timeoutSeconds: 130,
  });
  const log = await kubectl(['logs', 'job/fill', inNamespace]);
  expect([...log.matchAll(/msg="in the cache" folder=(\S+)/g)].map(([, folder]) => folder).sort()).toEqual([
    'classifier/1',
    'half_plus_two/1',
    'half_plus_two/2',
    'reverse/1',
  ]);
});

step('a server that starts again has its models, and asks nobody', async () => {
  const pod = `${release}-tensorflow-serving-0`;
  await kubectl(['delete', 'pod', pod, inNamespace, '--grace-period=1']);
  await recovery('the server is Ready again', () => everythingReady(release));
  const log = await kubectl(['logs', pod, '--container=models', inNamespace]);
  expect(log.match(/msg="[^"]*" model=.*/g)).toEqual([
    'msg="already there" model=half_plus_two version=1',
    'msg="already there" model=half_plus_two version=2',
  ]);
});

step('one value promotes a variant for all clients, and takes it back, without a failed request', async () => {
  const asked = { namespace: release, pod: client, model: 'half_plus_two', body: { instances: [-6] } };
  const { answers, failures } = await whileAsked(asked, async () => {
    for (const [promoted, answer] of [
      ['candidate', 0],
      ['stable', -1],
    ] as const) {
      await helm('upgrade', `--set=inferenceGateway.experiments.half_plus_two.promoted=${promoted}`);
      await recovery(`all have ${promoted}`, async () => {
        await rolledOut({ release }, 'inference-gateway');
        await eventually(`${promoted} answers everybody`, { namespace: release }, async () => {
          const keys = Array.from({ length: 10 }, (_, index) => ['--header', `x-client-id: ${index}`]);
          const answers = await Promise.all(keys.map((key) => predict('half_plus_two', asked.body, ...key)));
          expect(answers).toEqual(
            answers.map(() => ({
              status: 200,
              variant: promoted,
              body: expect.stringContaining(`[${answer}`) as string,
            })),
          );
        });
      });
    }
  });
  expect(failures).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['candidate', 'stable']);
});
