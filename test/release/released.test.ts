/** What has changed since the last release, and whether somebody says so. */
import { join } from 'node:path';
import { version } from '../../package.json';
import { plannedBump, unannounced } from '../../scripts/release/announced';
import { type SystemRecord, readings, releasedRecord, systemRecordOf } from '../../scripts/release/record';
import { breakingChanges, brokenSystem, brokenSystems } from '../../scripts/release/breaking';
import type { Json } from '../../lib/values/expression';

const root = join(__dirname, '..', '..');

/** Milliseconds, for a busy machine. */
const PATIENCE = 120_000;

const systems = readings();
const released = releasedRecord();

test(
  'what breaks since the last release is announced by a changeset',
  async () => {
    expect(unannounced(breakingChanges(released, systems), await plannedBump(root))).toEqual([]);
  },
  PATIENCE,
);

test('on record is the release that package.json names: npm run bump writes both', () => {
  expect(released.version).toBe(version);
});

test('every system is on record', () => {
  expect(Object.keys(released.systems)).toEqual(systems.map(({ system }) => system.systemName));
});

/** A release that was other than what is here in one place, and so that place has changed since. */
describe('what has changed is found in the real charts', () => {
  const [cluster] = systems;
  if (!cluster) throw new Error('no system');
  let now: SystemRecord;
  beforeAll(() => {
    now = systemRecordOf(cluster);
  });

  /** @param place path to what was otherwise, such as `['values', 'backend.replicas', 'default']` */
  const changedSince = (place: readonly string[], was: Json | undefined): readonly string[] => {
    const record = JSON.parse(JSON.stringify(now)) as SystemRecord;
    let holder = record as unknown as Record<string, unknown>;
    for (const key of place.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
    const last = place.at(-1) ?? '';
    if (was === undefined) Reflect.deleteProperty(holder, last);
    else holder[last] = was;
    return brokenSystem(record, now, cluster);
  };
  const production = (title: string, field: string) => ['environments', 'production', 'objects', title, field];

  it('nothing, where nothing has', () => {
    expect(brokenSystem(now, now, cluster)).toEqual([]);
  });

  it('a default', () => {
    expect(changedSince(['values', 'backend.replicas', 'default'], 7)).toEqual([
      `backend.replicas: its default was 7 and is ${JSON.stringify(now.values['backend.replicas']?.default)}`,
    ]);
  });

  it('a value that is no more', () => {
    expect(changedSince(['values', 'backend.instances'], { default: 2, type: 'integer' })).toEqual([
      'backend.instances is no more; its default was 2',
    ]);
  });

  it('a bound', () => {
    expect(changedSince(['values', 'backend.replicas', 'maximum'], 1_000_000)).toEqual([
      `backend.replicas: maximum was 1000000 and is ${JSON.stringify(now.values['backend.replicas']?.maximum)}`,
    ]);
  });

  it('not a value that is new and has a default', () => {
    expect(changedSince(['values', 'backend.replicas'], undefined)).toEqual([]);
  });

  it.each([
    ['Deployment/cluster-ai-backend', 'selector', 'Kubernetes refuses it'],
    ['DaemonSet/cluster-ai-opentelemetry-agent', 'selector', 'Kubernetes refuses it'],
    ['StatefulSet/cluster-ai-postgres-primary', 'selector', 'Kubernetes refuses it'],
    ['StatefulSet/cluster-ai-postgres-primary', 'serviceName', 'Kubernetes refuses it'],
    ['StatefulSet/cluster-ai-postgres-primary', 'volumeClaimTemplates', 'Kubernetes refuses it'],
    ['StatefulSet/cluster-ai-postgres-primary', 'podManagementPolicy', 'Kubernetes refuses it'],
    ['Service/cluster-ai-backend', 'selector', 'the Service leads to no pod of the last release'],
    ['Service/cluster-ai-backend', 'type', 'what reaches the Service by its old type no longer does'],
    ['Service/cluster-ai-postgres-primary-headless', 'clusterIP', 'Kubernetes refuses it'],
    ['RoleBinding/cluster-ai-prometheus', 'roleRef', 'Kubernetes refuses it'],
    ['PodDisruptionBudget/cluster-ai-backend', 'selector', 'stay without it until they are replaced'],
    ['NetworkPolicy/cluster-ai-backend', 'podSelector', 'stay without it until they are replaced'],
  ])('%s: its %s', (title, field, why) => {
    const found = changedSince(production(title, field), { other: 'thing' });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(`in production, ${title}: ${field} was {"other":"thing"} and is `);
    expect(found[0]).toContain(why);
  });

  it('an object that has another name', () => {
    expect(changedSince(['environments', 'staging', 'objects', 'Service/cluster-ai-api'], {})).toEqual([
      'in staging, Service/cluster-ai-api is no more: helm upgrade deletes it; those who use kubectl apply delete it by hand.',
    ]);
  });

  it('not an object that is new', () => {
    expect(changedSince(['environments', 'staging', 'objects', 'Service/cluster-ai-backend'], undefined)).toEqual([]);
  });

  it("an environment's values that are refused", () => {
    expect(changedSince(['environments', 'production', 'given', 'backend'], { replicas: 'two' })).toEqual([
      expect.stringMatching(/^in production, the values of the last release are refused: .*backend\.replicas/),
    ]);
  });

  it('a combination of values that a check refuses', () => {
    const found = changedSince(['environments', 'development', 'given', 'pgbouncer'], { defaultPoolSize: 500 });
    expect(found).toEqual([
      expect.stringMatching(/^in development, the values of the last release are refused: .*defaultPoolSize 500/),
    ]);
  });

  it('an environment that is no more', () => {
    expect(changedSince(['environments', 'canary'], { given: {}, objects: {} })).toEqual([
      'in canary, its manifests in dist/ are no more',
    ]);
  });

  it('a file in dist/ that leaves out what was there, though the chart still has it', () => {
    const { given, objects } = now.environments.development ?? { given: {}, objects: {} };
    const more = { ...given, blackbox: { enabled: true } };
    const record: SystemRecord = {
      ...now,
      environments: { development: { given: more, objects: { ...objects, 'ServiceAccount/cluster-ai-blackbox': {} } } },
    };
    expect(brokenSystem(record, now, cluster)).toEqual([
      expect.stringContaining('in development, ServiceAccount/cluster-ai-blackbox is no more'),
    ]);
  });

  it('a chart that is no more', () => {
    expect(brokenSystems({ mall: now }, [])).toEqual(['mall: its chart is no more']);
  });
});
