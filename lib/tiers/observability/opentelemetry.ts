import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Items, Text } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { DaemonSetWorkload } from '../../workload/daemon-set';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import {
  HEALTH_PORT,
  type MemoryLimits,
  OTLP_GRPC_PORT,
  OTLP_HTTP_PORT,
  SPAN_METRICS_PORT,
  type Sampling,
  type GatewayYaml,
  TELEMETRY_PORT,
  agentYaml,
  gatewayYaml,
  memoryLimits,
} from './opentelemetry-configuration';

/** What takes traces by OTLP over gRPC. */
export interface TraceReceiver {
  /** The port of its pods that takes OTLP. */
  readonly endpoint: Endpoint;
  /** Its Service: a name that DNS knows in the namespace. */
  readonly host: Input<string>;
}

/** The pods on every node, to which applications send. */
export interface OpenTelemetryAgent extends Omit<PodSettings, 'tolerations'> {
  /** Spans that wait for a gateway; beyond it the newest are refused. @default 10000 */
  readonly queueSpans?: Input<number>;
  /** CPU, memory and disk of its container. @default - see openTelemetryDefaults */
  readonly resources?: Resources;
}

/** The pods that decide which traces are kept. */
export interface OpenTelemetryGateway extends PodSettings {
  /** All spans of a trace go to one of them. @default 2 */
  readonly replicas?: Input<number>;
  /** Spans that wait to be kept; beyond it they are dropped. @default 20000 */
  readonly queueSpans?: Input<number>;
  /** CPU, memory and disk of its container. @default - see openTelemetryDefaults */
  readonly resources?: Resources;
}

/** Props of `OpenTelemetry`. */
export interface OpenTelemetryProps extends TierProps {
  /** Where kept traces go. */
  readonly traces: TraceReceiver;
  /** Which traces are kept. @default - errors, slow traces, and a tenth of the rest; see openTelemetryDefaults */
  readonly sampling?: Partial<Sampling>;
  /** What runs on every node. @default - see openTelemetryDefaults */
  readonly agent?: OpenTelemetryAgent;
  /** What decides which traces are kept. @default - see openTelemetryDefaults */
  readonly gateway?: OpenTelemetryGateway;
  /** The distribution `contrib`. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `OpenTelemetryProps`. */
export const openTelemetryDefaults = {
  sampling: {
    decisionWaitSeconds: 10,
    traces: 20_000,
    slowMilliseconds: 500,
    sharePercent: 10,
    spansPerSecond: 500,
  },
  agent: {
    queueSpans: 10_000,
    resources: {
      requests: { cpu: '50m', memory: '128Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '500m', memory: '256Mi', ephemeralStorage: '64Mi' },
    },
  },
  gateway: {
    replicas: 2,
    queueSpans: 20_000,
    resources: {
      requests: { cpu: '100m', memory: '512Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '1', memory: '1Gi', ephemeralStorage: '64Mi' },
    },
  },
  image: images.openTelemetryCollector,
} as const;

/** The image's own. */
const USER = 10_001;
const FOLDER = '/etc/otelcol';
/**
 * Seconds between a gateway's removal from DNS and the signal to stop: for answers of DNS to expire, up to half a minute in
 * common set-ups, and for agents to look again.
 */
const PRE_STOP_SECONDS = 35;
/** Seconds for the traces that wait to be decided, and for the queue to be sent. */
const DRAIN_SECONDS = 30;

/**
 * The OpenTelemetry collector: an agent on every node takes spans by OTLP and hands each trace as a whole to one gateway,
 * which makes metrics of all spans and keeps the traces that are worth it.
 *
 * ```ts
 * const jaeger = new Jaeger(chart, 'jaeger');
 * const tracing = new OpenTelemetry(chart, 'opentelemetry', { traces: jaeger.receiver });
 * api.connectTo(tracing);
 * ```
 */
export class OpenTelemetry extends Tier implements Server {
  /** The workload on every node, which takes spans. */
  readonly agent: DaemonSetWorkload;
  /** The workload that decides which traces are kept. */
  readonly gateway: DeploymentWorkload;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: OpenTelemetryProps) {
    super(scope, id, props);
    const { traces } = props;
    const image = props.image ?? openTelemetryDefaults.image;
    this.gateway = this.addGateway({ ...openTelemetryDefaults.gateway, ...props.gateway }, image, {
      sampling: { ...openTelemetryDefaults.sampling, ...props.sampling },
      traces: str`${traces.host}:${traces.endpoint.port}`,
    });
    this.agent = this.addAgent({ ...openTelemetryDefaults.agent, ...props.agent }, image);
    allow(this.agent, { workload: this.gateway, port: OTLP_GRPC_PORT, name: 'otlp' });
    allow(this.gateway, traces.endpoint);
    this.client = this.gateway;
    this.endpoints = [
      { workload: this.agent, port: OTLP_HTTP_PORT, name: 'otlp-http' },
      { workload: this.agent, port: OTLP_GRPC_PORT, name: 'otlp' },
    ];
    this.clientSettings = clientSettings(
      str`http://${this.agent.objectName}:${OTLP_HTTP_PORT}`,
      this.platform.instance,
    );
  }

  private addGateway(
    settings: Gateway,
    image: Image,
    configuration: Pick<GatewayYaml, 'sampling' | 'traces'>,
  ): DeploymentWorkload {
    const name = this.node.id;
    const memory = memoryLimits(`${name}.gateway`, settings.resources);
    const yaml = gatewayYaml({ ...configuration, memory, queueSpans: settings.queueSpans });
    const workload = new DeploymentWorkload(this, 'gateway', {
      ...settings,
      ...podOf(name, 'gateway', yaml, this.nameOf('gateway')),
      replicas: settings.replicas,
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + DRAIN_SECONDS + 5,
      containers: [
        {
          ...collector('gateway', image, settings.resources, memory),
          ports: [otlpPort, telemetryPort, healthPort, { name: 'span-metrics', containerPort: SPAN_METRICS_PORT }],
          lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
        },
      ],
    });
    workload.addMetrics(`${name}-spans`, { port: SPAN_METRICS_PORT, path: '/metrics' });
    addConfigMap(workload, 'configuration', { [fileOf('gateway')]: yaml });
    // Of pods that are ready alone: each is one to which agents give traces.
    addService(workload, 'service', { ports: [otlpServicePort], headless: 'ready' });
    return workload;
  }

  private addAgent(settings: Agent, image: Image): DaemonSetWorkload {
    const name = this.node.id;
    const memory = memoryLimits(`${name}.agent`, settings.resources);
    const yaml = agentYaml({
      memory,
      queueSpans: settings.queueSpans,
      gateways: this.gateway.objectName,
    });
    const workload = new DaemonSetWorkload(this, 'agent', {
      ...settings,
      ...podOf(name, 'agent', yaml, this.nameOf('agent')),
      containers: [
        {
          ...collector('agent', image, settings.resources, memory),
          ports: [otlpPort, { name: 'otlp-http', containerPort: OTLP_HTTP_PORT }, telemetryPort, healthPort],
        },
      ],
    });
    addConfigMap(workload, 'configuration', { [fileOf('agent')]: yaml });
    addService(workload, 'service', {
      ports: [otlpServicePort, { name: 'otlp-http', port: OTLP_HTTP_PORT, targetPort: 'otlp-http' }],
      nodeLocal: true,
    });
    return workload;
  }

  private nameOf(component: string): Input<string> {
    return str`${this.objectName}-${component}`;
  }
}

type Agent = Required<Pick<OpenTelemetryAgent, 'queueSpans' | 'resources'>> & OpenTelemetryAgent;
type Gateway = Required<Pick<OpenTelemetryGateway, 'replicas' | 'queueSpans' | 'resources'>> & OpenTelemetryGateway;

const otlpPort = { name: 'otlp', containerPort: OTLP_GRPC_PORT };
const telemetryPort = { name: 'metrics', containerPort: TELEMETRY_PORT };
const healthPort = { name: 'health', containerPort: HEALTH_PORT };
const otlpServicePort = { name: 'otlp', port: OTLP_GRPC_PORT, targetPort: 'otlp' };

function podOf(name: string, component: string, configuration: Text, configMap: Input<string>) {
  return {
    name,
    component,
    objectName: `${name}-${component}`,
    user: USER,
    scrape: { port: TELEMETRY_PORT, path: '/metrics' },
    checksums: { [fileOf(component)]: checksum(configuration) },
    volumes: [{ name: 'configuration', configMap: { name: configMap } }],
  };
}

/** The texts of a tier have names of their own. */
function fileOf(component: string): string {
  return `${component}.yaml`;
}

function collector(component: string, image: Image, resources: Resources, { hard }: MemoryLimits): ContainerProps {
  return {
    name: 'otelcol',
    image,
    args: [`--config=${FOLDER}/${fileOf(component)}`],
    env: [{ name: 'GOMEMLIMIT', value: str`${hard}MiB` }],
    resources,
    probes: {
      startup: { httpGet: { path: '/', port: 'health' }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
      liveness: { httpGet: { path: '/', port: 'health' }, periodSeconds: 20, timeoutSeconds: 5 },
      readiness: { tcpSocket: { port: 'otlp' }, periodSeconds: 5, failureThreshold: 2 },
    },
    mounts: [{ name: 'configuration', mountPath: FOLDER, readOnly: true }],
  };
}

/**
 * By the names of OpenTelemetry's SDKs. The head of a trace samples nothing away: gateways decide. Metrics and logs go other
 * ways.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
function clientSettings(endpoint: Input<string>, instance: Input<string>): Items<EnvVar> {
  return [
    { name: 'OTEL_SERVICE_NAME', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/name']" } } },
    { name: 'OTEL_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value: str`service.namespace=${instance},service.instance.id=$(OTEL_POD_NAME)`,
    },
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: endpoint },
    { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf' },
    { name: 'OTEL_TRACES_EXPORTER', value: 'otlp' },
    { name: 'OTEL_METRICS_EXPORTER', value: 'none' },
    { name: 'OTEL_LOGS_EXPORTER', value: 'none' },
    { name: 'OTEL_TRACES_SAMPLER', value: 'parentbased_always_on' },
    { name: 'OTEL_PROPAGATORS', value: 'tracecontext,baggage' },
  ];
}
