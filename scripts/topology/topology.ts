/** The pictures of the systems: one SVG each, below docs/topology. */
import { environmentsIn } from '../../lib/systems/environment';
import type { SystemWithEnvironments } from '../../lib/systems/synthesise';
import { draw } from './draw';
import { graphOf } from './graph';
import { type Picture, layout } from './layout';

/** The environment whose sizes are drawn. */
const ENVIRONMENT = 'production';

/** Where everything of a system stands. */
export async function pictureOf(system: SystemWithEnvironments): Promise<Picture> {
  const environment = environmentsIn(system.environments).find(({ name }) => name === ENVIRONMENT);
  if (environment === undefined) throw new Error(`${system.systemName} has no environment ${ENVIRONMENT}`);
  return layout(graphOf(system, environment));
}

/** The picture as a file. */
export function svgOf({ systemName, metadata }: SystemWithEnvironments, picture: Picture): string {
  return draw(picture, {
    title: `${systemName}: what runs, and who may reach whom`,
    description: metadata.description,
    legend: [
      `Sizes are those of ${ENVIRONMENT}; what is dashed is off there, and on by value.`,
      'An arrow is a connection to a port, in the colour of where it starts: a NetworkPolicy on both sides.',
      'What is not drawn is denied, but for DNS and for Prometheus, which reaches every port for metrics.',
    ],
  });
}
