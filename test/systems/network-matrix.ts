/** Who reaches what in a system, as its tables say, and as its connections declare. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { connectionsOf } from '../../lib/network/connections';
import { conditionOf } from '../../lib/objects/conditions';
import { type Scope, toExpr } from '../../lib/values/expression';
import { Workload } from '../../lib/workload/workload';
import { type Tier, declaredMatrix } from '../network/declared';
import { printMatrix } from '../network/matrix';
import { selects } from '../network/policies';
import { podsIn, runningContainers } from './cluster-ai/pods';
import type { Reading } from './reading';

/**
 * What the cluster test compares a live cluster with. After a change that is meant: `GOLDEN=write npx jest network-matrix`.
 * @param table begins the names of the tables' files
 */
export function describeNetworkMatrix(
  { environments, objectsWith, release, system, valuesIn }: Reading,
  table = `network-${release.name}`,
): void {
  const golden = (environment: string): string => join(__dirname, `../e2e/golden/${table}-${environment}.txt`);

  describe.each(environments)('who reaches what in %s', (environment) => {
    const values = valuesIn(environment);
    const objects = objectsWith(values);
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy') as readonly NetworkPolicy[];
    const all = podsIn(objects).map(({ labels, replicas, spec, ...pod }): Tier => {
      const own = policies.find(({ spec: policy }) => {
        const { podSelector = {} } = policy ?? {};
        return Object.keys(podSelector.matchLabels ?? {}).length > 1 && selects(podSelector, labels);
      });
      const name = own?.metadata?.name?.replace(`${release.name}-`, '');
      if (name === undefined) throw new Error(`${pod.owner} has no policy of its own`);
      return { name, labels, replicas, containers: runningContainers({ labels, replicas, spec, ...pod }) };
    });
    // A Job and the CronJob that does the same have one policy.
    const tiers = all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
    const { ingressNamespace, scraperNamespace } = values.network as Readonly<Record<string, string | null>>;
    const matrix = declaredMatrix(tiers, policies, {
      ...(ingressNamespace && { ingress: ingressNamespace }),
      ...(scraperNamespace && { scraper: scraperNamespace }),
      stranger: 'stranger',
    });

    it('is what its table says', () => {
      if (process.env.GOLDEN === 'write') writeFileSync(golden(environment), printMatrix(matrix));
      expect(printMatrix(matrix)).toBe(readFileSync(golden(environment), 'utf8'));
    });

    it('is, between tiers, what their connections declare', () => {
      const scope: Scope = { values, release, variables: new Map() };
      const declared = system.node
        .findAll()
        .filter((construct) => construct instanceof Workload)
        .filter((workload) => conditionOf(workload).evaluate(scope))
        .flatMap(connectionsOf)
        .filter(({ client, condition }) => condition.evaluate(scope) && !isTest(client))
        .filter(({ endpoint }) => endpoint.protocol !== 'UDP')
        .map(({ client, endpoint }) =>
          [client.objectName, endpoint.workload.objectName, endpoint.port]
            .map((part) => String(toExpr(part).evaluate(scope)).replace(`${release.name}-`, ''))
            .join(' → '),
        );
      const names = tiers.map(({ name }) => name);
      const open = names.flatMap((client) =>
        matrix.columns
          .filter(({ server }) => names.includes(server))
          .filter((column) => matrix.cell(client, column) === 'open')
          .map(({ server, port }) => `${client} → ${server} → ${port}`),
      );
      // Alone, a pod of a cluster has nobody to speak with.
      const alone = tiers.filter(({ replicas }) => replicas === 1).map(({ name }) => `${name} → ${name} → `);
      const between = declared.filter((flow) => !alone.some((start) => flow.startsWith(start)));
      expect(open.sort()).toEqual([...new Set(between)].sort());
    });
  });
}

/** The pod of `helm test`, which plain manifests do not have. */
function isTest({ component }: Workload): boolean {
  return component === 'test';
}
