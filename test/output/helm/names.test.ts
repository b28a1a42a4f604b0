import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { KubeObject } from '../../../lib/objects/kube-object';
import { templates } from '../../../lib/output/helm/chart';
import { release } from '../../../lib/values/reference';
import { checksum, text } from '../../../lib/values/text';
import { named, str } from '../../../lib/values/texts';
import { fragment } from '../../../lib/values/tree';

/** The templates of a chart with one tier that holds these ConfigMaps. */
function chartOf(...data: readonly ((id: string) => ConfigMap['data'] | object)[]): () => unknown {
  const system = new Chart(new App(), 'shop');
  const tier = new Construct(system, 'tier');
  data.forEach((of, i) => {
    const id = `map${i}`;
    new KubeObject(tier, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: id }, data: of(id) });
  });
  return () => templates(system, 'shop');
}

describe('names in a chart', () => {
  test('are refused where two hashed texts have one', () => {
    const file = (word: string) => () => {
      const content = text`
        # ${word}
      `;
      return { 'a.conf': content, sum: checksum(content) };
    };
    expect(chartOf(file('one'), file('two'))).toThrow('two texts are called "shop.tier.a.conf"');
    expect(chartOf(file('one'))).not.toThrow();
  });

  test('are refused where two fragments have one', () => {
    const part = (word: string) => () => fragment('part', 'A part.', {}, () => ({ word }))({});
    expect(chartOf(part('one'), part('two'))).toThrow('two fragments are called "part"');
    expect(chartOf(part('one'))).not.toThrow();
  });

  test('are refused where two derived values have one', () => {
    const value = (word: string) => () => ({ word: named('title', 'A title.', str`${word} of ${release.name}`) });
    expect(chartOf(value('one'), value('two'))).toThrow('two named templates are called "title"');
    expect(chartOf(value('one'), value('one'))).not.toThrow();
  });
});
