/** What kubelets say of containers and volumes: two scrape configurations, or a ServiceMonitor for prometheus-operator. */
import { Construct } from 'constructs';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import {
  type ServiceMonitorSpec,
  ServiceMonitorSpecEndpointsMetricRelabelingsAction,
  ServiceMonitorSpecEndpointsRelabelingsAction,
  ServiceMonitorSpecEndpointsScheme,
} from '../../../imports/service-monitor-monitoring.coreos.com';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { type ListInput, each } from '../../values/tree';
import { addClusterRole } from '../../workload/rbac';
import type { Prometheus } from './prometheus';

export interface KubeletFacts {
  /** Networks of the nodes. */
  readonly addresses: ListInput<string>;
  /** Port of the kubelets, which answer by TLS to whoever may get `nodes/metrics`. */
  readonly port: Input<number>;
  /** Takes certificates that the cluster's authority has not signed: kubelets sign their own unless told otherwise. */
  readonly insecureSkipVerify: Input<boolean>;
}

interface Source {
  readonly job: string;
  readonly path: string;
  /** The metrics to keep, as an expression. Kubelets have a hundred times as many. */
  readonly keep: string;
}

/** Where the kubelet's metrics are about pods, it gives them namespace, pod and container itself. */
const SOURCES: readonly Source[] = [
  {
    job: 'kubelet',
    path: '/metrics',
    keep: 'kubelet_volume_stats_(available|capacity|used)_bytes|kubelet_volume_stats_inodes(_free|_used)?',
  },
  {
    job: 'cadvisor',
    path: '/metrics/cadvisor',
    keep: [
      'container_cpu_(cfs_(throttled_)?periods|cfs_throttled_seconds|usage_seconds)_total',
      'container_fs_(reads|writes)_bytes_total',
      'container_memory_(rss|working_set_bytes)',
      'container_network_(receive|transmit)_(bytes|errors|packets_dropped)_total',
      'container_oom_events_total',
      'machine_(cpu_cores|memory_bytes)',
    ].join('|'),
  },
];

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Has a Prometheus scrape the kubelet of every node. */
export function addKubeletScraping(prometheus: Prometheus, facts: KubeletFacts): void {
  const { workload } = prometheus;
  prometheus.addScrapeConfigs(...SOURCES.map((source) => scrapeConfig(source, facts)));
  addClusterRole(workload, [
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
  ]);
  workload.policy.allowTo(
    {
      to: each<string, NetworkPolicyPeer>(facts.addresses, (cidr) => ({ ipBlock: { cidr } })),
      ports: [{ port: facts.port, protocol: 'TCP' }],
    },
    { neighbour: 'kubelets' },
  );
  addServiceMonitor(prometheus, facts);
}

function scrapeConfig({ job, path, keep }: Source, { port, insecureSkipVerify }: KubeletFacts): Text {
  return text`
    - job_name: ${job}
      honor_labels: true
      scheme: https
      metrics_path: ${path}
      authorization: { credentials_file: ${ACCOUNT}/token }
      tls_config: { ca_file: ${ACCOUNT}/ca.crt, insecure_skip_verify: ${insecureSkipVerify} }
      kubernetes_sd_configs:
        - role: node
      relabel_configs:
        - { source_labels: [__meta_kubernetes_node_name], target_label: node }
        - { source_labels: [__meta_kubernetes_node_address_InternalIP], target_label: __address__, replacement: "$1:${port}" }
      metric_relabel_configs:
        - { source_labels: [__name__], regex: "${keep}", action: keep }
  `;
}

interface ServiceMonitor {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ServiceMonitorSpec;
}

/** The operator keeps a Service `kubelet` in `kube-system` whose endpoints are the nodes. */
function addServiceMonitor(prometheus: Prometheus, { insecureSkipVerify }: KubeletFacts): void {
  const scope = new Construct(prometheus, 'kubelet');
  onlyWhen(scope, prometheus.isOperated);
  new KubeObject<ServiceMonitor>(scope, 'service-monitor', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: prometheus.monitorMetadata(str`${prometheus.platform.instance}-kubelet`, 'kubelet'),
    spec: {
      namespaceSelector: { matchNames: ['kube-system'] },
      selector: { matchLabels: { 'app.kubernetes.io/name': 'kubelet' } },
      endpoints: SOURCES.map(({ job, path, keep }) => ({
        port: 'https-metrics',
        scheme: ServiceMonitorSpecEndpointsScheme.HTTPS,
        path,
        honorLabels: true,
        bearerTokenFile: `${ACCOUNT}/token`,
        tlsConfig: { caFile: `${ACCOUNT}/ca.crt`, insecureSkipVerify },
        relabelings: [
          { targetLabel: 'job', replacement: job },
          { sourceLabels: ['__meta_kubernetes_endpoint_address_target_name'], targetLabel: 'node' },
          {
            action: ServiceMonitorSpecEndpointsRelabelingsAction.LABELDROP,
            regex: 'container|endpoint|namespace|pod|service',
          },
        ],
        metricRelabelings: [
          { sourceLabels: ['__name__'], regex: keep, action: ServiceMonitorSpecEndpointsMetricRelabelingsAction.KEEP },
        ],
      })),
    },
  });
}
