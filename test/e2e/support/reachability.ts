/** Who reaches what: between the tiers of an instance, and to and from the namespaces around it. */
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { get, report } from './cluster';
import { eventually } from './eventually';
import { type Probe, attachProbe, reached, runStranger, unresolved } from './probes';

/**
 * By place, the addresses that it may connect to. A place is a tier (`backend`), a pod of a StatefulSet (`redis-0`) or
 * a namespace around; an address is a place and a port (`backend 8000`), or `API server`. What is not here is closed.
 */
export type Declared = Readonly<Record<string, readonly string[]>>;

export interface Surroundings {
  readonly namespace: string;
  /** Name of the release, before the names of its objects. */
  readonly instance: string;
  /** Namespaces around it, by the name of their place. Each gets a pod that listens on port 8080. */
  readonly around: Readonly<Record<string, string>>;
}

/** Asks every place for every address. */
export async function expectConnections(surroundings: Surroundings, declared: Declared): Promise<void> {
  const { probes, addresses } = await survey(surroundings, Object.keys(declared));
  const { namespace } = surroundings;

  // A closed port proves nothing unless somebody listens there.
  for (const [place, probe] of probes) {
    const own = new Map([...addresses].filter(([name]) => isOf(place, name)));
    await eventually(`${place} listens`, { namespace: probe.namespace, seconds: 30 }, async () => {
      expect(await openFrom(probe, own)).toEqual([...own.keys()].sort());
    });
  }

  await eventually('exactly the declared connections are open', { namespace, seconds: 30 }, async () => {
    const open = await Promise.all(
      [...probes].map(async ([place, probe]) => {
        const others = new Map([...addresses].filter(([name]) => !isOf(place, name)));
        return [place, await openFrom(probe, others)] as const;
      }),
    );
    expect(Object.fromEntries(open)).toEqual(declared);
  });
  const asked = [...probes.keys()].flatMap((place) => [...addresses.keys()].filter((name) => !isOf(place, name)));
  report(`${Object.values(declared).flat().length} of ${asked.length} connections are open`);

  const services = (await get<Service>('services', `--namespace=${namespace}`)).map(
    ({ metadata }) => metadata?.name ?? '',
  );
  for (const [place, probe] of probes) {
    if (probe.namespace !== namespace) continue;
    await eventually(`${place} resolves names`, { namespace, seconds: 15 }, async () => {
      expect(await unresolved(probe, [...services, 'kubernetes.default.svc'])).toEqual([]);
    });
  }
}

interface Survey {
  readonly probes: ReadonlyMap<string, Probe>;
  readonly addresses: ReadonlyMap<string, string>;
}

/** One probe for each place, in a pod that is there or in one of its own. */
async function survey({ namespace, instance, around }: Surroundings, wanted: readonly string[]): Promise<Survey> {
  const probes = new Map<string, Probe>();
  const addresses = new Map([['API server', await apiServer()]]);
  const pods = new Map<string, Pod>();
  for (const pod of await get<Pod>('pods', `--namespace=${namespace}`, '--field-selector=status.phase=Running')) {
    pods.set(placeOf(pod, instance), pod);
  }
  // The API's image has Python, as it has to run FastAPI.
  const image = pods.get('backend')?.spec?.containers[0]?.image ?? '';

  for (const [place, pod] of pods) {
    if (!wanted.includes(place)) continue;
    probes.set(place, await attachProbe(namespace, pod.metadata?.name ?? '', image));
    for (const port of portsOf(pod)) addresses.set(`${place} ${port}`, `${pod.status?.podIP ?? ''}:${port}`);
  }
  for (const [place, other] of Object.entries(around)) {
    probes.set(place, await runStranger(other, image, 8080));
    const [pod] = await get<Pod>('pod', 'stranger', `--namespace=${other}`);
    addresses.set(`${place} 8080`, `${pod?.status?.podIP ?? ''}:8080`);
  }
  expect([...probes.keys()].sort()).toEqual([...wanted].sort());
  return { probes, addresses };
}

async function openFrom(probe: Probe, addresses: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const found = await reached(probe, [...addresses.values()]);
  return [...addresses].flatMap(([name, address]) => (found.includes(address) ? [name] : [])).sort();
}

const isOf = (place: string, address: string): boolean => address.startsWith(`${place} `);

/** `backend` for a pod of a Deployment, `redis-0` for one of a StatefulSet. */
function placeOf({ metadata }: Pod, instance: string): string {
  const name = (metadata?.name ?? '').slice(instance.length + 1);
  return metadata?.ownerReferences?.[0]?.kind === 'ReplicaSet' ? name.replace(/-[^-]+-[^-]+$/, '') : name;
}

function portsOf({ spec }: Pod): readonly number[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

/** An address outside of the pods' network. */
async function apiServer(): Promise<string> {
  const [slice] = await get<EndpointSlice>('endpointslices', 'kubernetes', '--namespace=default');
  return `${slice?.endpoints[0]?.addresses[0] ?? ''}:${slice?.ports?.[0]?.port ?? ''}`;
}
