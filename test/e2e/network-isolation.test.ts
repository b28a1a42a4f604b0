/** What the connections declare is what the network carries, between all tiers and to and from other namespaces. */
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { get, kubectl, loadImages, report } from './support/cluster';
import { type Place, attachProbe, knock, strangerPlace, strangerPod, unresolved } from './support/connectivity';
import { eventually } from './support/eventually';
import { discard } from './support/namespaces';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { run, shell } from './support/run';
import { step } from './support/steps';

/** By pod, what it may open a connection to. Only names and ports that stand here are ever open. */
const declared: Readonly<Record<string, readonly string[]>> = {
  frontend: ['backend 8000'],
  backend: ['pgbouncer 6432', 'redis-cluster-0 6379', 'redis-cluster-1 6379'],
  pgbouncer: ['postgres-primary-0 5432', 'postgres-replica-0 5432'],
  'postgres-primary-0': [],
  'postgres-replica-0': ['postgres-primary-0 5432'],
  'redis-cluster-0': ['redis-cluster-1 16379', 'redis-cluster-1 6379'],
  'redis-cluster-1': ['redis-cluster-0 16379', 'redis-cluster-0 6379'],
  // Pods of other namespaces are free to leave; only the system's own policies stand in their way.
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
const chart = 'charts/cluster-ai';
const outside = { ingress: `${release}-ingress`, scraper: `${release}-scraper`, stranger: `${release}-stranger` };
const settings = [
  ...[`${chart}/ci/staging-values.yaml`, 'test/e2e/values/staging-small.yaml'].map((file) => `--values=${file}`),
  `--set=network.ingressNamespace=${outside.ingress}`,
  `--set=network.scraperNamespace=${outside.scraper}`,
];

const places: Record<string, Place> = {};
const addresses: Record<string, string> = {};
let services: readonly string[] = [];

beforeAll(async () => {
  const inNamespace = `--namespace=${release}`;
  await loadImages((await run('helm', ['template', release, chart, inNamespace, ...settings])).stdout);
  for (const namespace of [release, ...Object.values(outside)]) {
    await kubectl(['create', 'namespace', namespace]);
    await kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  }
});

afterAll(() => discard(release, ...Object.values(outside)));

step('a release of another name, in a namespace of its own, becomes Ready', async () => {
  for (const command of beginningWith(documentedCommands(`${chart}/README.md`), 'kubectl create secret')) {
    await shell(command.replaceAll('cluster-ai', release));
  }
  await run('helm', ['install', release, chart, `--namespace=${release}`, ...settings]);
  await everythingReady(release);
});

step('a probe shares the network of a pod of each tier', async () => {
  const pods = await get<Pod>('pods', `--namespace=${release}`, '--field-selector=status.phase=Running');
  const image = imageOf(pods, 'backend');
  for (const pod of pods) {
    const name = placeName(pod);
    if (!(name in declared) || name in places) continue;
    places[name] = await attachProbe(release, pod.metadata?.name ?? '', image);
    for (const port of portsOf(pod)) addresses[`${name} ${port}`] = `${pod.status?.podIP ?? ''}:${port}`;
  }
  for (const [name, namespace] of Object.entries(outside)) {
    await kubectl(['create', '--filename=-'], { input: JSON.stringify(strangerPod(namespace, image, 8080)) });
    await kubectl(['wait', '--for=condition=Ready', 'pod/stranger', `--namespace=${namespace}`, '--timeout=60s']);
    const [pod] = await get<Pod>('pod', 'stranger', `--namespace=${namespace}`);
    places[name] = strangerPlace(namespace);
    addresses[`${name} 8080`] = `${pod?.status?.podIP ?? ''}:8080`;
  }
  addresses['API server'] = await apiServer();
  services = (await get<Service>('services', `--namespace=${release}`)).map(({ metadata }) => metadata?.name ?? '');

  expect(Object.keys(places).sort()).toEqual(Object.keys(declared).sort());
  report(
    `${Object.keys(places).length} places, ${Object.keys(addresses).length} addresses, ${services.length} Services`,
  );
});

step('every address answers where nothing stands between', async () => {
  for (const [name, place] of Object.entries(places)) {
    const own = Object.entries(addresses).filter(([target]) => target.startsWith(`${name} `));
    await eventually(`${name} listens`, { namespace: place.namespace, seconds: 30 }, async () => {
      expect(await open(place, own)).toEqual(own.map(([target]) => target).sort());
    });
  }
});

step('exactly the declared connections are open, in both directions', async () => {
  await eventually('policies are applied', { namespace: release, seconds: 30 }, async () => {
    const found = await Promise.all(
      Object.entries(places).map(async ([name, place]) => {
        const others = Object.entries(addresses).filter(([target]) => !target.startsWith(`${name} `));
        return [name, await open(place, others)] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(declared);
  });
  const asked = Object.keys(places).length * Object.keys(addresses).length;
  const allowed = Object.values(declared).flat().length;
  report(`${allowed} of ${asked} connections are open`);
});

step('every tier resolves names, its own and those of other namespaces', async () => {
  for (const name of Object.keys(places)) {
    const place = places[name];
    if (place?.namespace !== release) continue;
    await eventually(`${name} resolves`, { namespace: release, seconds: 15 }, async () => {
      expect(await unresolved(place, [...services, 'kubernetes.default.svc'])).toEqual([]);
    });
  }
});

/** Those of the addresses that a place connects to. */
async function open(place: Place, targets: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const answers = await knock(
    place,
    targets.map(([, address]) => address),
  );
  return targets
    .filter(([, address]) => answers.get(address) === 'open')
    .map(([target]) => target)
    .sort();
}

/** `backend` for a pod of a Deployment, `postgres-primary-0` for one of a StatefulSet. */
function placeName({ metadata }: Pod): string {
  const name = (metadata?.name ?? '').slice(release.length + 1);
  return metadata?.ownerReferences?.[0]?.kind === 'ReplicaSet' ? name.replace(/-[^-]+-[^-]+$/, '') : name;
}

function portsOf({ spec }: Pod): readonly number[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

/** The API's image: it has Python, as it has to run FastAPI. */
function imageOf(pods: readonly Pod[], name: string): string {
  const image = pods.find((pod) => placeName(pod) === name)?.spec?.containers[0]?.image;
  if (image === undefined) throw new Error(`no pod of ${name}`);
  return image;
}

/** An address outside of the pods' network. */
async function apiServer(): Promise<string> {
  const [slice] = await get<EndpointSlice>('endpointslice', 'kubernetes', '--namespace=default');
  return `${slice?.endpoints[0]?.addresses[0] ?? ''}:${slice?.ports?.[0]?.port ?? ''}`;
}
