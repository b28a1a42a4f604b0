/** Every value of a system does something. */
import { Effects } from './effects';
import type { Reading } from './reading';

export function describeLeaves(title: string, { environments, release, system, valuesIn }: Reading): void {
  describe(title, () => {
    const bases = environments.map((name) => ({ name, values: valuesIn(name) }));
    const proofs = new Effects(system, system.schema, release, bases).proofs();

    it('all reach the output or a check: two files that differ in one leaf give different outputs', () => {
      expect([...proofs].filter(([, base]) => base === undefined).map(([leaf]) => leaf)).toEqual([]);
    });

    it('show in an environment as it is, but for those that a switch brings in', () => {
      const elsewhere = [...proofs].filter(([, base]) => !environments.includes(base ?? ''));
      expect(Object.fromEntries(elsewhere)).toMatchSnapshot();
    });
  });
}
