/** A system of any size, for measuring: tiers that most systems have, with values that all of a kind share. */
import type { Construct } from 'constructs';
import { z } from 'zod';
import { images } from '../lib/images';
import type { ChartMetadata } from '../lib/output/helm/source';
import { Api, apiDefaults } from '../lib/tiers/web/api';
import { apiServerValues, apiValues } from '../lib/tiers/web/api-values';
import { Frontend, frontendDefaults } from '../lib/tiers/web/frontend';
import { frontendValues } from '../lib/tiers/web/frontend-values';
import { Worker } from '../lib/tiers/web/worker';
import type { Text } from '../lib/values/parts';
import { text } from '../lib/values/text';
import { section } from '../lib/systems/sections';
import { System } from '../lib/systems/system';
import { globalValues, networkValues } from '../lib/workload/values';

const fleetValues = z.strictObject({
  global: globalValues().describe('What holds for all parts.'),
  network: networkValues().describe('Facts of the network that no manifest can know.'),
  api: section('Every API, and the workers beside it.', {
    ...apiValues({ ...apiDefaults, image: images.clusterAiBackend }, 50),
    ...apiServerValues(apiDefaults),
  }),
  frontend: section(
    'Every frontend.',
    frontendValues({ ...frontendDefaults, image: images.clusterAiFrontend, exporterImage: images.nginxExporter }),
  ),
});

const metadata: ChartMetadata = {
  description: 'Many small services, to measure with.',
  version: '0.1.0',
  keywords: ['benchmark'],
  home: 'https://example.com',
  sources: [],
  icon: 'https://example.com/icon.svg',
  maintainers: [],
  category: 'skip-prediction',
  changes: [],
  links: {},
};

/** Objects of a tier, by its place among three: an Api, the Frontend before it and a Worker behind it. */
const OBJECTS = [6, 7, 5] as const;

/** APIs, each of which asks the one before it, with a frontend and a worker each. */
export class Fleet extends System<typeof fleetValues> {
  readonly metadata = metadata;
  readonly notes: Text = text`
    To measure with.
  `;
  readonly secrets = {};

  /** @param objects how many there are at least; the last tier has its share whole */
  constructor(scope: Construct, objects: number) {
    super(scope, 'fleet', fleetValues);
    this.providePlatform(this.values);
    for (let i = 0, rest = objects, before: Api | undefined; rest > 0; i++) {
      const api = this.addApi(i, before);
      rest -= OBJECTS[0];
      if (rest > 0) this.addFrontend(i, api);
      rest -= OBJECTS[1];
      if (rest > 0) this.addWorker(i, api);
      rest -= OBJECTS[2];
      before = api;
    }
  }

  private addApi(i: number, before: Api | undefined): Api {
    const api = new Api(this, `api-${i}`, this.values.api);
    if (before !== undefined) api.connectTo(before);
    return api;
  }

  private addFrontend(i: number, api: Api): void {
    new Frontend(this, `frontend-${i}`, { ...this.values.frontend, proxy: { '/api/': api } });
  }

  private addWorker(i: number, api: Api): void {
    const worker = new Worker(this, `worker-${i}`, {
      ...this.values.api,
      command: ['celery', '--app=main', 'worker'],
      livenessCommand: ['test', '-e', '/tmp/alive'],
      readinessCommand: ['celery', '--app=main', 'inspect', 'ping'],
    });
    worker.connectTo(api);
  }
}
