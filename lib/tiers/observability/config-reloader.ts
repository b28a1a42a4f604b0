/**
 * The sidecar that asks a program to read its configuration anew: prometheus-config-reloader, which the makers of
 * prometheus-operator keep for Prometheus and Alertmanager. Neither program does it by itself.
 *
 * A folder of a ConfigMap follows a change within the kubelet's sync period, a minute, and what it caches; the sidecar
 * sees it at once, or at its next look. A file that is refused leaves the program with the configuration it has.
 */
import { images } from '../../images';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';

/** prometheus-config-reloader: has a program read its files anew when they change. */
export interface ConfigReloader {
  /** The image that it runs. */
  readonly image: Image;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `ConfigReloader`. */
export const configReloaderDefaults = {
  image: images.configReloader,
  resources: {
    requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
} as const satisfies ConfigReloader;

export interface Reloaded {
  /** The main file. It and all of `folders` are mounted by their folder: a mounted file would never change. */
  readonly file: string;
  /** Folders of further files. @default [] */
  readonly folders?: readonly string[];
  /** Mounts of all these. */
  readonly mounts: NonNullable<ContainerProps['mounts']>;
  /** The port on which the program takes `POST /-/reload`. */
  readonly port: number;
}

const PORT = 8081;
/** How often it looks where it has heard of no change. */
const WATCH_INTERVAL = '30s';

/** The sidecar that has a program of the same pod read its files anew. */
export function configReloader({ image, resources }: ConfigReloader, reloaded: Reloaded): ContainerProps {
  return {
    name: 'config-reloader',
    image,
    args: [
      `--listen-address=:${PORT}`,
      `--reload-url=http://127.0.0.1:${reloaded.port}/-/reload`,
      `--config-file=${reloaded.file}`,
      ...(reloaded.folders ?? []).map((folder) => `--watched-dir=${folder}`),
      `--watch-interval=${WATCH_INTERVAL}`,
    ],
    ports: [{ name: 'reloader', containerPort: PORT }],
    resources,
    probes: {
      startup: { tcpSocket: { port: 'reloader' }, periodSeconds: 1, failureThreshold: 60 },
      liveness: { httpGet: { path: '/healthz', port: 'reloader' }, periodSeconds: 30, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'reloader' }, periodSeconds: 30 },
    },
    mounts: reloaded.mounts,
  };
}
