/** The picture in the README has the connections of Cluster AI, no more and no fewer. */
import { App } from 'cdk8s';
import { connectionsOf } from '../../lib/network/connections';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { Workload } from '../../lib/workload/workload';
import { read } from './documents';

test('every connection between two workloads is drawn', () => {
  const system = new ClusterAi(new App());
  const name = ({ node }: Workload): string => node.path.replace(/^cluster-ai\//, '').replace(/\/workload$/, '');
  const workloads = system.node.findAll().filter((construct) => construct instanceof Workload);
  const declared = workloads.flatMap((client) =>
    connectionsOf(client)
      .map(({ endpoint }) => endpoint.workload)
      .filter((server) => server !== client)
      .map((server) => `${name(client)} → ${name(server)}`),
  );
  const drawn = [...read('docs/architecture.svg').matchAll(/data-from="(.*?)" data-to="(.*?)"/g)].map(
    ([, from = '', to = '']) => `${from} → ${to}`,
  );
  expect(drawn.sort()).toEqual([...new Set(declared)].sort());
});
