import type { Construct } from 'constructs';
import { images } from '../../images';
import type { Endpoint, Server } from '../../network/connections';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import { allowApiServer } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addClusterRole } from '../../workload/rbac';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';

/** Props of `KubeStateMetrics`. */
export interface KubeStateMetricsProps extends TierProps, PodSettings {
  /** CPU, memory and disk of its container. @default - see kubeStateMetricsDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `KubeStateMetricsProps`. */
export const kubeStateMetricsDefaults = {
  resources: {
    requests: { cpu: '20m', memory: '64Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '500m', memory: '256Mi', ephemeralStorage: '32Mi' },
  },
  image: images.kubeStateMetrics,
} as const;

const PORT = 8080;
const TELEMETRY_PORT = 8081;
const USER = 10_001;
/** What rules and dashboards ask about, by API group; no Secret, no ConfigMap. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  '': ['namespaces', 'nodes', 'persistentvolumeclaims', 'persistentvolumes', 'pods'],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  policy: ['poddisruptionbudgets'],
};

/**
 * kube-state-metrics: what the API server knows of pods, workloads, volumes and nodes, as metrics. One for a cluster.
 *
 * ```ts
 * new KubeStateMetrics(chart, 'kube-state-metrics');
 * ```
 */
export class KubeStateMetrics extends Tier implements Server {
  /** Port of the Service. */
  readonly servicePort = PORT;
  readonly clientSettings = [];
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: KubeStateMetricsProps = {}) {
    super(scope, id, props);
    const settings = { ...kubeStateMetricsDefaults, ...props };
    this.client = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'exporter',
      user: USER,
      replicas: 1,
      serviceAccountToken: true,
      scrape: { port: PORT, path: '/metrics', honorLabels: true },
      containers: [
        {
          name: 'kube-state-metrics',
          image: settings.image,
          args: [
            `--port=${PORT}`,
            `--telemetry-port=${TELEMETRY_PORT}`,
            `--resources=${Object.values(RESOURCES).flat().sort().join(',')}`,
          ],
          ports: [
            { name: 'metrics', containerPort: PORT },
            { name: 'telemetry', containerPort: TELEMETRY_PORT },
          ],
          resources: settings.resources,
          probes: {
            startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 2, failureThreshold: 60 },
            liveness: { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 20, timeoutSeconds: 5 },
            readiness: { httpGet: { path: '/readyz', port: 'telemetry' }, periodSeconds: 10, timeoutSeconds: 5 },
          },
        },
      ],
    });
    addService(this.client, 'service', { ports: [{ name: 'metrics', port: PORT, targetPort: 'metrics' }] });
    allowApiServer(this.client);
    addClusterRole(
      this.client,
      Object.entries(RESOURCES).map(([group, resources]) => ({
        apiGroups: [group],
        resources: [...resources],
        verbs: ['list', 'watch'],
      })),
    );
  }

  get endpoints(): readonly Endpoint[] {
    return [{ workload: this.client, port: PORT, name: 'metrics' }];
  }
}
