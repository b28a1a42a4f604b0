import { App, Chart } from 'cdk8s';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { KubeObject } from '../../../lib/objects/kube-object';
import type { JsonTree } from '../../../lib/tiers/observability/dashboards/json';
import { jsonFile } from '../../../lib/tiers/observability/json-file';
import { str } from '../../../lib/values/texts';
import { Objects } from '../data/objects';

function written(value: JsonTree): string {
  const chart = new Chart(new App(), 'shop');
  new KubeObject<ConfigMap>(chart, 'file', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'file' },
    data: { json: jsonFile(value) },
  });
  return new Objects(chart).get('ConfigMap', 'file').data?.json ?? '';
}

const long = 'x'.repeat(60);

describe('a JSON file', () => {
  test('has on one line what fits one', () => {
    expect(written({ a: 1, b: [true, null], c: { d: 'e' } })).toBe('{"a":1,"b":[true,null],"c":{"d":"e"}}\n');
  });

  test('has the parts of what does not on lines of their own', () => {
    expect(written({ a: [long, long], b: undefined, c: {} })).toBe(
      ['{', '  "a": [', `    "${long}",`, `    "${long}"`, '  ],', '  "c": {}', '}', ''].join('\n'),
    );
  });

  test.each([[{ a: [long, { b: `"${long}\\"`, c: [[], {}] }], d: -1.5 }], [[long, long]], ['a'], [7]])(
    'is read as what was written: %j',
    (value) => {
      expect(JSON.parse(written(value as JsonTree))).toEqual(value);
    },
  );

  test('escapes what stands around an expression', () => {
    expect(JSON.parse(written({ a: str`{"b":"${str`c`}"}` }))).toEqual({ a: '{"b":"c"}' });
  });
});
