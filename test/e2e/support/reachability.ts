/** Who reaches what on the cluster: between the tiers of a release, from the namespaces around it, and beyond. */
import { readFileSync } from 'node:fs';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { OUTSIDE_PORTS, STRANGER_PORT } from '../../network/declared';
import { type Cell, type Column, printMatrix } from '../../network/matrix';
import { selects } from '../../network/policies';
import { get, report } from './cluster';
import { eventually } from './eventually';
import { makeOutside } from './outside';
import { type Probe, attachProbe, reached, removeStranger, runStranger, unresolved } from './probes';
import { removeStandIns, runStandIns } from './stand-ins';
import { pythonImage } from './system';

export interface Surroundings {
  readonly namespace: string;
  /** Name of the release, before the names of its objects. */
  readonly instance: string;
  /** Namespaces around it, by their name in the table. Each gets a pod that listens. */
  readonly around: Readonly<Record<string, string>>;
}

/** Asks every tier and every namespace for every port of every pod, and compares the answers with a table of golden/. */
export async function expectConnections(surroundings: Surroundings, name: string): Promise<void> {
  const table = readFileSync(`test/e2e/golden/network-${name}.txt`, 'utf8');
  const { namespace, instance, around } = surroundings;
  const outside = await makeOutside(`outside-${namespace}`, OUTSIDE_PORTS);
  try {
    await runStandIns(namespace, instance);
    const places = await survey(surroundings, outside.address, table);
    await everyPortIsOpenFromWithin(places);
    await eventually(`the table of ${name}`, { namespace, seconds: 60 }, async () => {
      expect(await observe(places, namespace)).toBe(table);
    });
    const clients = places.filter(({ probe }) => probe).length;
    const asked = clients * places.flatMap(({ targets }) => targets).length;
    report(`${clients} clients asked ${asked} times as the table of ${name} says`);
  } finally {
    await removeStandIns(namespace);
    for (const other of Object.values(around)) await removeStranger(other);
    await outside.remove();
  }
}

/** A line of the table, a group of its columns, or both. */
interface Place {
  readonly name: string;
  /** Who asks. */
  readonly probe?: Probe;
  readonly targets: readonly Target[];
}

interface Target {
  /** The column below the place's name. */
  readonly port: string;
  readonly pod?: string;
  /** `host:port` */
  readonly address: string;
}

async function survey(
  { namespace, instance, around }: Surroundings,
  outside: string,
  table: string,
): Promise<readonly Place[]> {
  const running = await get<Pod>('pods', `--namespace=${namespace}`, '--field-selector=status.phase=Running');
  const pods = running.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const tiers: Place[] = [];
  for (const { name, labels } of await policies(namespace, instance)) {
    const own = pods.filter(({ metadata }) => selects({ matchLabels: labels }, metadata?.labels ?? {}));
    const [first] = own;
    if (first === undefined) throw new Error(`no pod of ${name} is there to ask`);
    const probe = await attachProbe(namespace, nameOf(first), pythonImage);
    tiers.push({ name, probe, targets: own.flatMap(targetsOf) });
  }
  const lines = table.split('\n').map((line) => line.split(' ')[0] ?? '');
  tiers.sort((a, b) => lines.indexOf(a.name) - lines.indexOf(b.name));
  const strangers: Place[] = [];
  for (const [name, other] of Object.entries(around)) {
    const probe = await runStranger(other, pythonImage, STRANGER_PORT);
    const [pod] = await get<Pod>('pod', probe.pod, `--namespace=${other}`);
    if (pod !== undefined) strangers.push({ name, probe, targets: targetsOf(pod) });
  }
  return [
    ...tiers,
    ...strangers,
    { name: 'DNS', targets: [{ port: '53', address: '' }] },
    { name: 'API server', targets: [{ port: 'https', address: await apiServer() }] },
    { name: 'outside', targets: OUTSIDE_PORTS.map((port) => ({ port: `${port}`, address: `${outside}:${port}` })) },
  ];
}

/** The tiers of a release: what it has policies for, but for the pod of `helm test`. */
async function policies(namespace: string, instance: string) {
  const selector = `--selector=app.kubernetes.io/instance=${instance}`;
  const found = await get<NetworkPolicy>('networkpolicies', `--namespace=${namespace}`, selector);
  return found
    .filter(({ metadata }) => metadata?.annotations?.['helm.sh/hook'] === undefined)
    .map(({ metadata, spec }) => ({
      name: metadata?.name?.slice(instance.length + 1) ?? '',
      labels: spec?.podSelector.matchLabels ?? {},
    }))
    .filter(({ labels }) => Object.keys(labels).length > 1);
}

/** A closed port proves nothing unless somebody listens there. */
async function everyPortIsOpenFromWithin(places: readonly Place[]): Promise<void> {
  for (const { name, probe, targets } of places) {
    if (probe === undefined) continue;
    const own = targets.filter(({ pod }) => pod === probe.pod).map(({ address }) => address);
    await eventually(`${name} listens`, { namespace: probe.namespace, seconds: 30 }, async () => {
      expect([...(await reached(probe, own))].sort()).toEqual([...own].sort());
    });
  }
}

const AT_A_TIME = 4;

/** Asks once more, and prints what is open. */
async function observe(places: readonly Place[], namespace: string): Promise<string> {
  const addresses = places.flatMap(({ targets }) => targets.map(({ address }) => address)).filter(Boolean);
  const [service] = await get<Service>('services', `--namespace=${namespace}`);
  const names = [`${service?.metadata?.name ?? ''}.${namespace}.svc`, 'kubernetes.default.svc'];
  const answers = new Map<string, readonly [open: readonly string[], unknown: readonly string[]]>();
  const clients = places.flatMap(({ name, probe }) => (probe === undefined ? [] : [{ name, probe }]));
  // A few at a time: each waits for what does not answer, and all together would be a load of their own.
  const askInTurn = async (): Promise<void> => {
    for (let next = clients.shift(); next !== undefined; next = clients.shift()) {
      const { name, probe } = next;
      answers.set(name, [await reached(probe, addresses), await unresolved(probe, names)]);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, askInTurn));
  const cell = (client: string, { server, port }: Column): Cell => {
    const [open = [], unknown = []] = answers.get(client) ?? [];
    if (server === 'DNS') return unknown.length === 0 ? 'open' : 'closed';
    const own = places.find(({ name }) => name === client)?.probe?.pod;
    const targets = places.find(({ name }) => name === server)?.targets.filter((target) => target.port === port) ?? [];
    const others = targets.filter(({ pod }) => client !== server || pod !== own);
    if (others.length === 0) return 'itself';
    const count = others.filter(({ address }) => open.includes(address)).length;
    return count === 0 ? 'closed' : count === others.length ? 'open' : 'some';
  };
  return printMatrix({
    clients: places.map(({ name }) => name).filter((name) => answers.has(name)),
    columns: places.flatMap(({ name, targets }) =>
      [...new Set(targets.map(({ port }) => port))].map((port) => ({ server: name, port })),
    ),
    cell,
  });
}

function targetsOf(pod: Pod): readonly Target[] {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  // Of UDP nobody sees whether it arrives.
  const numbers = containers.flatMap(({ ports = [] }) =>
    ports.filter(({ protocol }) => protocol !== 'UDP').map(({ containerPort }) => containerPort),
  );
  return numbers
    .sort((a, b) => a - b)
    .map((port) => ({ port: `${port}`, pod: nameOf(pod), address: `${pod.status?.podIP ?? ''}:${port}` }));
}

const nameOf = ({ metadata }: Pod): string => metadata?.name ?? '';

/** An address outside of the pods' network. */
async function apiServer(): Promise<string> {
  const [slice] = await get<EndpointSlice>('endpointslices', 'kubernetes', '--namespace=default');
  return `${slice?.endpoints[0]?.addresses[0] ?? ''}:${slice?.ports?.[0]?.port ?? ''}`;
}
