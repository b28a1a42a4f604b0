import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { Tier } from '../lib/tiers/tier';
import { DeploymentWorkload } from '../lib/workload/deployment';
import { addService } from '../lib/workload/service';
import { text } from '../lib/values/text';
import { when, each } from '../lib/values/tree';
import { KubeObject } from '../lib/objects/kube-object';
import { evaluate } from '../lib/values/tree';
import { LITERALS } from '../lib/values/expression';

class Echo extends Tier {
  readonly client: DeploymentWorkload;
  get endpoints() { return [{ workload: this.client, port: 8080, name: 'http' }]; }
  clientSettings = [{ name: 'ECHO', value: 'x' }];
  constructor(scope: Construct, id: string) {
    super(scope, id, {});
    this.client = new DeploymentWorkload(this, 'workload', {
      name: id, component: 'echo', user: 10001, replicas: 2,
      containers: [{ name: 'echo', image: { registry: 'docker.io', repository: 'a/b', tag: '1', digest: null },
        resources: { requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '16Mi' }, limits: { cpu: null, memory: '32Mi', ephemeralStorage: '16Mi' } }, writable: { '/tmp': '16Mi' } }],
    });
    addService(this.client, 'service', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] });
    new KubeObject(this, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: this.client.metadata(), data: { 'a.conf': text`
      hello ${this.objectName};

      ${when(true, text`
        inner
      `)}
      ${each(['a', 'b'], (x) => text`
        item ${x}
      `)}
      end \${HOME} \n
    ` } });
  }
}
const app = new App();
const chart = new Chart(app, 'shop');
const a = new Echo(chart, 'one'); const b = new Echo(chart, 'two');
a.connectTo(b);
console.log(app.synthYaml());
