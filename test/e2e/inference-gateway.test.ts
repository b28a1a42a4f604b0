/** The gateway before servers that end and shares that move, while clients ask all the time: not one request fails. */
import { readFileSync } from 'node:fs';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import { InferenceGateway } from '../../lib/tiers/ml/inference-gateway';
import type { ModelBackend } from '../../lib/tiers/ml/model';
import { Tier } from '../../lib/tiers/tier';
import { str } from '../../lib/values/texts';
import type { ContainerProps } from '../../lib/workload/container';
import { DeploymentWorkload } from '../../lib/workload/deployment';
import { addService } from '../../lib/workload/service';
import { model } from '../tiers/ml/fake-server';
import { synth } from '../tiers/web/plain-app';
import { kubectl, loadImages, recovery } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { whileAsked } from './support/inference';
import { step, thorough } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-inference`;
/** The chart's, whose objects are called after it as those of a release are. */
const INSTANCE = 'shop';
const python = { registry: 'ghcr.io', repository: 'cluster-ai/backend', tag: '1.0.0', digest: null };

const small = {
  requests: { cpu: '20m', memory: '96Mi', ephemeralStorage: '8Mi' },
  limits: { cpu: '1', memory: '192Mi', ephemeralStorage: '16Mi' },
};

function container(name: string, command: readonly string[], port: number): ContainerProps {
  return {
    name,
    image: python,
    command,
    ports: [{ name: 'http', containerPort: port }],
    resources: small,
    probes: {
      startup: { tcpSocket: { port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
      liveness: { tcpSocket: { port: 'http' }, periodSeconds: 20 },
      readiness: { tcpSocket: { port: 'http' }, periodSeconds: 1 },
    },
  };
}

/** Two pods that answer as Triton does. */
class Models extends Tier implements ModelBackend {
  readonly protocol = 'kserve';
  readonly httpPort = 8000;
  readonly grpcPort = 8001;
  readonly latencyTargetMilliseconds = 50;
  readonly models = { resnet: model(1), resnet_int8: model(1) };
  readonly host = str`${this.objectName}-headless`;
  readonly workload: DeploymentWorkload;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string) {
    super(scope, id, {});
    const program = readFileSync('test/e2e/programs/models.py', 'utf8');
    this.workload = new DeploymentWorkload(this, 'workload', {
      name: id,
      component: 'ml-serving',
      user: 10_001,
      replicas: 2,
      containers: [
        // As a server that drains: it still answers until the gateway has heard that it is going.
        {
          ...container('server', ['python3', '-c', program], this.httpPort),
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
        },
      ],
    });
    this.client = this.workload;
    addService(this.workload, 'headless', {
      suffix: 'headless',
      ports: [{ name: 'http', port: this.httpPort, targetPort: 'http' }],
      headless: 'ready',
    });
  }
}

/** Has a shell of its own, and may reach the gateway. */
class Client extends Tier {
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string) {
    super(scope, id, {});
    this.client = new DeploymentWorkload(this, 'workload', {
      name: id,
      component: 'client',
      user: 10_001,
      replicas: 1,
      // By a file in /tmp the clients are told to end.
      containers: [
        { ...container('client', ['python3', '-m', 'http.server', '8000'], 8000), writable: { '/tmp': '8Mi' } },
      ],
    });
  }
}

/** The product, of whose clients the candidate gets these percent. */
const shop = (candidate: number, promoted: string | null = null): string =>
  synth((chart) => {
    const variants = {
      candidate: { model: 'resnet_int8', version: null, weight: candidate },
      control: { model: 'resnet', version: null, weight: 100 - candidate },
    };
    const gateway = new InferenceGateway(chart, 'inference-gateway', {
      backends: [new Models(chart, 'models')],
      experiments: { resnet: { promoted, variants } },
      timeoutSeconds: 5,
      resources: small,
    });
    new Client(chart, 'client').connectTo(gateway);
  })
    .map((object) => stringify(object))
    .join('---\n');

const deployment = (tier: string): string => `deployment/${INSTANCE}-${tier}`;

async function apply(manifests: string): Promise<void> {
  await kubectl(['apply', `--namespace=${namespace}`, '--filename=-'], { input: manifests });
}

async function ready(...tiers: readonly string[]): Promise<void> {
  for (const tier of tiers) {
    const args = ['rollout', 'status', deployment(tier), `--namespace=${namespace}`, '--timeout=240s'];
    await kubectl(args, { timeoutSeconds: 260 });
  }
}

beforeAll(async () => {
  await claim(namespace);
  await loadImages(shop(10));
  await makeNamespaces(namespace);
});
afterAll(discard);

step('GET /v1/models answers from inside a pod', async () => {
  await apply(shop(10));
  await recovery('everything is ready', () => ready('models', 'inference-gateway', 'client'));
  const list = await kubectl([
    'exec',
    deployment('client'),
    `--namespace=${namespace}`,
    '--',
    'curl',
    '-fsS',
    `http://${INSTANCE}-inference-gateway/v1/models`,
  ]);
  expect(JSON.parse(list)).toMatchObject({
    models: [
      { name: 'resnet', protocol: 'kserve', server: `${INSTANCE}-models`, experiment: { promoted: null } },
      { name: 'resnet_int8' },
    ],
  });
});

const asked = (events: () => Promise<unknown>) =>
  whileAsked(
    {
      namespace,
      pod: deployment('client'),
      model: 'resnet',
      body: { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] },
    },
    events,
  );

step('the loss of a server costs no request: another takes the second try', async () => {
  const { answers, failures } = await asked(async () => {
    const selector = '--selector=app.kubernetes.io/name=models';
    const names = await kubectl(['get', 'pods', `--namespace=${namespace}`, selector, '--output=name']);
    const [first = ''] = names.split('\n');
    await kubectl(['delete', first, `--namespace=${namespace}`, '--grace-period=0', '--force']);
    await recovery('two servers are ready again', () => ready('models'));
  });
  expect(failures).toEqual([]);
  expect(answers.control).toBeGreaterThan(answers.candidate ?? 0);
});

thorough('a share that moves by a rollout of values loses nothing, and neither does a promotion', async () => {
  const { answers, failures } = await asked(async () => {
    await apply(shop(50));
    await recovery('the gateways have the new shares', () => ready('inference-gateway'));
    await apply(shop(50, 'candidate'));
    await recovery('the gateways have the promotion', () => ready('inference-gateway'));
  });
  expect(failures).toEqual([]);
  expect(answers.candidate).toBeGreaterThan(0);
  // The last of the old gateways are gone once their connections have ended.
  const old = ['wait', '--for=jsonpath={.status.replicas}=2', deployment('inference-gateway'), '--timeout=60s'];
  await kubectl([...old, `--namespace=${namespace}`]);
  const after = await asked(() => new Promise((resolve) => setTimeout(resolve, 5000)));
  expect(after.failures).toEqual([]);
  expect(Object.keys(after.answers)).toEqual(['candidate']);
});
