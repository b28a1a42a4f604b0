/** NetworkPolicies as what they allow between pods. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from 'kubernetes-types/networking/v1';

export type Labels = Readonly<Record<string, string>>;

/** A port of one pod that another may reach: `pgbouncer/pooler → postgres/primary: 5432/TCP`. */
export type Flow = string;

export function policiesIn(
  objects: readonly { readonly kind: string; readonly spec?: unknown }[],
): readonly NetworkPolicySpec[] {
  return objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec as NetworkPolicySpec);
}

/** A selector that uses matchLabels alone, as ours do. */
export function selects({ matchLabels = {}, matchExpressions }: LabelSelector, labels: Labels): boolean {
  if (matchExpressions !== undefined) throw new Error('matchExpressions are not read here');
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

/** The flows between pods that one side declares: what clients may send, or what servers let in. */
export function flows(
  policies: readonly NetworkPolicySpec[],
  pods: readonly Labels[],
  side: 'egress' | 'ingress',
): ReadonlySet<Flow> {
  const found = new Set<Flow>();
  for (const policy of policies) {
    for (const own of pods.filter((labels) => selects(policy.podSelector, labels))) {
      for (const { peers, ports } of rulesOf(policy, side)) {
        for (const other of pods.filter((labels) => peers.some((peer) => isPeer(peer, labels)))) {
          const [client, server] = side === 'egress' ? [own, other] : [other, own];
          for (const port of ports)
            found.add(`${titleOf(client)} → ${titleOf(server)}: ${String(port.port)}/${port.protocol ?? 'TCP'}`);
        }
      }
    }
  }
  return found;
}

interface Rule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

function rulesOf({ ingress = [], egress = [] }: NetworkPolicySpec, side: 'egress' | 'ingress'): readonly Rule[] {
  if (side === 'egress') return egress.map(({ to = [], ports = [] }) => ({ peers: to, ports }));
  return ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports }));
}

/** Pods of the same namespace; others are reached by a namespaceSelector. */
function isPeer({ podSelector, namespaceSelector }: NetworkPolicyPeer, labels: Labels): boolean {
  return podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, labels);
}

export function titleOf(labels: Labels): string {
  return `${labels['app.kubernetes.io/name'] ?? ''}/${labels['app.kubernetes.io/component'] ?? ''}`;
}
