import { z } from 'zod';
import { hostname, labelKey, line, objectName, port, webUrl } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { prometheusDefaults } from './prometheus';

type Defaults = Widen<typeof prometheusDefaults>;

const addressValues = (defaults: Defaults['operator']['prometheus']) =>
  z.strictObject({
    host: hostname().default(defaults.host).describe('Its Service, with the namespace.'),
    port: port().default(defaults.port).describe('Its port.'),
  });

/** What an operator may set of a Prometheus. */
export const prometheusValues = (defaults: Defaults) => ({
  image: imageValues(defaults.image),
  reloader: z
    .strictObject({
      image: imageValues(defaults.reloader.image),
      resources: resourcesValues(defaults.reloader.resources),
    })
    .describe('What has changed configuration and rules read, without a restart.'),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(defaults.retentionDays)
    .describe('Days for which series are kept, as far as four fifths of the volume hold them.'),
  scrapeIntervalSeconds: z
    .int()
    .min(10)
    .max(120)
    .default(defaults.scrapeIntervalSeconds)
    .describe('Seconds between two looks at a target, and between two evaluations of a rule.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  runbooksUrl: webUrl()
    .default(defaults.runbooksUrl)
    .describe("Where alerts' runbooks are: a page for each group of rules, with a heading for each alert."),
  nodeAgents: z
    .strictObject({
      namespace: objectName()
        .nullable()
        .default(defaults.nodeAgents.namespace)
        .describe('Its namespace; null for no metrics of containers, volumes and nodes.'),
      release: objectName().default(defaults.nodeAgents.release).describe('Its release.'),
    })
    .describe('The system node-agents, which collects what nodes say about containers, volumes and themselves.'),
  operator: z
    .strictObject({
      enabled: z
        .boolean()
        .default(defaults.operator.enabled)
        .describe('Give prometheus-operator monitors and rules instead of running Prometheus and Alertmanager.'),
      labels: z
        .record(labelKey(), line())
        .default({})
        .describe('Labels by which its Prometheus selects monitors and rules, such as release: kube-prometheus-stack.'),
      prometheus: addressValues(defaults.operator.prometheus).describe('Its Prometheus.'),
      alertmanager: addressValues(defaults.operator.alertmanager).describe('Its Alertmanager.'),
      containerMetrics: z
        .boolean()
        .default(defaults.operator.containerMetrics)
        .describe('Whether its Prometheus has the metrics of kubelets, kube-state-metrics and node exporters.'),
    })
    .describe('prometheus-operator, which is in the cluster already; its Prometheus is in network.scraperNamespace.'),
  keda: z
    .strictObject({
      namespace: objectName()
        .nullable()
        .default(defaults.keda.namespace)
        .describe('Namespace of its operator, which may ask for series; null where it does not.'),
    })
    .describe('KEDA, which scales workloads by series where their autoscaling says so.'),
  ...podValues,
});
