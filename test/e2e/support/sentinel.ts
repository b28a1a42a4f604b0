/** Redis with Sentinel and a client of it, in a namespace of their own, and what is done to them. */
import { App, Chart } from 'cdk8s';
import { DefaultDeny } from '../../../lib/network/default-deny';
import { RedisSentinel, type RedisSentinelProps } from '../../../lib/tiers/data/redis-sentinel';
import { Worker, workerDefaults } from '../../../lib/tiers/web/worker';
import { exec, kubectl, loadImages, measured } from './cluster';
import { eventually } from './eventually';
import { claim, makeNamespaces } from './namespaces';
import { everythingReady } from './readiness';
import { pythonImage, systemNames } from './system';

const RELEASE = 'shop';
export const redisName = `${RELEASE}-redis`;

export interface Sentinels {
  readonly namespace: string;
}

export interface Role {
  readonly master: string;
  readonly replicas: readonly string[];
}

/** What a client counted. */
export interface Keys {
  readonly acknowledged: number;
  readonly refused: number;
  /** The first of those that were acknowledged and are not there. */
  readonly lost: readonly string[];
  readonly longestPauseSeconds: number;
  readonly refusals: readonly string[];
}

export interface Written {
  /** Keys that WAIT 1 acknowledged. */
  readonly waited: Keys;
  /** Keys that the master alone acknowledged. */
  readonly plain: Keys;
}

type Props = RedisSentinelProps & { readonly replicas?: number };

/** The two in a namespace that ends in `what`, with everything Ready. On one node Sentinels share it. */
export async function redisWithSentinels(what: string, props: Props = {}): Promise<Sentinels> {
  const namespace = `${systemNames().release}-${what}`;
  await claim(namespace);
  await makeNamespaces(namespace);
  const secret = ['create', 'secret', 'generic', redisName, `--namespace=${namespace}`];
  await kubectl([...secret, '--from-literal=password=a "quoted" \\ password']);
  const program = '--from-file=sentinel.py=test/e2e/programs/sentinel.py';
  await kubectl(['create', 'configmap', 'program', `--namespace=${namespace}`, program]);
  const given = { namespace };
  await apply(given, props);
  await everythingReady(namespace);
  await inStep(given, { replicas: props.replicas ?? 1 });
  return given;
}

export async function apply({ namespace }: Sentinels, props: RedisSentinelProps = {}): Promise<void> {
  const input = manifests(props);
  await loadImages(input.replaceAll(/"image":"([^"]+)"/g, '\nimage: $1\n'));
  await kubectl(['apply', '--server-side', '--validate=strict', `--namespace=${namespace}`, '--filename=-'], { input });
}

/** What a client gets by `connectTo` is all that it knows. */
function manifests(props: RedisSentinelProps): string {
  const chart = new Chart(new App(), RELEASE);
  const redis = new RedisSentinel(chart, 'redis', {
    antiAffinity: 'preferred',
    resources: {
      requests: { cpu: '20m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '500m', memory: '128Mi', ephemeralStorage: '64Mi' },
    },
    ...props,
  });
  const [registry = '', owner = '', rest = ''] = pythonImage.split('/');
  const [name = '', tag = ''] = rest.split(':');
  const client = new Worker(chart, 'client', {
    image: { registry, repository: `${owner}/${name}`, tag, digest: null },
    command: ['sleep', 'infinity'],
    livenessCommand: ['true'],
    readinessCommand: ['test', '-e', '/srv/program/sentinel.py'],
    drainSeconds: 1,
    autoscaling: { ...workerDefaults.autoscaling, enabled: false },
    extraVolumes: [{ name: 'program', configMap: 'program', mountPath: '/srv/program' }],
    resources: {
      requests: { cpu: '20m', memory: '64Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '500m', memory: '128Mi', ephemeralStorage: '64Mi' },
    },
  });
  client.connectTo(redis);
  new DefaultDeny(chart, 'default-deny');
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: chart.toJson() as unknown[] });
}

export interface KeyWriter {
  /** Waits until keys of both kinds are acknowledged that were not at the time of the call. */
  goesOn(seconds?: number): Promise<void>;
}

/** Writes keys while `events` happen. Afterwards each one that WAIT acknowledged must be there. */
export async function writingKeys(
  { namespace }: Sentinels,
  events: (writer: KeyWriter) => Promise<void>,
): Promise<Written> {
  const run = Date.now().toString(36);
  const client = `deployment/${RELEASE}-client`;
  const inClient = ['exec', `--namespace=${namespace}`, client, '--'];
  const said = kubectl([...inClient, 'python3', '/srv/program/sentinel.py', run], { timeoutSeconds: 900 });
  said.catch(() => undefined);
  const counts = async () =>
    JSON.parse(await kubectl([...inClient, 'cat', `/tmp/${run}.count`])) as { waited: number; plain: number };
  const writer: KeyWriter = {
    async goesOn(seconds = 120) {
      const before = await eventually('the client writes', { namespace }, counts);
      await eventually('keys are acknowledged', { namespace, seconds }, async () => {
        const now = await counts();
        expect([now.waited > before.waited, now.plain > before.plain]).toEqual([true, true]);
      });
    },
  };
  await writer.goesOn();
  await events(writer);
  await writer.goesOn();
  await kubectl([...inClient, 'touch', `/tmp/${run}.stop`]);
  const written = JSON.parse(await said) as Written;
  const { waited, plain } = written;
  measured(
    `${waited.acknowledged} keys acknowledged by WAIT 1, ${waited.lost.length} lost, longest pause ` +
      `${waited.longestPauseSeconds} s; ${plain.acknowledged} by the master alone, ` +
      `${plain.lost.length === 0 ? 'none' : 'some'} lost, longest pause ${plain.longestPauseSeconds} s`,
  );
  expect(waited.lost).toEqual([]);
  return written;
}

/** What a command of redis-cli prints in a pod, of its server or its Sentinel. */
export async function redisCli({ namespace }: Sentinels, pod: string, ...command: readonly string[]): Promise<string> {
  const port = pod.includes('-sentinel-') ? ['-p', '26379'] : [];
  return (await exec(namespace, pod, 'redis-cli', ...port, ...command)).trim();
}

/** Waits until every Sentinel names the same master, which is one, and all other servers are in step with it. */
export async function inStep(given: Sentinels, { replicas = 1, sentinels = 3, seconds = 120 } = {}): Promise<Role> {
  const { namespace } = given;
  return eventually('all replicas are in step', { namespace, seconds }, async () => {
    const master = await masterOf(given, sentinels);
    const others = Array.from({ length: replicas + 1 }, (_, index) => `${redisName}-${index}`).filter(
      (pod) => pod !== master,
    );
    const replication = await redisCli(given, master, 'info', 'replication');
    expect(replication).toMatch(/^role:master\r?$/m);
    expect([...replication.matchAll(/state=online/g)]).toHaveLength(replicas);
    for (const pod of others) {
      expect(await redisCli(given, pod, 'info', 'replication')).toMatch(/^master_link_status:up\r?$/m);
      expect(await redisCli(given, pod, 'config', 'get', 'replica-priority')).toMatch(/100$/);
    }
    return { master, replicas: others };
  });
}

/** The pod of the master, on which the Sentinels must agree. */
export async function masterOf(given: Sentinels, sentinels = 3): Promise<string> {
  const named = new Set<string>();
  for (let index = 0; index < sentinels; index++) {
    const said = await redisCli(
      given,
      `${redisName}-sentinel-${index}`,
      'sentinel',
      'get-master-addr-by-name',
      'mymaster',
    );
    named.add(said.split('.')[0] ?? '');
  }
  const [master = '', ...others] = named;
  expect(others).toEqual([]);
  return master;
}
