/** What an operator may set of node-agents. The defaults are for a few nodes. */
import { z } from 'zod';
import { images } from '../../images';
import { kubeStateMetricsValues, nodeExporterValues } from '../../tiers/observability/agents-values';
import { filebeatDefaults } from '../../tiers/observability/filebeat';
import { kubeStateMetricsDefaults } from '../../tiers/observability/kube-state-metrics';
import { filebeatValues } from '../../tiers/observability/logs-values';
import { nodeExporterDefaults } from '../../tiers/observability/node-exporter';
import { prometheusDefaults } from '../../tiers/observability/prometheus';
import { prometheusValues } from '../../tiers/observability/prometheus-values';
import { cidr, objectName, port } from '../../values/leaves';
import { globalValues, imageValues, networkValues } from '../../workload/values';

const section = <T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z.strictObject(shape).describe(description);

// What is asked of it comes from elsewhere: no node agents of its own, and no rules.
const prometheus = prometheusValues({
  ...prometheusDefaults,
  retentionDays: 2,
  storage: { size: '4Gi', storageClassName: null },
  resources: {
    requests: { cpu: '50m', memory: '384Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '512Mi', ephemeralStorage: '256Mi' },
  },
});
const { enabled, labels } = prometheus.operator.shape;

export const nodeAgentsValues = z.strictObject({
  global: globalValues().describe('What holds for all parts.'),
  network: networkValues().omit({ ingressNamespace: true }).describe('Facts of the network that no manifest can know.'),
  clients: z
    .array(objectName())
    .default(['cluster-ai'])
    .describe('Namespaces whose Prometheus takes over what is collected here.'),
  kubelet: section('The kubelets, which say what containers and volumes use.', {
    addresses: z.array(cidr()).min(1).default(['0.0.0.0/0']).describe('Networks of the nodes.'),
    port: port().default(10_250).describe('Port of the kubelets.'),
    insecureSkipVerify: z
      .boolean()
      .default(true)
      .describe(
        "Take certificates that the cluster's authority has not signed, as kubelets make them unless told otherwise.",
      ),
  }),
  nodeExporter: section("Prometheus's node exporter, on every node.", {
    enabled: z.boolean().default(true).describe('Collect what nodes say of CPU, memory and disks.'),
    ...nodeExporterValues(nodeExporterDefaults),
  }),
  filebeat: section("Filebeat, on every node: sends the logs of some namespaces' pods to one Logstash.", {
    enabled: z.boolean().default(false).describe('Read logs, and send them.'),
    ...filebeatValues(filebeatDefaults),
  }),
  kubeStateMetrics: section('kube-state-metrics: what the API server knows, as metrics.', {
    ...kubeStateMetricsValues(kubeStateMetricsDefaults),
  }),
  prometheus: section('A small Prometheus, from which those of other namespaces take over what is theirs.', {
    image: prometheus.image,
    reloader: prometheus.reloader,
    retentionDays: prometheus.retentionDays,
    scrapeIntervalSeconds: prometheus.scrapeIntervalSeconds,
    storage: prometheus.storage,
    resources: prometheus.resources,
    operator: z.strictObject({ enabled, labels }).describe(prometheus.operator.description ?? ''),
  }),
  tests: section('The pod of helm test.', { image: imageValues(images.curl) }),
});
