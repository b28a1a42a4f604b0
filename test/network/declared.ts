/** The matrix that NetworkPolicies amount to: a connection is open where its client may send it and its server lets it in. */
import type { Container } from 'kubernetes-types/core/v1';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { BlockList } from 'node:net';
import type { Cell, Column, Matrix } from './matrix';
import { type Labels, selects } from './policies';

/** The pods that one policy is for. */
export interface Tier {
  /** The policy's name without the release's. */
  readonly name: string;
  readonly labels: Labels;
  readonly replicas: number;
  readonly containers: readonly Container[];
}

/** A namespace around the release, or something beyond it, at an address. */
type Neighbour = {
  readonly name: string;
  readonly ports: readonly Port[];
  /** Whether somebody there connects to the release. */
  readonly isClient: boolean;
} & ({ readonly namespace: string } | { readonly address: string });

interface Port {
  readonly name: string;
  readonly number: number;
}

const named = (number: number): Port => ({ name: `${number}`, number });

/** Pods of other namespaces listen on this port. */
export const STRANGER_PORT = 8080;
/** So does a host outside the cluster, and on that of the API server, which an address range may cover. */
export const OUTSIDE_PORTS = [443, 8080] as const;

/** Of any pod: who lets a range of addresses in lets the pods in that have them. */
const POD_ADDRESS = '10.244.0.1';

const BEYOND: readonly Neighbour[] = [
  { name: 'DNS', namespace: 'kube-system', ports: [named(53)], isClient: false },
  // Addresses of documentation, RFC 5737: of the ranges that policies name, only 0.0.0.0/0 holds them.
  { name: 'API server', address: '192.0.2.1', ports: [{ name: 'https', number: 6443 }], isClient: false },
  { name: 'outside', address: '203.0.113.1', ports: OUTSIDE_PORTS.map(named), isClient: false },
];

/** @param around namespaces around the release, by the name that they have in the matrix */
export function declaredMatrix(
  tiers: readonly Tier[],
  policies: readonly NetworkPolicy[],
  around: Readonly<Record<string, string>>,
): Matrix {
  const neighbours = [
    ...Object.entries(around).map(([name, namespace]): Neighbour => ({
      name,
      namespace,
      ports: [named(STRANGER_PORT)],
      isClient: true,
    })),
    ...BEYOND,
  ];
  const parties = new Map<string, Tier | Neighbour>([...tiers, ...neighbours].map((party) => [party.name, party]));
  const ports = new Map([...parties].map(([name, party]) => [name, 'ports' in party ? party.ports : portsOf(party)]));
  return {
    clients: [...tiers, ...neighbours.filter(({ isClient }) => isClient)].map(({ name }) => name),
    columns: [...ports].flatMap(([server, all]) => all.map(({ name }) => ({ server, port: name }))),
    cell: (from, { server, port }: Column): Cell => {
      const [client, target] = [parties.get(from), parties.get(server)];
      const number = ports.get(server)?.find(({ name }) => name === port)?.number;
      if (client === undefined || target === undefined || number === undefined) throw new Error(`${from} → ${server}`);
      if (client === target && (!('replicas' in client) || client.replicas === 1)) return 'itself';
      const sends = allows(policies, client, 'Egress', target, number);
      return sends && allows(policies, target, 'Ingress', client, number) ? 'open' : 'closed';
    },
  };
}

/** The TCP ports of a pod, those of its sidecars among them: of UDP nobody sees whether it arrives. */
export function portsOf({ containers }: Pick<Tier, 'containers'>): readonly Port[] {
  const numbers = containers.flatMap(({ ports = [] }) =>
    ports.filter(({ protocol }) => protocol !== 'UDP').map(({ containerPort }) => containerPort),
  );
  return numbers.sort((a, b) => a - b).map(named);
}

type Direction = 'Egress' | 'Ingress';

/** What no policy selects is open. */
function allows(
  policies: readonly NetworkPolicy[],
  own: Tier | Neighbour,
  direction: Direction,
  other: Tier | Neighbour,
  port: number,
): boolean {
  if (!('labels' in own)) return true;
  const mine = policies
    .map(({ spec }) => spec)
    .filter((spec) => spec !== undefined)
    .filter(({ podSelector, policyTypes }) => policyTypes?.includes(direction) && selects(podSelector, own.labels));
  const rules = mine.flatMap(({ egress = [], ingress = [] }) =>
    direction === 'Egress'
      ? egress.map(({ to, ports }) => ({ peers: to, ports }))
      : ingress.map(({ from, ports }) => ({ peers: from, ports })),
  );
  return mine.length === 0 || rules.some(({ peers, ports }) => isAmong(peers, other) && hasPort(ports, port));
}

/** Without peers a rule is for all. */
function isAmong(peers: readonly NetworkPolicyPeer[] | undefined, party: Tier | Neighbour): boolean {
  return peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, party));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, party: Tier | Neighbour): boolean {
  if (ipBlock !== undefined) {
    const address = 'address' in party ? party.address : POD_ADDRESS;
    const isIn = (cidr: string): boolean => contains(cidr, address);
    return isIn(ipBlock.cidr) && !ipBlock.except?.some(isIn);
  }
  if ('labels' in party) return podSelector !== undefined && !namespaceSelector && selects(podSelector, party.labels);
  if ('address' in party) return false;
  const labels = { 'kubernetes.io/metadata.name': party.namespace };
  return namespaceSelector !== undefined && !podSelector && selects(namespaceSelector, labels);
}

function contains(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix));
  return list.check(address);
}

function hasPort(ports: readonly NetworkPolicyPort[] | undefined, port: number): boolean {
  return ports === undefined || ports.length === 0 || ports.some((one) => one.port === port && one.protocol !== 'UDP');
}
