import { Effects } from '../effects';
import { environments, release, system, valuesIn } from './environments';

describe("Cluster AI's values", () => {
  const bases = environments.map((name) => ({ name, values: valuesIn(name) }));
  const proofs = new Effects(system, system.schema, release, bases).proofs();

  it('all reach the output or a check: two files that differ in one leaf give different outputs', () => {
    expect([...proofs].filter(([, base]) => base === undefined).map(([leaf]) => leaf)).toEqual([]);
  });

  it('show in an environment as it is, but for those that a switch brings in', () => {
    expect(Object.fromEntries([...proofs].filter(([, base]) => !environments.includes(base ?? '')))).toMatchSnapshot();
  });
});
