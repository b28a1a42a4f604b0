import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { z } from 'zod';
import { System } from '/work/main/lib/systems/system';
import { Tier } from '/work/main/lib/tiers/tier';
import { DeploymentWorkload } from '/work/main/lib/workload/deployment';
import { StatefulSetWorkload } from '/work/main/lib/workload/stateful-set';
import { JobWorkload } from '/work/main/lib/workload/job';
import { addService } from '/work/main/lib/workload/service';
import { addConfigMap } from '/work/main/lib/workload/config-map';
import { text, checksum } from '/work/main/lib/values/text';
import { when, each, eachPair, eachEntry, merge, times } from '/work/main/lib/values/tree';
import { str, isSet, valueOf, greaterThan, bytes, divide, not, multiply, subtract, lessThan } from '/work/main/lib/values/operations';
import { release } from '/work/main/lib/values/reference';
import { Platform } from '/work/main/lib/workload/platform';
import { demand } from '/work/main/lib/objects/checks';
import { KubeObject } from '/work/main/lib/objects/kube-object';
import { imageValues, resourcesValues, podValues, autoscalingValues, storageValues } from '/work/main/lib/workload/values';
import { templates } from '/work/main/lib/output/helm/chart';
import { Manifests } from '/work/main/lib/output/manifests';
import { valuesYaml } from '/work/main/lib/output/helm/values-yaml';
import { defaultsOf, jsonSchemaOf } from '/work/main/lib/values/schema';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const schema = z.strictObject({
  global: z.strictObject({ imageRegistry: z.string().regex(/^[a-z.]+$/).nullable().default(null).describe('x') }),
  secrets: z.array(z.string().regex(/^[a-z]+$/)).default([]).describe('pull'),
  two: z.strictObject({ enabled: z.boolean().default(true).describe('on') }),
  echo: z.strictObject({
    image: imageValues({ registry: 'docker.io', repository: 'a/b', tag: '1' }),
    replicas: z.int().min(1).max(100).default(2).describe('n'),
    autoscaling: autoscalingValues({ minReplicas: 2, maxReplicas: 5, most: 10 }),
    resources: resourcesValues({ requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: null, memory: '128Mi' }, ephemeralStorage: '16Mi' }),
    settings: z.record(z.string().regex(/^[A-Z]+$/), z.string().regex(/^[^\n]*$/)).default({}).describe('s'),
    gzip: z.boolean().default(true).describe('gz'),
    ...podValues,
  }),
  store: z.strictObject({ storage: storageValues({ size: '1Gi' }) }),
});
class Echo extends Tier {
  readonly client: DeploymentWorkload;
  get endpoints() { return [{ workload: this.client, port: 8080, name: 'http' }]; }
  get clientSettings() { return [{ name: 'ECHO', value: str`http://${this.objectName}:80` }]; }
  constructor(scope: Construct, id: string, props: any) {
    super(scope, id, props);
    const conf = text`
      # ${id}
      hello ${this.objectName};
      mem ${divide(multiply(bytes(props.resources.limits.memory), 75), 100)}

      ${when(props.gzip, text`
        gzip on;
      `)}
      ${eachPair<string, any>(props.settings, (k, v) => text`
        item ${k} = ${v}
      `)}
      end \${HOME} \n {{ .Foo }}
    `;
    this.client = new DeploymentWorkload(this, 'workload', {
      ...props, name: id, component: 'echo', user: 10001,
      checksums: { conf: checksum(conf) },
      containers: [{ name: 'echo', image: props.image, resources: props.resources, writable: { '/tmp': '16Mi' }, args: times<string>(props.replicas, (i) => str`arg-${i}`) as any }],
    });
    addService(this.client, 'service', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] });
    addConfigMap(this.client, 'config', { 'a.conf': conf });
    demand(this, lessThan(props.autoscaling.maxReplicas, 9), str`max ${props.autoscaling.maxReplicas} is above 8; lower it`);
  }
}
class Toy extends System<typeof schema> {
  metadata: any; notes: any;
  constructor(app: App) {
    super(app, 'toy', schema);
    const v = this.values;
    Platform.provide(this, new Platform({ instance: release.name, partOf: 'toy', version: '1.0.0', imageRegistry: v.global.imageRegistry, imagePullSecrets: v.secrets }));
    const one = new Echo(this, 'one', v.echo);
    const two = new Echo(this, 'two', { ...v.echo, enabled: v.two.enabled });
    one.connectTo(two);
    const store = new class extends Tier { client: any; constructor(s: any) { super(s, 'store', {});
      this.client = new StatefulSetWorkload(this, 'store', { name: 'store', component: 'db', replicas: 1, user: 5, storage: { data: v.store.storage }, containers: [{ name: 'x', image: v.echo.image, resources: v.echo.resources, mounts: [{ name: 'data', mountPath: '/d' }] }] });
      new JobWorkload(this, 'job', { name: 'store', component: 'init', objectName: 'store-init', user: 5, activeDeadlineSeconds: 60, containers: [{ name: 'x', image: v.echo.image, resources: v.echo.resources }] });
    } }(this);
    store.connectTo(one);
  }
}
const toy = new Toy(new App());
const out = '/tmp/w/toychart';
const files = new Map(templates(toy, 'toy'));
files.set('Chart.yaml', 'apiVersion: v2\nname: toy\nversion: 1.0.0\n');
files.set('values.yaml', valuesYaml(schema));
files.set('values.schema.json', JSON.stringify(jsonSchemaOf(schema), null, 2));
for (const [path, content] of files) { mkdirSync(dirname(`${out}/${path}`), { recursive: true }); writeFileSync(`${out}/${path}`, content); }
for (const [path, content] of new Manifests(toy).files(defaultsOf(schema), { name: 'rel', namespace: 'ns' })) { mkdirSync(`/tmp/w/toydist`, { recursive: true }); writeFileSync(`/tmp/w/toydist/${path}`, content); }
