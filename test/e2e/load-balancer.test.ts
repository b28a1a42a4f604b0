/** The load balancer before instances that end while clients ask all the time, and what it lets through of one client. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import type { Pod } from 'kubernetes-types/core/v1';
import { stringify } from 'yaml';
import { Api } from '../../lib/tiers/web/api';
import { LoadBalancer, loadBalancerDefaults } from '../../lib/tiers/web/load-balancer';
import { Tier } from '../../lib/tiers/tier';
import { DeploymentWorkload } from '../../lib/workload/deployment';
import { type KubernetesObject, synth } from '../tiers/web/plain-app';
import { get, kubectl, loadImages, measured, recovery } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import { gone } from './support/rollouts';
import { step, thorough } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-balanced`;
const BALANCER = 'shop-load-balancer';
const LIMIT = loadBalancerDefaults.rateLimit.all.requests;
const ATTEMPTS = loadBalancerDefaults.rateLimit.authentication.requests;
const python = { registry: 'ghcr.io', repository: 'cluster-ai/backend', tag: '1.0.0', digest: null };

const small = {
  requests: { cpu: '20m', memory: '96Mi', ephemeralStorage: '8Mi' },
  limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '512Mi' },
};

/** Answers everything, with its own name. */
const application = `
import os

async def app(scope, receive, send):
    if scope['type'] != 'http': raise NotImplementedError
    while (await receive()).get('more_body'): pass
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': os.environ['HOSTNAME'].encode()})
`;

/** May reach the balancer, and has Python. */
class Client extends Tier {
  readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string) {
    super(scope, id, {});
    this.client = new DeploymentWorkload(this, 'workload', {
      name: id,
      component: 'client',
      user: 10_001,
      replicas: 1,
      containers: [
        {
          name: 'client',
          image: python,
          command: ['python3', '-m', 'http.server', '8000'],
          ports: [{ name: 'http', containerPort: 8000 }],
          resources: small,
          // By a file in /tmp the clients are told to end.
          writable: { '/tmp': '8Mi' },
          probes: {
            startup: { tcpSocket: { port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { tcpSocket: { port: 'http' }, periodSeconds: 20 },
            readiness: { tcpSocket: { port: 'http' }, periodSeconds: 1 },
          },
        },
      ],
    });
  }
}

/** The product: its third version of the API or of the balancer is another pod. */
function shop({ requests, api = 'one' }: { readonly requests: number; readonly api?: string }): string {
  const objects = synth((chart) => {
    const backend = new Api(chart, 'api', {
      image: python,
      application: 'app:app',
      port: 8100,
      processes: 1,
      replicas: 3,
      resources: small,
      podAnnotations: { version: api },
      extraEnv: { PYTHONPATH: '/srv/balanced' },
      extraVolumes: [{ name: 'application', configMap: 'application', mountPath: '/srv/balanced' }],
    });
    const balancer = new LoadBalancer(chart, 'load-balancer', {
      backend,
      resources: small,
      rateLimit: {
        ...loadBalancerDefaults.rateLimit,
        all: { ...loadBalancerDefaults.rateLimit.all, requests },
      },
    });
    new Client(chart, 'client').connectTo(balancer);
  });
  return [...objects, configMap].map((object) => stringify(object)).join('---\n');
}

const configMap: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'application' },
  data: { 'app.py': application },
};

async function apply(manifests: string): Promise<void> {
  await kubectl(['apply', `--namespace=${namespace}`, '--filename=-'], { input: manifests });
}

async function ready(...workloads: readonly string[]): Promise<void> {
  for (const workload of workloads) {
    const args = ['rollout', 'status', workload, `--namespace=${namespace}`, '--timeout=280s'];
    await kubectl(args, { timeoutSeconds: 300 });
  }
}

const podsOf = (tier: string) =>
  get<Pod>('pods', `--namespace=${namespace}`, `--selector=app.kubernetes.io/name=${tier}`);
const addressesOf = async (tier: string) => (await podsOf(tier)).map(({ status }) => status?.podIP ?? '');

let certificate = '';
/** What the clients' program says. */
async function clients<T>(...args: readonly string[]): Promise<T> {
  const program = readFileSync('test/e2e/programs/balanced.py', 'utf8');
  const command = ['python3', '-c', program, BALANCER, certificate, ...args];
  const said = await kubectl(['exec', 'deployment/shop-client', `--namespace=${namespace}`, '--', ...command], {
    timeoutSeconds: 500,
  });
  return JSON.parse(said) as T;
}

interface Tally {
  readonly answered: number;
  readonly failures: readonly string[];
}

/** Clients ask while something happens. */
async function whileAsked(methods: readonly string[], events: () => Promise<unknown>): Promise<Tally> {
  const end = `/tmp/end-${Date.now()}`;
  const running = clients<Tally>('until', end, ...methods);
  try {
    await events();
  } finally {
    await kubectl(['exec', 'deployment/shop-client', `--namespace=${namespace}`, '--', 'touch', end]);
  }
  const tally = await running;
  measured(`${tally.answered} requests answered, ${tally.failures.length} failed`);
  expect(tally.answered).toBeGreaterThan(100);
  return tally;
}

/** Until DNS, which remembers for a while that a name was not there, leads the pods to each other. */
const found = () => new Promise((resolve) => setTimeout(resolve, 15_000));

type Asked = readonly [sent: number, got: number, status: number, retryAfter: string | null];

/** One client asks the pods in turn. */
const ask = async (times: number, pauseSeconds: number, path: string): Promise<readonly Asked[]> =>
  clients<readonly Asked[]>('count', `${times}`, `${pauseSeconds}`, path, ...(await addressesOf('load-balancer')));
const letThrough = (asked: readonly Asked[]): readonly Asked[] => asked.filter(([, , status]) => status === 200);

/** Seconds between a request that is let through and the one that is let through `by` later. */
function apart(by: number, asked: readonly Asked[]): { readonly least: number; readonly most: number } {
  const through = letThrough(asked);
  const seconds = through.slice(by).map(([, got], i) => got - (through[i]?.[0] ?? 0));
  expect(seconds).not.toHaveLength(0);
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  measured(
    `of ${through.length} requests let through, those ${by} apart came ${least.toFixed(1)} to ${most.toFixed(1)} s apart`,
  );
  return { least, most };
}

beforeAll(async () => {
  await claim(namespace);
  await loadImages(shop({ requests: LIMIT }));
  await makeNamespaces(namespace);
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [key, file] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const subject = ['-subj', `/CN=${BALANCER}`, '-addext', `subjectAltName=DNS:${BALANCER}`];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', file];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...made, ...subject], { stdio: 'ignore' });
  certificate = readFileSync(file, 'utf8');
  const secret = ['create', 'secret', 'tls', `${BALANCER}-tls`, `--key=${key}`, `--cert=${file}`];
  await kubectl([...secret, `--namespace=${namespace}`]);
  rmSync(folder, { recursive: true });
});
afterAll(discard);

step('clients reach it by HTTPS, and nobody its status, its counts or its metrics', async () => {
  await apply(shop({ requests: 1_000_000 }));
  await recovery('everything is ready', () =>
    ready('deployment/shop-api', `statefulset/${BALANCER}`, 'deployment/shop-client'),
  );
  expect(letThrough(await ask(4, 0, '/'))).toHaveLength(4);
  const [address = ''] = await addressesOf('load-balancer');
  const probe = `import socket
for port in (8443, 8080, 8082, 9113, 9114):
    try: socket.create_connection(('${address}', port), 2).close(); print(port)
    except OSError: pass`;
  const open = ['exec', 'deployment/shop-client', `--namespace=${namespace}`, '--', 'python3', '-c', probe];
  expect((await kubectl(open)).trim()).toBe('8443');
});

step('rolling updates of the API and of the balancer cost no request', async () => {
  const { failures } = await whileAsked(['GET', 'POST'], async () => {
    await apply(shop({ requests: 1_000_000, api: 'two' }));
    await recovery('the API is replaced', () => ready('deployment/shop-api'));
    await apply(shop({ requests: 2_000_000, api: 'two' }));
    await recovery('the balancer is replaced', () => ready(`statefulset/${BALANCER}`));
  });
  expect(failures).toEqual([]);
});

step('the loss of an instance costs no request that may be repeated', async () => {
  const { failures } = await whileAsked(['GET'], async () => {
    const [first] = await podsOf('api');
    const name = `pod/${first?.metadata?.name ?? ''}`;
    await kubectl(['delete', name, `--namespace=${namespace}`, '--grace-period=0', '--force']);
    await recovery('three instances are ready again', () => ready('deployment/shop-api'));
  });
  expect(failures).toEqual([]);
});

step('a client gets as many requests in a minute as it may, of both pods together', async () => {
  await apply(shop({ requests: LIMIT, api: 'two' }));
  await ready('deployment/shop-api', `statefulset/${BALANCER}`, 'deployment/shop-client');
  await found();
  const asked = await ask(LIMIT + 10, 0, '/');
  expect(letThrough(asked)).toHaveLength(LIMIT);
  const [, , status, retryAfter] = asked.at(-1) ?? [];
  expect(status).toBe(429);
  measured(`${LIMIT} of ${asked.length} requests let through, the last refused for ${retryAfter} s`);
});

thorough('the minute slides, and five minutes of authentication do', async () => {
  const { all, authentication, stepSeconds } = loadBalancerDefaults.rateLimit;
  // The minute before is used up: one passes until the first is let through, another until the one after it.
  const minute = apart(LIMIT, await ask(900, 0.2, '/'));
  expect(minute.least).toBeGreaterThanOrEqual(all.windowSeconds);
  expect(minute.most).toBeLessThan(all.windowSeconds + stepSeconds + 5);
  const attempts = apart(ATTEMPTS, await ask(330, 1, '/api/v1/auth/login'));
  expect(attempts.least).toBeGreaterThanOrEqual(authentication.windowSeconds);
  expect(attempts.most).toBeLessThan(authentication.windowSeconds + stepSeconds + 5);
});

thorough('the loss of a pod gives a client its requests once more at the most', async () => {
  await ask(LIMIT + 5, 0, '/');
  const before = (await podsOf('load-balancer')).map(({ metadata }) => metadata?.uid ?? '');
  expect(before).toHaveLength(2);
  await kubectl(['delete', `pod/${BALANCER}-0`, `pod/${BALANCER}-1`, `--namespace=${namespace}`, '--wait=false']);
  await recovery('others are in the place of both pods', async () => {
    await gone({ release: namespace }, before);
    await ready(`statefulset/${BALANCER}`);
  });
  await found();
  const again = letThrough(await ask(LIMIT + 10, 0, '/'));
  measured(`${again.length} requests let through by the pods that came after`);
  expect(again.length).toBeGreaterThan(0);
  expect(again.length).toBeLessThanOrEqual(LIMIT);
});
