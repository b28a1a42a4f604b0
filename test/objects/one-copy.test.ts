import { App, Chart } from 'cdk8s';
import type * as kubeObject from '../../lib/objects/kube-object';
import type * as tree from '../../lib/values/tree';
import { KubeObject } from '../../lib/objects/kube-object';
import { str } from '../../lib/values/texts';
import { LITERALS } from '../../lib/values/expression';
import { evaluate } from '../../lib/values/tree';

/** The library once more, as a second installation would be. */
function another<T>(load: () => T): T {
  let copy: T | undefined;
  jest.isolateModules(() => {
    copy = load();
  });
  if (copy === undefined) throw new Error('it was not loaded');
  return copy;
}

const service = { apiVersion: 'v1', kind: 'Service' };

describe('two copies of the library', () => {
  const other = another(() => jest.requireActual<typeof kubeObject>('../../lib/objects/kube-object'));

  test('do not meet in one app', () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    new KubeObject(chart, 'ours', service);
    new KubeObject(new Chart(app, 'more'), 'ours', service);

    expect(() => new other.KubeObject(chart, 'theirs', service)).toThrow(
      /^shop\/theirs: two copies of cdk8s-tiers meet in one app, \S+\/lib and \S+\/lib; install one, for the app and for what it uses: `npm ls cdk8s-tiers` shows who brings which\.$/,
    );
  });

  test('may each have an app', () => {
    new KubeObject(new Chart(new App(), 'shop'), 'ours', service);
    expect(() => new other.KubeObject(new Chart(new App(), 'shop'), 'theirs', service)).not.toThrow();
  });
});

test('what is no part of a tree is not left out in silence', () => {
  const theirs = another(() => jest.requireActual<typeof tree>('../../lib/values/tree'));
  const list = [theirs.keep({ name: str`shop` })];

  expect(() => evaluate(list, LITERALS)).toThrow(
    'a tree holds plain data and parts made by this copy of cdk8s-tiers, not Keep',
  );
});
