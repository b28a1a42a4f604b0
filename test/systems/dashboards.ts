/** What holds of the dashboards of every system. */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { JsonObject } from '../../lib/values/expression';
import { type Dashboard, dashboardsIn, questionsOf, recordingRulesIn } from '../metrics/dashboards';
import { labelsWith } from '../metrics/inventory';
import { ask } from '../metrics/promql';
import type { Reading } from './reading';

/** What a ConfigMap may hold where `kubectl apply` keeps it in an annotation. */
const MOST_BYTES = 262_144;
/** What Grafana takes as an address at the most. */
const LONGEST_UID = 40;

/** The values of production with the metrics of nodes, which no environment has. */
export function withNodeAgents({ valuesIn }: Reading): JsonObject {
  const values = structuredClone(valuesIn('production')) as Record<string, Record<string, unknown>>;
  Object.assign(values.prometheus ?? {}, { nodeAgents: { namespace: 'node-agents', release: 'node-agents' } });
  return values as JsonObject;
}

/** By the name of their files. */
export function dashboardsOf(
  reading: Reading,
  values: JsonObject,
  as = reading.release,
): ReadonlyMap<string, Dashboard> {
  return dashboardsIn(configMapsOf(reading, values, as));
}

function configMapsOf({ objectsWith }: Reading, values: JsonObject, as: Reading['release']): readonly ConfigMap[] {
  return objectsWith(values, as).filter(({ kind }) => kind === 'ConfigMap') as unknown as readonly ConfigMap[];
}

interface LongName {
  /** The longest name of a release that fits. */
  readonly name: string;
  /** Leaves out what has longer names of its own. */
  readonly without: (values: JsonObject) => JsonObject;
}

/** Of each environment, and with all that may be off. */
export function describeDashboards(reading: Reading, long: LongName): void {
  const { environments, release, valuesIn } = reading;
  const cases = [
    ...environments.map((name) => [name, valuesIn(name)] as const),
    ['everything', withNodeAgents(reading)] as const,
  ];

  describe.each(cases)('dashboards of %s', (_, values) => {
    const configMaps = configMapsOf(reading, values, release);
    const labelsOf = labelsWith(recordingRulesIn(configMaps));
    const all = dashboardsIn(configMaps);
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
      for (const [id, { uid }] of all) expect([id, uid]).toEqual([id, `${id}-${release.name}`]);
      const ofLong = dashboardsOf(reading, long.without(values), { ...release, name: long.name });
      expect(Math.max(...[...ofLong.values()].map(({ uid }) => uid.length))).toBe(LONGEST_UID);
      for (const { uid } of ofLong.values()) expect(uid).toMatch(/^[\w-]+$/);
      expect(new Set([...ofLong.values()].map(({ uid }) => uid)).size).toBe(ofLong.size);
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
      for (const map of configMaps) {
        expect([map.metadata?.name, JSON.stringify(map).length < MOST_BYTES]).toEqual([map.metadata?.name, true]);
      }
    });
  });
}
