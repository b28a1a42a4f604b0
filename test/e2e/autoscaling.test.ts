/** The HorizontalPodAutoscaler with real metrics: out and in again under load, and handed the replicas and back. */
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import { get, kubectl, measured } from './support/cluster';
import { eventually } from './support/eventually';
import { beside, manifests } from './support/frontend-and-api';
import { underLoad } from './support/k6';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { shell } from './support/run';
import { step, thorough } from './support/steps';
import { type System, system, upgrade } from './support/system';
import { watching } from './support/watch';

/** What 80 % of the memory request is far above, so that CPU alone decides; the targets are those of production. */
const REQUESTS = ['--set=backend.resources.requests.cpu=100m', '--set=backend.resources.requests.memory=256Mi'];
const FEWEST = 2;
const MOST = 4;

let given: System;
beforeAll(async () => {
  given = await system();
});

const autoscaling = (settings: Readonly<Record<string, number | boolean>>) =>
  Object.entries(settings).map(([key, value]) => `--set=backend.autoscaling.${key}=${String(value)}`);

const OFF = [...REQUESTS, ...autoscaling({ enabled: false }), '--set=backend.replicas=3'];
const ON = [...REQUESTS, ...autoscaling({ enabled: true, minReplicas: 3, maxReplicas: 4 })];

thorough('switched on and off for three replicas by helm upgrade, there are never fewer', () =>
  switched(given, (settings) => upgrade(given, ...settings)),
);

for (const options of [[], ['--server-side']]) {
  const apply = ['apply', ...options];

  thorough(`the same by kubectl ${apply.join(' ')}`, () =>
    beside(given, 'manifests', (other) => switched(other, (settings) => applied(other, apply, settings))),
  );

  thorough(`a release that wrote replicas hands them over as documented to kubectl ${apply.join(' ')}`, () =>
    beside(given, 'manifests', async (other) => {
      const { release } = other;
      const older = [...apply, `--namespace=${release}`, '--filename=-'];
      await kubectl(older, { input: withReplicas(await manifests(other, ...OFF)) });
      await everythingReady(release);
      const handOver = options.length === 0 ? 'kubectl apply view-last-applied' : 'kubectl scale';
      const [command = ''] = beginningWith(documentedCommands('docs/operations.md', 'Autoscaling'), handOver);
      const states = await watchingReplicas(other, async () => {
        await shell(command.replaceAll('cluster-ai', release));
        await applied(other, apply, OFF);
        await bounds(other, 3, 3);
        await everythingReady(release);
      });
      expect(states.filter(([wanted, ready]) => wanted < 3 || ready < 3)).toEqual([]);
    }),
  );
}

step(
  'switched on, it drops no replica; under load the API has its most, afterwards its fewest, and no request fails',
  async () => {
    await upgrade(given, ...REQUESTS, ...autoscaling({ enabled: false }), `--set=backend.replicas=${FEWEST}`);
    await everythingReady(given.release);
    const windows = { scaleUpStabilizationSeconds: 0, scaleDownStabilizationSeconds: 15 };
    const scaling = autoscaling({ enabled: true, minReplicas: FEWEST, maxReplicas: MOST, ...windows });
    const states = await watchingReplicas(given, async () => {
      await upgrade(given, ...REQUESTS, ...scaling);
      await bounds(given, FEWEST, MOST);
      await replicasAre(FEWEST);
      expect(await targets()).toEqual({ cpu: 70, memory: 80 });
      const work = ['GET /api/work?milliseconds=30'];
      await underLoad(given, { requests: work, users: 8, pauseSeconds: 0.5 }, async (load) => {
        await timed(`scaled out to ${MOST}`, () => replicasAre(MOST));
        await load.users(1);
        await timed(`scaled in to ${FEWEST}`, () => replicasAre(FEWEST));
      });
    });
    expect(states.filter(([, ready]) => ready < FEWEST)).toEqual([]);
    const wanted = states.map(([count]) => count);
    expect([Math.min(...wanted), Math.max(...wanted)]).toEqual([FEWEST, MOST]);
  },
);

/** Switches autoscaling of three replicas on and off. */
async function switched(where: System, by: (settings: readonly string[]) => Promise<unknown>): Promise<void> {
  await by(OFF);
  await everythingReady(where.release);
  const states = await watchingReplicas(where, async () => {
    await by(ON);
    await bounds(where, 3, 4);
    await by(OFF);
    await bounds(where, 3, 3);
  });
  expect(states.filter(([wanted, ready]) => wanted < 3 || ready < 3)).toEqual([]);
}

async function applied(where: System, apply: readonly string[], settings: readonly string[]): Promise<void> {
  const input = await manifests(where, ...settings);
  await kubectl([...apply, `--namespace=${where.release}`, '--filename=-'], { input });
}

/** The API's Deployment as releases had it that wrote `replicas` while autoscaling was off, without an autoscaler. */
function withReplicas(current: string): string {
  return current
    .split(/^---$/m)
    .filter((object) => !/^kind: HorizontalPodAutoscaler$/m.test(object))
    .map((object) => object.replace(/^ {2}minReadySeconds:/m, '  replicas: 3\n$&'))
    .join('---');
}

/** Replicas wanted and ready of the API, each time that one of them changed. */
async function watchingReplicas(
  { release }: System,
  events: () => Promise<void>,
): Promise<readonly (readonly [number, number])[]> {
  const columns = ['.metadata.name', '.spec.replicas', '.status.readyReplicas'];
  const states = await watching(release, 'deployments', columns, events);
  return states
    .filter(([name]) => name === `${release}-backend`)
    .map(([, wanted, ready]) => [Number(wanted), Number(ready) || 0]);
}

async function scaler({ release }: System): Promise<HorizontalPodAutoscaler> {
  const name = `horizontalpodautoscaler/${release}-backend`;
  const [found = {}] = await get<HorizontalPodAutoscaler>(name, `--namespace=${release}`);
  return found;
}

/** Waits until the autoscaler has these bounds, and has acted on them. */
async function bounds(where: System, fewest: number, most: number): Promise<void> {
  const { metadata, spec } = await scaler(where);
  expect([spec?.minReplicas, spec?.maxReplicas]).toEqual([fewest, most]);
  await eventually('the autoscaler has seen its bounds', { namespace: where.release }, async () => {
    expect((await scaler(where)).status?.observedGeneration).toBe(metadata?.generation);
  });
}

async function replicasAre(count: number): Promise<void> {
  await eventually(`the autoscaler has it at ${count}`, { namespace: given.release, seconds: 240 }, async () => {
    expect((await scaler(given)).status?.currentReplicas).toBe(count);
  });
}

async function targets(): Promise<Readonly<Record<string, number | undefined>>> {
  const metrics = (await scaler(given)).spec?.metrics ?? [];
  return Object.fromEntries(metrics.map(({ resource }) => [resource?.name ?? '', resource?.target.averageUtilization]));
}

async function timed(what: string, until: () => Promise<void>): Promise<void> {
  const from = Date.now();
  await until();
  const { status } = await scaler(given);
  const cpu = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  measured(`${what} after ${((Date.now() - from) / 1000).toFixed(1)} s, CPU at ${cpu?.averageUtilization ?? '?'} %`);
}
