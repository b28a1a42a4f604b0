/** What holds of the NetworkPolicies of every system. */
import { flows, policiesIn, selects, titleOf } from '../network/policies';
import { containersOf, podsIn } from './cluster-ai/pods';
import type { Reading } from './reading';

export function describeNetworkPolicies({ environments, objectsIn, release }: Reading): void {
  describe.each(environments)('%s', (environment) => {
    const objects = objectsIn(environment);
    const pods = podsIn(objects);
    const policies = policiesIn(objects);
    const labels = pods.map((pod) => pod.labels);

    it('isolates every pod in both directions, by a policy of its own', () => {
      for (const pod of pods) {
        const own = policies.filter(
          ({ podSelector }) =>
            selects(podSelector, pod.labels) && Object.keys(podSelector.matchLabels ?? {}).length === 3,
        );
        expect([pod.owner, own.map(({ policyTypes }) => policyTypes)]).toEqual([pod.owner, [['Ingress', 'Egress']]]);
      }
    });

    it('denies all else to every pod of the release', () => {
      const [deny, ...others] = policies.filter(({ ingress, egress }) => !ingress && !egress);
      expect(others).toEqual([]);
      expect(deny).toEqual({
        podSelector: { matchLabels: { 'app.kubernetes.io/instance': release.name } },
        policyTypes: ['Ingress', 'Egress'],
      });
      for (const pod of pods) expect(selects(deny?.podSelector ?? {}, pod.labels)).toBe(true);
    });

    it('has no policy without a pod', () => {
      const idle = policies.filter(({ podSelector }) => !labels.some((pod) => selects(podSelector, pod)));
      expect(idle.map(({ podSelector }) => podSelector.matchLabels)).toEqual([]);
    });

    it('lets a server in what a client may send, and the other way about', () => {
      expect([...flows(policies, labels, 'ingress')].sort()).toEqual([...flows(policies, labels, 'egress')].sort());
    });

    it('allows these flows between pods', () => {
      expect([...flows(policies, labels, 'egress')].sort()).toMatchSnapshot();
    });

    it('leads to every port that it opens between pods: a container listens there', () => {
      for (const flow of flows(policies, labels, 'ingress')) {
        const [, server, port] = /→ (\S+): (\d+)\//.exec(flow) ?? [];
        const pod = pods.find((each) => titleOf(each.labels) === server);
        const open =
          pod && containersOf(pod).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
        expect([flow, open]).toEqual([flow, expect.arrayContaining([Number(port)]) as number[]]);
      }
    });

    it('limits every rule to peers and ports', () => {
      for (const { ingress = [], egress = [] } of policies) {
        for (const rule of [
          ...ingress.map(({ from, ports }) => [from, ports]),
          ...egress.map(({ to, ports }) => [to, ports]),
        ]) {
          for (const part of rule) expect(part?.length).toBeGreaterThan(0);
        }
      }
    });
  });
}
