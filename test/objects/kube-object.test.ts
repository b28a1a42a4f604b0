import { App, Chart } from 'cdk8s';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { KubeObject } from '../../lib/objects/kube-object';
import { release } from '../../lib/values/reference';

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

  test('has the name that it is written with, or its id where only the output knows it', () => {
    const chart = new Chart(new App(), 'shop');
    const unknown = new KubeObject<ConfigMap>(chart, 'late', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: release.name },
    });

    expect([configMap(chart).name, unknown.name]).toEqual(['shop-config', 'late']);
  });
});
