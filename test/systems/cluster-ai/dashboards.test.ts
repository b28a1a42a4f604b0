import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { JsonObject } from '../../../lib/values/expression';
import { type Dashboard, dashboardsIn, questionsOf, recordingRulesIn } from '../../metrics/dashboards';
import { labelsWith } from '../../metrics/inventory';
import { ask } from '../../metrics/promql';
import { withoutPromises } from '../reading';
import { environments, objectsWith, release, valuesIn } from './environments';

/** What a ConfigMap may hold where `kubectl apply` keeps it in an annotation. */
const MOST_BYTES = 262_144;

/** With all that may be off: a cluster, backups, metrics of containers. */
function everything(): JsonObject {
  const values = structuredClone(valuesIn('production')) as Record<string, Record<string, unknown>>;
  Object.assign(values.prometheus ?? {}, { nodeAgents: { namespace: 'node-agents', release: 'node-agents' } });
  return values as JsonObject;
}

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

const cases = [...environments.map((name) => [name, valuesIn(name)] as const), ['everything', everything()] as const];

function configMaps(values: JsonObject, as = release): readonly ConfigMap[] {
  return objectsWith(values, as).filter(({ kind }) => kind === 'ConfigMap') as unknown as readonly ConfigMap[];
}

function dashboards(values: JsonObject, as = release): ReadonlyMap<string, Dashboard> {
  return dashboardsIn(configMaps(values, as));
}

const overview = dashboards(valuesIn('production')).get('overview');

describe.each(cases)('dashboards of %s', (_, values) => {
  const labelsOf = labelsWith(recordingRulesIn(configMaps(values)));
  const all = dashboards(values);
  const questions = questionsOf(all);

  it('ask for metrics and labels that somebody exports', () => {
    const problems = questions.flatMap(({ at, expr }) =>
      ask(expr, labelsOf).problems.map((problem) => `${at}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it('name series by labels that they have', () => {
    const problems = questions.flatMap(({ at, expr, legend }) => {
      const labels = ask(expr, labelsOf).labels ?? new Set();
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      return named.filter((label) => !labels.has(label)).map((label) => `${at}: ${legend} has no ${label}`);
    });
    expect(problems).toEqual([]);
  });

  it('leave no variable to whoever looks', () => {
    for (const { at, expr } of questions) expect([at, expr]).toEqual([at, expect.not.stringMatching(/\$/)]);
  });

  it('are addressed by what Grafana takes', () => {
    for (const [id, { uid }] of all) expect([id, uid]).toEqual([id, `${id}-cluster-ai`]);
    const long = dashboards(withShortNames(values), { ...release, name: LONGEST_RELEASE });
    expect(Math.max(...[...long.values()].map(({ uid }) => uid.length))).toBe(40);
    for (const { uid } of long.values()) expect(uid).toMatch(/^[\w-]{1,40}$/);
    expect(new Set([...long.values()].map(({ uid }) => uid)).size).toBe(long.size);
  });

  it('have panels that say what they show, each in a place of its own', () => {
    for (const [id, dashboard] of all) {
      const ids = dashboard.panels.map((panel) => panel.id);
      expect([id, new Set(ids).size]).toEqual([id, ids.length]);
      const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
        expect([id, x + w <= 24]).toEqual([id, true]);
        return Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`);
      });
      expect([id, new Set(cells).size]).toEqual([id, cells.length]);
    }
    const shown = [...all.values()].flatMap(({ panels }) => panels).filter(({ type }) => type !== 'row');
    for (const { title, description } of shown) {
      expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
    }
  });

  it('fit into what kubectl applies', () => {
    for (const map of configMaps(values)) {
      expect([map.metadata?.name, JSON.stringify(map).length < MOST_BYTES]).toEqual([map.metadata?.name, true]);
    }
  });
});

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
    expect(titles(everything(), 'performance')).toContain('Throttled');
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
