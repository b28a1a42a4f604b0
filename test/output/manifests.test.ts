import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { z } from 'zod';
import { collectObjects } from '../../lib/output/collect';
import { templates } from '../../lib/output/helm/chart';
import { Manifests } from '../../lib/output/manifests';
import { demand, demandLate } from '../../lib/objects/checks';
import { KubeObject } from '../../lib/objects/kube-object';
import { atMost } from '../../lib/values/logic';
import { str } from '../../lib/values/texts';
import { references, release } from '../../lib/values/reference';
import { late } from '../../lib/values/tree';
import { environments, system, valuesIn, release as clusterAi } from '../systems/cluster-ai/environments';

const schema = z.strictObject({
  replicas: z.int().min(0).max(9).default(1).describe('Replicas.'),
  connections: z.int().min(0).max(900).default(10).describe('Connections.'),
});

function shop(): Manifests {
  const chart = new Chart(new App(), 'shop');
  const { replicas, connections } = references(schema);
  for (const name of ['web', 'data']) {
    const tier = new Construct(chart, name);
    new KubeObject<ConfigMap>(tier, 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: str`${release.name}-${name}` },
      data: { replicas: str`${replicas}`, template: '{{ .Values.x }}' },
    });
    demand(tier, atMost(replicas, 3), str`replicas ${replicas} is above 3; lower it.`);
    demand(tier, atMost(connections, 100), str`connections ${connections} is above 100; lower it.`);
  }
  return new Manifests(chart);
}

describe('objects of one tier', () => {
  it('are refused where two would be in one file of the chart', () => {
    const chart = new Chart(new App(), 'shop');
    const server = new Construct(new Construct(chart, 'web'), 'server');
    for (const name of ['blue', 'green']) {
      new KubeObject<ConfigMap>(new Construct(server, name), 'configmap', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
      });
    }
    expect(() => collectObjects(chart)).toThrow(
      'shop/web/server/green/configmap: another object of the tier is in the file server-configmap; give it an id of its own.',
    );
  });
});

describe('a text with half of a character', () => {
  const message = String.raw`shop/web/config: "a\ud83d" cannot be written: \ud83d is half of a character; write both halves or neither`;
  const broken = (data: Readonly<Record<string, string>>): Chart => {
    const chart = new Chart(new App(), 'shop');
    new KubeObject<ConfigMap>(new Construct(chart, 'web'), 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web' },
      data,
    });
    return chart;
  };

  it.each([{ motd: 'a\ud83d' }, { 'a\ud83d': 'motd' }])('is refused behind the path of its construct: %j', (data) => {
    const release = { name: 'blue', namespace: 'shop' };
    expect(() => new Manifests(broken(data)).files({}, release)).toThrow(message);
    expect(() => templates(broken(data), 'shop')).toThrow(message);
  });
});

describe('the manifests of a system', () => {
  const files = shop().files({ replicas: 2, connections: 5 }, { name: 'blue', namespace: 'shop' });

  it('are a file for each tier, a namespace, and a kustomization', () => {
    expect([...files.keys()].sort()).toEqual(['data.yaml', 'kustomization.yaml', 'namespace.yaml', 'web.yaml']);
    expect(files.get('kustomization.yaml')).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources:
  - namespace.yaml
  - web.yaml
  - data.yaml
`);
  });

  it('enforce Pod Security in the namespace', () => {
    expect(files.get('namespace.yaml')).toBe(`apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/warn: restricted
`);
  });

  it('name the release, and keep braces of their own', () => {
    expect(files.get('web.yaml')).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: blue-web
  namespace: shop
data:
  replicas: "2"
  template: "{{ .Values.x }}"
`);
  });

  it('are refused with every check that fails, each behind its path', () => {
    expect(() => shop().files({ replicas: 4, connections: 101 }, { name: 'blue', namespace: 'shop' })).toThrow(
      new Error(
        [
          'shop/web: replicas 4 is above 3; lower it.',
          'shop/web: connections 101 is above 100; lower it.',
          'shop/data: replicas 4 is above 3; lower it.',
          'shop/data: connections 101 is above 100; lower it.',
        ].join('\n'),
      ),
    );
  });

  it.each([
    [3, 100, true],
    [4, 100, false],
    [3, 101, false],
  ])('with %i replicas and %i connections are there: %s', (replicas, connections, isThere) => {
    const read = () => shop().files({ replicas, connections }, { name: 'blue', namespace: 'shop' });
    if (isThere) expect(read().size).toBe(4);
    else expect(read).toThrow('lower it');
  });
});

it('200 environments of a system are evaluations of one construction', () => {
  const chart = new Chart(new App(), 'shop');
  const { replicas } = references(schema);
  const built = { parts: 0, checks: 0 };
  const config = new KubeObject<ConfigMap>(new Construct(chart, 'web'), 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config' },
    data: late<Record<string, string>>(() => {
      built.parts++;
      return { replicas: str`${replicas}` };
    }),
  });
  demandLate(config, () => {
    built.checks++;
    return { holds: atMost(replicas, 9), message: 'too many' };
  });

  const manifests = new Manifests(chart);
  const files = Array.from({ length: 200 }, (_, i) =>
    manifests.files({ replicas: i % 10, connections: 0 }, { name: `shop-${i}`, namespace: `shop-${i}` }),
  );

  expect(built).toEqual({ parts: 1, checks: 1 });
  expect(new Set(files.map((each) => each.get('web.yaml'))).size).toBe(200);
});

describe.each(environments)("Cluster AI's %s", (environment) => {
  it('is the same, byte for byte, each time', () => {
    const write = () => [...new Manifests(system).files(valuesIn(environment), clusterAi)];
    expect(write()).toEqual(write());
  });
});
