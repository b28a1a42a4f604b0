import { z } from 'zod';
import { cidr, port } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { blackboxExporterDefaults } from './blackbox-exporter';
import type { kubeStateMetricsDefaults } from './kube-state-metrics';
import type { nodeExporterDefaults } from './node-exporter';

/** What an operator may set of a BlackboxExporter. */
export const blackboxExporterValues = (defaults: Widen<typeof blackboxExporterDefaults>) => ({
  addresses: z
    .array(cidr())
    .min(1)
    .default([...defaults.addresses])
    .describe('Networks to which public names lead, as pods reach them.'),
  ports: z
    .array(port())
    .min(1)
    .default([...defaults.ports])
    .describe("Ports to which they lead, those of the ingress controller's pods among them."),
  image: imageValues(defaults.image),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

/** What an operator may set of a KubeStateMetrics. */
export const kubeStateMetricsValues = (defaults: Widen<typeof kubeStateMetricsDefaults>) => ({
  image: imageValues(defaults.image),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

/** What an operator may set of a NodeExporter. */
export const nodeExporterValues = (defaults: Widen<typeof nodeExporterDefaults>) => {
  // It runs on every node, whatever its taints.
  const { tolerations: _tolerations, ...pod } = podValues;
  return { image: imageValues(defaults.image), resources: resourcesValues(defaults.resources), ...pod };
};
