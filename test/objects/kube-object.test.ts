import { App, Chart } from 'cdk8s';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { KubeObject } from '../../lib/objects/kube-object';

function configMap(chart: Chart): KubeObject<ConfigMap> {
  return new KubeObject<ConfigMap>(chart, 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shop-config', labels: { part: 'shop' } },
    data: { color: 'red' },
  });
}

describe('KubeObject in a plain app', () => {
  test('takes the namespace and the labels of its chart', () => {
    const chart = new Chart(new App(), 'shop', { namespace: 'prod', labels: { team: 'web' } });
    configMap(chart);

    expect(chart.toJson()).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'shop-config', namespace: 'prod', labels: { part: 'shop', team: 'web' } },
        data: { color: 'red' },
      },
    ]);
  });

  test('takes what was added to its metadata', () => {
    const chart = new Chart(new App(), 'shop');
    configMap(chart).metadata.addAnnotation('note', 'mine');

    expect(chart.toJson()).toEqual([
      expect.objectContaining({
        metadata: { name: 'shop-config', labels: { part: 'shop' }, annotations: { note: 'mine' } },
      }),
    ]);
  });
});
