import type { JsonObject } from '../../../lib/values/expression';
import { dashboardsOf, describeDashboards, withNodeAgents } from '../dashboards';
import { withoutPromises } from '../reading';
import { clusterAi, objectsWith, release, valuesIn } from './environments';

/** The longest name of a release that fits, which is longer where there are neither backups nor what has a long name of its own among the models' tiers. */
const LONGEST_RELEASE = 'a'.repeat(35);

function withShortNames(values: JsonObject): JsonObject {
  const changed = structuredClone(withoutPromises(values)) as Record<string, Record<string, unknown>>;
  for (const section of ['backup', 'modelCache', 'tensorflowServing']) {
    Object.assign(changed[section] ?? {}, { enabled: false });
  }
  Object.assign(changed.inferenceGateway ?? {}, { experiments: {} });
  return changed as JsonObject;
}

function withoutModels(values: JsonObject): JsonObject {
  const changed = structuredClone(values) as Record<string, Record<string, unknown>>;
  for (const section of ['tensorflowServing', 'torchserve', 'onnx', 'tensorrt']) {
    Object.assign(changed[section] ?? {}, { enabled: false });
  }
  return changed as JsonObject;
}

const dashboards = (values: JsonObject, as = release) => dashboardsOf(clusterAi, values, as);

describeDashboards(clusterAi, { name: LONGEST_RELEASE, without: withShortNames });

const overview = dashboards(valuesIn('production')).get('overview');

describe('the overview', () => {
  it('has eight panels, which it renews every 30 seconds', () => {
    expect(overview?.panels.map(({ title }) => title)).toEqual([
      'Health',
      'Alerts',
      'Error rate',
      'P95 response time',
      'Request rate',
      'Response time',
      'Database connections',
      'Cache hit rate',
    ]);
    expect(overview?.refresh).toBe('30s');
  });
});

describe('which dashboards there are', () => {
  const parts = ['overview', 'slo', 'apm', 'performance', 'postgres', 'pgbouncer', 'redis'];

  it('one for each part, and none for a part that is off', () => {
    expect([...dashboards(valuesIn('production')).keys()]).toEqual([
      ...parts.slice(0, 4),
      'models',
      'experiments',
      'model-cache',
      ...parts.slice(4),
      'backups',
      'elasticsearch',
      'traces',
      'logs',
    ]);
    expect([...dashboards(valuesIn('development')).keys()]).toEqual([
      ...parts.slice(0, 4),
      'models',
      'experiments',
      'model-cache',
      ...parts.slice(4),
    ]);
    expect([...dashboards(withoutModels(valuesIn('development'))).keys()]).toEqual(parts);
  });

  it('panels of a cluster and of containers only where there are such', () => {
    const titles = (values: JsonObject, id: string): readonly string[] =>
      dashboards(values)
        .get(id)
        ?.panels.map(({ title }) => title) ?? [];
    expect(titles(valuesIn('development'), 'redis')).not.toContain('Slots');
    expect(titles(valuesIn('production'), 'redis')).toContain('Slots');
    expect(titles(valuesIn('development'), 'performance')).not.toContain('Throttled');
    expect(titles(withNodeAgents(clusterAi), 'performance')).toContain('Throttled');
  });

  it('none without Prometheus, and no Grafana either', () => {
    const values = structuredClone(withoutModels(valuesIn('production'))) as Record<string, Record<string, unknown>>;
    Object.assign(values.prometheus ?? {}, { enabled: false });
    Object.assign(values.blackbox ?? {}, { enabled: false });
    const names = objectsWith(values as JsonObject).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.includes('grafana'))).toEqual([]);
  });

  it('two releases have theirs side by side', () => {
    const blue = dashboards(valuesIn('production'), { name: 'blue', namespace: 'shops' }).get('overview');
    expect(blue?.uid).toBe('overview-blue');
    expect(blue?.templating.list.map(({ name, query }) => [name, query])).toEqual([
      ['namespace', 'shops'],
      ['release', 'blue'],
    ]);
  });
});
