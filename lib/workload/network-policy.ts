/** The NetworkPolicy of a workload: what it may reach and who may reach it; all else is denied both ways. */
import { Construct } from 'constructs';
import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { isSet, valueOf } from '../values/logic';
import { once } from '../values/once';
import type { Items, Tree } from '../values/parts';
import { each, fragment, late, merge, when } from '../values/tree';
import type { Platform } from './platform';
import type { Workload } from './workload';

/** What may be said of a rule beside whom it is for. */
export interface RuleOptions {
  /** Whether the rule is there. @default true */
  readonly enabled?: Input<boolean>;
  /** What is at the other end, such as `object storage`: an edge of the picture. @default - no edge */
  readonly neighbour?: string;
}

/** What is beyond the workloads of the system, and an edge of its picture. */
export interface Neighbour {
  readonly name: string;
  /** Whether it connects to the workload, or the workload to it. */
  readonly direction: 'in' | 'out';
  /** Those of the rule. */
  readonly ports: Items<NetworkPolicyPort>;
  readonly enabled: Input<boolean>;
}

interface IngressRule {
  readonly from: Tree<NetworkPolicyPeer[]>;
  readonly ports: Items<NetworkPolicyPort>;
}

interface EgressRule {
  readonly to: Tree<NetworkPolicyPeer[]>;
  readonly ports: Items<NetworkPolicyPort>;
}

export class WorkloadPolicy extends Construct {
  /** Those whom the rules are for that name no workload. */
  readonly neighbours: Neighbour[] = [];
  private readonly ingress: Items<NetworkPolicyIngressRule>[number][] = [];
  private readonly egress: Items<NetworkPolicyEgressRule>[number][] = [];

  constructor(workload: Workload) {
    super(workload, 'policy');
    new KubeObject<NetworkPolicy>(this, 'network-policy', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: workload.metadata(),
      spec: {
        podSelector: { matchLabels: workload.selectorLabels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: late<NetworkPolicyIngressRule[]>(() => this.ingress),
        egress: late<NetworkPolicyEgressRule[]>(() => [dnsEgress(workload.platform)({}), ...this.egress]),
      },
    });
  }

  allowFrom({ from, ports }: IngressRule, { enabled = true, neighbour }: RuleOptions = {}): void {
    this.ingress.push(when<NetworkPolicyIngressRule>(enabled, { from, ports }));
    if (neighbour !== undefined) this.neighbours.push({ name: neighbour, direction: 'in', ports, enabled });
  }

  allowTo({ to, ports }: EgressRule, { enabled = true, neighbour }: RuleOptions = {}): void {
    this.egress.push(when<NetworkPolicyEgressRule>(enabled, { to, ports }));
    if (neighbour !== undefined) this.neighbours.push({ name: neighbour, direction: 'out', ports, enabled });
  }
}

/** The pods of a workload in the same namespace. */
export function podsOf(workload: Workload): Tree<NetworkPolicyPeer> {
  return { podSelector: { matchLabels: workload.selectorLabels } };
}

/** All pods of a namespace, where one is named. */
export function allowFromNamespace(
  workload: Workload,
  namespace: Input<string | null>,
  ports: Items<NetworkPolicyPort>,
): void {
  workload.policy.allowFrom({ from: [namespacePeer(valueOf(namespace))], ports }, { enabled: isSet(namespace) });
}

/** Lets a workload reach pods of another namespace: all, or those with some labels. */
export function allowToNamespace(
  workload: Workload,
  { namespace, podLabels }: { readonly namespace: Input<string>; readonly podLabels?: Tree<Record<string, string>> },
  ports: Items<NetworkPolicyPort>,
  options?: RuleOptions,
): void {
  const peer = merge<NetworkPolicyPeer>(
    namespacePeer(namespace),
    podLabels === undefined ? undefined : { podSelector: { matchLabels: podLabels } },
  );
  workload.policy.allowTo({ to: [peer], ports }, options);
}

/** Lets a workload reach the API server. */
export function allowApiServer(workload: Workload): void {
  const { apiServerAddresses, apiServerPorts } = workload.platform.network;
  workload.policy.allowTo(
    {
      to: each<string, NetworkPolicyPeer>(apiServerAddresses, (cidr) => ({ ipBlock: { cidr } })),
      ports: each<number, NetworkPolicyPort>(apiServerPorts, (port) => ({ port, protocol: 'TCP' })),
    },
    { neighbour: 'Kubernetes API' },
  );
}

/** All pods of a namespace, by its name. */
export function namespacePeer(namespace: Input<string>): Tree<NetworkPolicyPeer> {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
}

const dnsEgress = once(makeDnsEgress);

function makeDnsEgress({ network }: Platform) {
  return fragment<NetworkPolicyEgressRule, Record<string, never>>(
    'dnsEgress',
    'The way to DNS, which every pod has.',
    {},
    () => ({
      to: [
        namespacePeer(network.dnsNamespace),
        ...each<string, NetworkPolicyPeer>(network.dnsAddresses, (cidr) => ({ ipBlock: { cidr } })),
      ],
      ports: [
        ...each<number, NetworkPolicyPort>(network.dnsPorts, (port) => ({ port, protocol: 'UDP' })),
        ...each<number, NetworkPolicyPort>(network.dnsPorts, (port) => ({ port, protocol: 'TCP' })),
      ],
    }),
  );
}
