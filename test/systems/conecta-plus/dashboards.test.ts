import type { JsonObject } from '../../../lib/values/expression';
import { coalesce } from '../../../lib/values/coalesce';
import { questionsOf } from '../../metrics/dashboards';
import { dashboardsOf, describeDashboards, withNodeAgents } from '../dashboards';
import { withoutPromises } from '../reading';
import { conectaPlus } from './environments';

const { valuesIn } = conectaPlus;

describeDashboards(conectaPlus, {
  name: 'a'.repeat(35),
  without: (values) => coalesce(withoutPromises(values), { backup: { enabled: false } }),
});

const dashboards = (values: JsonObject) => dashboardsOf(conectaPlus, values);
const titles = (values: JsonObject, id: string): readonly string[] =>
  dashboards(values)
    .get(id)
    ?.panels.map(({ title }) => title) ?? [];

describe('which dashboards there are', () => {
  const parts = ['overview', 'business', 'slo', 'apm', 'load-balancer', 'postgres'];

  it('one for each part, and none for a part that is off', () => {
    const rest = ['object-store', 'resources'];
    expect([...dashboards(valuesIn('development')).keys()]).toEqual([...parts, 'redis', ...rest]);
    expect([...dashboards(valuesIn('production')).keys()]).toEqual([...parts, 'redis', ...rest, 'backups']);
    expect([...dashboards(valuesIn('large')).keys()]).toEqual([...parts, 'redis-cluster', ...rest, 'backups']);
  });

  it('users beside the plan where there is one', () => {
    const users = (planned: number | null) => coalesce(valuesIn('production'), { objectives: { users: planned } });
    expect(titles(users(800), 'business')).toContain('Users of the plan');
    expect(titles(users(null), 'business')).not.toContain('Users of the plan');
  });

  it('containers where nodes tell of them', () => {
    expect(titles(valuesIn('development'), 'resources')).not.toContain('Throttled');
    expect(titles(withNodeAgents(conectaPlus), 'resources')).toContain('Throttled');
  });
});

describe('dashboards of a platform without PgBouncer and Frontend', () => {
  const all = dashboards(withNodeAgents(conectaPlus));
  const questions = questionsOf(all);

  it('ask for much, and for nothing of PgBouncer, conversions, or the model cache', () => {
    expect(questions.length).toBeGreaterThan(70);
    const asked = questions.map(({ expr }) => expr).join('\n');
    expect(asked).not.toMatch(/pgbouncer|conversions|sessions/);
  });

  it('are held to its own targets', () => {
    const described = [...all.values()].flatMap(({ panels }) => panels.map(({ description = '' }) => description));
    const targets = described.flatMap((description) => /target is \d+ m?s/.exec(description) ?? []);
    expect([...new Set(targets)].sort()).toEqual(['target is 1 s', 'target is 300 ms']);
  });

  it.each(['slo', 'business', 'resources', 'load-balancer'])('%s', (id) => {
    expect(
      all.get(id)?.panels.map(({ title, targets }) => [title, targets?.map(({ expr }) => expr)]),
    ).toMatchSnapshot();
  });
});
