import type { Construct } from 'constructs';
import { images } from '../../images';
import { type Endpoint } from '../../network/connections';
import type { ContainerProps, Resources } from '../../workload/container';
import { DaemonSetWorkload } from '../../workload/daemon-set';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { Tier, type TierProps } from '../tier';

/** Props of `NodeExporter`. */
export interface NodeExporterProps extends TierProps, Omit<PodSettings, 'tolerations'> {
  /** CPU, memory and disk of its container. @default - see nodeExporterDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `NodeExporterProps`. */
export const nodeExporterDefaults = {
  resources: {
    requests: { cpu: '20m', memory: '32Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
  image: images.nodeExporter,
} as const;

const PORT = 9100;
/** Nothing that it reads belongs to anybody: any user will do. */
const USER = 10_001;
const HOST = '/host';
/** What a node is short of when pods fail. The network of nodes comes from the kubelet, as this pod has one of its own. */
const COLLECTORS = [
  'cpu',
  'diskstats',
  'filefd',
  'filesystem',
  'loadavg',
  'meminfo',
  'pressure',
  'stat',
  'timex',
  'uname',
  'vmstat',
] as const;
/** What pods mount is theirs, and the kubelet says how full it is. */
const PODS_MOUNTS = '^/(dev|proc|sys|run/.+|var/lib/(kubelet|containerd|docker|containers)/.+)($|/)';

/**
 * Prometheus's node exporter on every node: CPU, memory, disks and their pressure. It reads the node's file system, which
 * Pod Security "restricted" refuses, and has no other privilege: neither the node's network nor its processes.
 *
 * ```ts
 * new NodeExporter(chart, 'node-exporter');
 * ```
 */
export class NodeExporter extends Tier {
  /** The port with metrics, on every node. */
  readonly endpoints: readonly Endpoint[];
  protected readonly client: DaemonSetWorkload;

  constructor(scope: Construct, id: string, props: NodeExporterProps = {}) {
    super(scope, id, props);
    const settings = { ...nodeExporterDefaults, ...props };
    this.client = new DaemonSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'agent',
      user: USER,
      scrape: { port: PORT, path: '/metrics', aboutNode: true },
      containers: [nodeExporter(settings)],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    });
    this.endpoints = [{ workload: this.client, port: PORT, name: 'metrics' }];
  }
}

function nodeExporter({ image, resources }: Required<Pick<NodeExporterProps, 'image' | 'resources'>>): ContainerProps {
  return {
    name: 'node-exporter',
    image,
    args: [
      `--web.listen-address=:${PORT}`,
      `--path.rootfs=${HOST}`,
      `--path.procfs=${HOST}/proc`,
      `--path.sysfs=${HOST}/sys`,
      `--path.udev.data=${HOST}/run/udev/data`,
      '--collector.disable-defaults',
      ...COLLECTORS.map((collector) => `--collector.${collector}`),
      `--collector.filesystem.mount-points-exclude=${PODS_MOUNTS}`,
    ],
    ports: [{ name: 'metrics', containerPort: PORT }],
    resources,
    probes: {
      startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
      liveness: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 30 },
    },
    // What the node mounts later is seen too.
    mounts: [{ name: 'host', mountPath: HOST, readOnly: true, mountPropagation: 'HostToContainer' }],
  };
}
