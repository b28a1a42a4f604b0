import { join } from 'node:path';
import type { Construct } from 'constructs';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { DefaultDeny } from '../../network/default-deny';
import { SmokeTest } from '../../tiers/delivery/smoke-test';
import { Filebeat } from '../../tiers/observability/filebeat';
import { KubeStateMetrics } from '../../tiers/observability/kube-state-metrics';
import { addKubeletScraping } from '../../tiers/observability/kubelet-scraping';
import { NodeExporter } from '../../tiers/observability/node-exporter';
import { PROMETHEUS_PORT, Prometheus, prometheusDefaults } from '../../tiers/observability/prometheus';
import { isNotEmpty } from '../../values/collections';
import { release } from '../../values/reference';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { each, when } from '../../values/tree';
import { namespacePeer } from '../../workload/network-policy';
import { System } from '../system';
import { nodeAgentsMetadata } from './metadata';
import { nodeAgentsValues } from './values';

/**
 * What runs once in a cluster, whatever else runs in it: agents on nodes, and the Prometheus that asks them. Those of
 * other systems take over what is about their own namespace.
 */
export class NodeAgents extends System<typeof nodeAgentsValues> {
  readonly metadata = nodeAgentsMetadata;
  override readonly podSecurity = 'privileged';
  readonly notes: Text;
  readonly environments = join(__dirname, 'environments');
  readonly secrets = {};
  override readonly suppliedSecrets = {
    'node-agents-filebeat': {
      keys: ['ca.crt'],
      neededWith: ['filebeat.enabled'],
      holds: 'the authority of Logstash’s certificate',
    },
  };

  constructor(scope: Construct) {
    super(scope, 'node-agents', nodeAgentsValues);
    const v = this.values;
    this.providePlatform({ ...v, network: { ...v.network, ingressNamespace: null } });

    new DefaultDeny(this, 'network');
    new NodeExporter(this, 'node-exporter', v.nodeExporter);
    const filebeat = new Filebeat(this, 'filebeat', v.filebeat);
    const state = new KubeStateMetrics(this, 'kube-state-metrics', v.kubeStateMetrics);
    const prometheus = new Prometheus(this, 'prometheus', {
      ...v.prometheus,
      operator: { ...prometheusDefaults.operator, ...v.prometheus.operator },
    });
    addKubeletScraping(prometheus, v.kubelet);
    // Without clients the list would be empty, and an empty list is everyone.
    prometheus.workload.policy.allowFrom(
      {
        from: each<string, NetworkPolicyPeer>(v.clients, (namespace) => namespacePeer(namespace)),
        ports: [{ port: PROMETHEUS_PORT, protocol: 'TCP' }],
      },
      { enabled: isNotEmpty(v.clients), neighbour: 'releases' },
    );
    const test = new SmokeTest(this, 'tests', {
      image: v.tests.image,
      urls: [str`http://${state.objectName}:${state.servicePort}/healthz`],
    });
    test.connectTo(state);
    this.notes = text`
      node-agents is installed as "${release.name}" in the namespace "${release.namespace}".

      Its Prometheus answers the namespaces of the value clients. In those of Cluster AI, set prometheus.nodeAgents.namespace to
      ${release.namespace} and prometheus.nodeAgents.release to ${release.name}.

      ${when(
        v.filebeat.enabled,
        text`
          Filebeat waits for the Secret ${filebeat.secret}, with the key ca.crt: who has signed the certificate of
          ${v.filebeat.logstash.release}-logstash in ${v.filebeat.logstash.namespace}.

        `,
      )}
      What it collects, from this machine:
        kubectl --namespace ${release.namespace} port-forward service/${prometheus.objectName} 9090
        then open http://localhost:9090/targets
    `;
  }
}
