/**
 * The sidecar that makes metrics of what a program says of itself in JSON: json_exporter, which the makers of Prometheus's
 * exporters keep. Filebeat and Logstash have no metrics of their own.
 */
import { images } from '../../images';
import type { Items, Text } from '../../values/parts';
import { text } from '../../values/text';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { Scrape } from '../../workload/pod';
import type { VolumeMount } from 'kubernetes-types/core/v1';

/** json_exporter: turns a program's JSON into metrics. */
export interface JsonExporter {
  /** The image that it runs. */
  readonly image: Image;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `JsonExporter`. */
export const jsonExporterDefaults = {
  image: images.jsonExporter,
  resources: {
    requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
} as const satisfies JsonExporter;

/** A number of the JSON as a metric. */
export interface JsonMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** JSONPath, without braces: `.libbeat.output.events.acked`. */
  readonly path: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const JSON_EXPORTER_PORT = 7979;
/** The file of its configuration, in the folder that is mounted. */
export const JSON_EXPORTER_FILE = 'json-exporter.yaml';
const FOLDER = '/etc/json-exporter';

/** https://github.com/prometheus-community/json_exporter/blob/v0.7.0/config/config.go */
export function jsonExporterYaml(metrics: readonly JsonMetric[]): Text {
  return text`
    # Written by cdk8s-tiers.
    modules:
      default:
        metrics:
          ${metrics.map(metric)}
  `;
}

function metric({ name, help, type, path, labels }: JsonMetric): Text {
  return text`
    - name: ${name}
      help: ${help}
      valuetype: ${type}
      path: '{${path}}'
      ${
        labels &&
        text`
          labels: { ${Object.entries(labels)
            .map(([key, value]) => `${key}: ${value}`)
            .join(', ')} }
        `
      }
  `;
}

/** @param url where the program says it, in the pod */
export function jsonScrape(url: string): Scrape {
  return { port: JSON_EXPORTER_PORT, path: '/probe', params: { target: url } };
}

/** @param volume with the configuration */
export function jsonExporter({ image, resources }: JsonExporter, volume: string): ContainerProps {
  const mounts: Items<VolumeMount> = [{ name: volume, mountPath: FOLDER, readOnly: true }];
  return {
    name: 'exporter',
    image,
    args: [`--config.file=${FOLDER}/${JSON_EXPORTER_FILE}`, `--web.listen-address=:${JSON_EXPORTER_PORT}`],
    ports: [{ name: 'metrics', containerPort: JSON_EXPORTER_PORT }],
    resources,
    probes: {
      startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
      liveness: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 30 },
    },
    mounts,
  };
}
