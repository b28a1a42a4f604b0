/** The pictures of the systems, as files below docs/. */
import { environmentsIn } from '../../lib/systems/environment';
import type { System } from '../../lib/systems/system';
import { draw } from './draw';
import { graphOf } from './graph';
import { layout } from './layout';

/** The picture of a system, with the sizes of one of its environments. */
export async function topologyOf(
  system: System & { readonly environments: string },
  environment: string,
): Promise<string> {
  const found = environmentsIn(system.environments).find(({ name }) => name === environment);
  if (found === undefined) throw new Error(`${system.systemName} has no environment ${environment}`);
  return draw(await layout(graphOf(system, found)), {
    title: `${system.systemName}: what runs, and who may reach whom`,
    description: system.metadata.description,
    legend: [
      `Sizes are those of ${environment}. Dashed: there by value. An arrow is a connection, with its port: a NetworkPolicy on both sides.`,
      'What is not drawn is denied, but for DNS and the scraping of metrics.',
    ],
  });
}
