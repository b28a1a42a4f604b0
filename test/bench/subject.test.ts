/** A system that is measured is measured alone. */
import { subjectOf, systemNames } from '../../bench/subject';
import { systems } from '../../lib/systems/systems';

describe('a subject', () => {
  test('is each system of the project', () => {
    expect(systemNames).toEqual(systems().map(({ systemName }) => systemName));
  });

  test.each(systemNames)('%s is constructed, and no other system', (name) => {
    const { system } = subjectOf(name);
    expect(system.systemName).toBe(name);
    expect(system.node.root.node.children.map(({ node }) => node.id)).toEqual([name]);
  });

  test('is not what the project has no system of', () => {
    expect(() => subjectOf('cluster-bi')).toThrow('cluster-bi: no such system');
  });
});
