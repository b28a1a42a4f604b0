import { ApiObjectMetadataDefinition, App, Chart, type ChartProps, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { z } from 'zod';
import { KubeObject } from '../../lib/objects/kube-object';
import { templates } from '../../lib/output/helm/chart';
import { Manifests } from '../../lib/output/manifests';
import { defaultsOf } from '../../lib/values/schema';
import { add } from '../../lib/values/numbers';
import { references, release } from '../../lib/values/reference';
import { str } from '../../lib/values/texts';
import { each, when } from '../../lib/values/tree';

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

  test('takes all else that cdk8s adds to metadata', () => {
    const chart = new Chart(new App(), 'shop');
    const { metadata } = configMap(chart);
    metadata.addFinalizers('shop.test/stock');
    metadata.add('generateName', 'shop-');

    expect(chart.toJson()).toEqual([
      expect.objectContaining({
        metadata: {
          name: 'shop-config',
          labels: { part: 'shop' },
          finalizers: ['shop.test/stock'],
          generateName: 'shop-',
        },
      }),
    ]);
  });

  test('is patched after all that was added to it', () => {
    const chart = new Chart(new App(), 'shop');
    const object = configMap(chart);
    object.addJsonPatch(JsonPatch.replace('/data/color', 'blue'), JsonPatch.remove('/metadata/labels/team'));
    object.metadata.addLabel('team', 'web');

    expect(chart.toJson()).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'shop-config', labels: { part: 'shop' } },
        data: { color: 'blue' },
      },
    ]);
  });

  test('shares what it is written with, which no patch changes', () => {
    const chart = new Chart(new App(), 'shop');
    const data = { color: 'red', shades: { dark: true } };
    const [patched, other] = ['patched', 'other'].map(
      (name) => new KubeObject(chart, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }),
    );
    patched?.addJsonPatch(JsonPatch.remove('/data/shades/dark'), JsonPatch.add('/data/shades/light', true));

    expect(patched?.toJson()).toMatchObject({ data: { color: 'red', shades: { light: true } } });
    expect(patched?.toJson()).toEqual(patched?.toJson());
    expect(other?.toJson()).toMatchObject({ data: { color: 'red', shades: { dark: true } } });
  });

  test.each([
    [JsonPatch.replace('/data/colour', 'blue'), '/data/colour is not there'],
    [JsonPatch.add('/spec/color', 'blue'), '/spec is not there'],
    [JsonPatch.add('/data/color/shade', 'dark'), '/data/color is "red"'],
    [JsonPatch.test('/data/color', 'blue'), 'Test operation failed'],
    [JsonPatch.move('/data/colour', '/data/shade'), '/data/colour is not there'],
  ])('refuses a patch that leads to nothing: %j', (patch, why) => {
    const chart = new Chart(new App(), 'shop');
    configMap(chart).addJsonPatch(patch);

    expect(() => chart.toJson() as unknown).toThrow(
      `shop/config: the JSON patch ${JSON.stringify(patch._toJson())} cannot be applied: ${why}`,
    );
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

describe('KubeObject in a system', () => {
  const schema = z.strictObject({
    replicas: z.int().min(0).max(9).default(2).describe('Replicas.'),
    hosts: z.array(z.string()).default(['a.test']).describe('Hosts.'),
    isPublic: z.boolean().default(true).describe('Public.'),
  });

  class Shop extends Chart {
    readonly object: KubeObject;
    constructor(props?: ChartProps) {
      super(new App(), 'shop', props);
      const { replicas, hosts, isPublic } = references(schema);
      this.object = new KubeObject(new Construct(this, 'web'), 'service', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: str`${release.name}-web`, labels: { part: 'web' } },
        spec: {
          type: when(isPublic, 'LoadBalancer', 'ClusterIP'),
          ports: [{ port: 80 }, { port: add(replicas, 8000) }],
          hosts: [...each(hosts, (host) => host), 'last.test'],
        },
      });
    }
  }
  const manifestOf = (shop: Chart): unknown => {
    const files = new Manifests(shop).files(defaultsOf(schema), { name: 'mall', namespace: 'shop' });
    return parse(files.get('web.yaml') ?? '');
  };
  const templateOf = (shop: Chart): string | undefined => templates(shop, 'shop').get('templates/web/service.yaml');

  test('is in both readings with what was added to it', () => {
    const shop = new Shop();
    shop.object.metadata.addLabel('team', 'web');
    shop.object.metadata.addAnnotation('note', 'mine');
    shop.object.addJsonPatch(
      JsonPatch.add('/spec/ports/0/name', 'http'),
      JsonPatch.add('/spec/ports/-', { port: 443 }),
      JsonPatch.move('/spec/ports/1', '/spec/ports/2'),
      JsonPatch.add('/spec/hosts/-', 'mine.test'),
      JsonPatch.replace('/spec/type', 'NodePort'),
      JsonPatch.copy('/metadata/name', '/spec/externalName'),
    );

    expect(manifestOf(shop)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'mall-web',
        namespace: 'shop',
        labels: { part: 'web', team: 'web' },
        annotations: { note: 'mine' },
      },
      spec: {
        type: 'NodePort',
        externalName: 'mall-web',
        ports: [{ port: 80, name: 'http' }, { port: 443 }, { port: 8002 }],
        hosts: ['a.test', 'last.test', 'mine.test'],
      },
    });
    expect(templateOf(shop)).toMatchInlineSnapshot(`
     "apiVersion: v1
     kind: Service
     metadata:
       name: {{ .Release.Name }}-web
       labels:
         part: web
         team: web
       annotations:
         note: mine
     spec:
       type: NodePort
       ports:
         - port: 80
           name: http
         - port: 443
         - port: {{ add .Values.replicas 8000 }}
       hosts:
         {{- range $host := .Values.hosts }}
         - {{ $host | quote }}
         {{- end }}
         - last.test
         - mine.test
       externalName: {{ .Release.Name }}-web
     "
    `);
  });

  test.each([
    [JsonPatch.add('/spec/type/more', 1), '/spec/type depends on values; replace it as a whole'],
    [
      JsonPatch.remove('/spec/hosts/1'),
      '/spec/hosts/1 counts items that depend on values; add to the end, /spec/hosts/-, or replace the list',
    ],
    [JsonPatch.remove('/spec/ports/2'), '/spec/ports/2 is not there'],
  ])('refuses a patch of what only values know: %j', (patch, why) => {
    const shop = new Shop();
    shop.object.addJsonPatch(patch);
    const message = `shop/web/service: the JSON patch ${JSON.stringify(patch._toJson())} cannot be applied: ${why}`;

    expect(() => manifestOf(shop)).toThrow(message);
    expect(() => templateOf(shop)).toThrow(message);
  });

  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: '1' };
  const additions: Readonly<Record<string, (metadata: ApiObjectMetadataDefinition) => void>> = {
    addLabel: (metadata) => metadata.addLabel('team', 'web'),
    addAnnotation: (metadata) => metadata.addAnnotation('note', 'mine'),
    addFinalizers: (metadata) => metadata.addFinalizers('shop.test/stock'),
    addOwnerReference: (metadata) => metadata.addOwnerReference(owner),
    add: (metadata) => metadata.add('generateName', 'shop-'),
  };

  test.each(Object.entries(additions))('is in both readings with what %s alone adds', (_, addTo) => {
    const [plain, shop] = [new Shop(), new Shop()];
    addTo(shop.object.metadata);

    expect(manifestOf(shop)).not.toEqual(manifestOf(plain));
    expect(templateOf(shop)).not.toBe(templateOf(plain));
  });

  test('knows all by which cdk8s adds to metadata', () => {
    const methods = Object.getOwnPropertyNames(ApiObjectMetadataDefinition.prototype);
    expect(Object.keys(additions).sort()).toEqual(methods.filter((method) => method.startsWith('add')).sort());
  });

  test('takes the namespace and the labels of its chart in both readings', () => {
    const shop = new Shop({ namespace: 'prod' });
    const labelled = new Shop({ labels: { team: 'web' } });

    expect(templateOf(shop)).toContain('  namespace: prod\n');
    expect([manifestOf(labelled), templateOf(labelled)].map((read) => JSON.stringify(read))).toEqual([
      expect.stringContaining('"team":"web"'),
      expect.stringContaining('team: web'),
    ]);
  });

  test('refuses a label that is there already', () => {
    const shop = new Shop();
    shop.object.metadata.addLabel('part', 'other');

    expect(() => manifestOf(shop)).toThrow(/part/);
  });
});
