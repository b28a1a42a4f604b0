import type { Construct } from 'constructs';
import type { EnvVar, Service } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Endpoint, allow } from '../../network/connections';
import { conditionOf } from '../../objects/conditions';
import type { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { bytes, minimum, multiply, add } from '../../values/numbers';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { named, str } from '../../values/texts';
import type { MapInput } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import type { Autoscaling } from '../../workload/scaling';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import { type HttpServer, coresOf } from '../web/http';
import { checkGateway } from './inference-gateway-checks';
import {
  CONNECTION_SECONDS,
  type CircuitBreaker,
  FOLDER,
  METRICS_PORT,
  type OutlierDetection,
  PORT,
  type RetryBudget,
  envoyYaml,
} from './inference-gateway-configuration';
import { gatewayLua } from './inference-gateway-lua';
import type { Experiment, RoutedBackend } from './inference-gateway-routes';
import type { ModelBackend } from './model';

/** Props of `InferenceGateway`. */
export interface InferenceGatewayProps extends TierProps, PodSettings {
  /** Servers of models. No two have a model of one name. */
  readonly backends: readonly ModelBackend[];
  /** Variants that share the clients of a model, by the model's name. @default {} */
  readonly experiments?: MapInput<Experiment>;
  /** A request header by whose value a client stays with a variant; without it, by its address. @default x-client-id */
  readonly clientHeader?: Input<string>;
  /** A request header that names the variant that is to answer, and the response header that names the one that has. @default x-variant */
  readonly variantHeader?: Input<string>;
  /** Seconds that a request may take, all tries together. @default 10 */
  readonly timeoutSeconds?: Input<number>;
  /** One try may take the server's latency target this many times, and no longer than `timeoutSeconds`. @default 40 */
  readonly tryTimeoutTargets?: Input<number>;
  /** Tries after the first, each on another server where there is one. @default 2 */
  readonly retries?: Input<number>;
  /** How many requests may be retries. @default - 20 percent, and 3 in any case */
  readonly retryBudget?: RetryBudget;
  /** For each model and variant, in each gateway. @default - 1200 requests, of which all may wait */
  readonly circuitBreaker?: CircuitBreaker;
  /** When a server that fails is left out. @default - 10 seconds after 5 failures, at most half of the servers */
  readonly outlierDetection?: OutlierDetection;
  /** Refuses bodies of another protocol than the model's. @default - those of no more than 256Ki */
  readonly bodyCheck?: BodyCheck;
  /** What is held of a request, to be sent again; one with a longer body is tried once. @default 1Mi */
  readonly retryBufferSize?: Input<string>;
  /** Connections of clients that a gateway takes. @default 10000 */
  readonly maxConnections?: Input<number>;
  /** Pods, where autoscaling is off. @default 2 */
  readonly replicas?: Input<number>;
  /** Replicas by CPU and memory in place of `replicas`. @default - off; see inferenceGatewayDefaults */
  readonly autoscaling?: Autoscaling;
  /** Envoy gets four fifths of the memory limit, and runs a thread for each core. @default - see inferenceGatewayDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Whether bodies of another protocol than the model's are refused. */
export interface BodyCheck {
  /** Whether bodies are looked at. */
  readonly enabled: Input<boolean>;
  /** A body that is no longer is held back until it is whole, and looked at; others are not. */
  readonly size: Input<string>;
}

/** Defaults of `InferenceGatewayProps`. */
export const inferenceGatewayDefaults = {
  experiments: {},
  clientHeader: 'x-client-id',
  variantHeader: 'x-variant',
  timeoutSeconds: 10,
  tryTimeoutTargets: 40,
  retries: 2,
  retryBudget: { percent: 20, minConcurrency: 10 },
  circuitBreaker: { maxRequests: 1200, maxPendingRequests: 1200 },
  outlierDetection: { consecutiveFailures: 5, ejectionSeconds: 10, maxEjectionPercent: 50 },
  bodyCheck: { enabled: true, size: '256Ki' },
  retryBufferSize: '1Mi',
  maxConnections: 10_000,
  replicas: 2,
  autoscaling: {
    enabled: false,
    minReplicas: 2,
    maxReplicas: 10,
    targetCpuUtilization: 70,
    targetMemoryUtilization: 80,
    scaleUpStabilizationSeconds: 0,
    scaleDownStabilizationSeconds: 300,
  },
  resources: {
    requests: { cpu: '500m', memory: '512Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '2', memory: '1Gi', ephemeralStorage: '64Mi' },
  },
  image: images.envoy,
} as const satisfies Omit<InferenceGatewayProps, 'backends'>;

/** Any will do: Envoy writes nothing but to its output. */
const USER = 10_001;
/** Until every node has taken the pod out of its Service. */
const UNNOTICED_SECONDS = 5;
/** From SIGTERM, on which Envoy ends at once, to SIGKILL. */
const EXIT_SECONDS = 5;

/**
 * Envoy before servers of models: one address for all models, whatever protocol their servers speak.
 *
 * ```ts
 * const models = { half_plus_two: { versions: [{ version: 1 }], size: '1Mi', maxBatchSize: 64 } };
 * const server = new TensorFlowServing(chart, 'tensorflow-serving', { storage: new ModelStorage(chart, 'model-storage'), models });
 * api.connectTo(new InferenceGateway(chart, 'inference-gateway', { backends: [server] }));
 * ```
 */
export class InferenceGateway extends Tier implements HttpServer {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** The Service that clients ask. */
  readonly service: KubeObject<Service>;
  readonly servicePort = 80;
  readonly readinessPath = '/readyz';
  /** Where clients ask: `http://` and the name of the Service. */
  readonly url: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: InferenceGatewayProps) {
    super(scope, id, props);
    const settings = { ...inferenceGatewayDefaults, ...props };
    checkGateway(this, settings);

    const yaml = envoyYaml({
      ...settings,
      backends: settings.backends.map((backend) => routed(id, backend, settings)),
      bufferBytes: bytes(settings.retryBufferSize),
      memory: settings.resources.limits.memory,
    });
    const lua = gatewayLua({
      checksBodies: settings.bodyCheck.enabled,
      held: bytes(settings.bodyCheck.size),
    });
    this.workload = this.addEnvoy(settings, {
      'envoy.yaml': checksum(yaml),
      'gateway.lua': checksum(lua),
    });
    addConfigMap(this.workload, 'configuration', { 'envoy.yaml': yaml, 'gateway.lua': lua });
    this.service = addService(this.workload, 'service', {
      ports: [{ name: 'http', port: this.servicePort, targetPort: 'http' }],
    });
    for (const backend of settings.backends) {
      const { workload, httpPort, grpcPort } = backend;
      allow(this.workload, { workload, port: httpPort, name: 'http' });
      allow(this.workload, { workload, port: grpcPort, name: 'grpc' });
    }
    this.client = this.workload;
    this.url = str`http://${this.objectName}`;
    this.endpoints = [{ workload: this.workload, port: PORT, name: 'inference' }];
    this.clientSettings = [{ name: 'INFERENCE_URL', value: this.url }];
  }

  private addEnvoy(settings: Settings, checksums: Readonly<Record<string, Input<string>>>): DeploymentWorkload {
    // Connections leave while it sleeps; then a request that came last may still take its time.
    const preStopSeconds = add(settings.timeoutSeconds, UNNOTICED_SECONDS + CONNECTION_SECONDS);
    return new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: this.node.id,
      component: 'ml-serving',
      user: USER,
      checksums,
      scrape: { port: METRICS_PORT, path: '/stats/prometheus' },
      terminationGracePeriodSeconds: add(preStopSeconds, EXIT_SECONDS),
      containers: [
        {
          name: 'envoy',
          image: settings.image,
          command: ['envoy'],
          args: [
            '--config-path',
            `${FOLDER}/envoy.yaml`,
            '--concurrency',
            str`${coresOf(settings.resources)}`,
            // It would need memory that processes share.
            '--disable-hot-restart',
            '--log-level',
            'warning',
          ],
          ports: [
            { name: 'http', containerPort: PORT },
            { name: 'metrics', containerPort: METRICS_PORT },
          ],
          resources: settings.resources,
          probes: {
            startup: { httpGet: { path: '/ready', port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: {
              httpGet: { path: '/ready', port: 'metrics' },
              periodSeconds: 10,
              timeoutSeconds: 5,
              failureThreshold: 6,
            },
            readiness: {
              httpGet: { path: this.readinessPath, port: 'http' },
              periodSeconds: 3,
              timeoutSeconds: 3,
              failureThreshold: 2,
            },
          },
          lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
          mounts: [{ name: 'configuration', mountPath: FOLDER, readOnly: true }],
        },
      ],
      volumes: [{ name: 'configuration', configMap: { name: this.objectName } }],
    });
  }
}

type Settings = Required<Omit<InferenceGatewayProps, 'enabled' | keyof PodSettings>> & PodSettings;

function routed(
  id: string,
  backend: ModelBackend,
  { timeoutSeconds, tryTimeoutTargets }: Pick<Settings, 'timeoutSeconds' | 'tryTimeoutTargets'>,
): RoutedBackend {
  const { workload, protocol, host, httpPort, grpcPort, models, latencyTargetMilliseconds } = backend;
  const server = workload.node.scope?.node.id ?? workload.node.id;
  return {
    id: server,
    protocol,
    models,
    isThere: conditionOf(workload),
    server: workload.objectName,
    host,
    httpPort,
    grpcPort,
    tryMilliseconds: named(
      `${id}.${server}.tryMilliseconds`,
      'Milliseconds that one try may take.',
      minimum(multiply(latencyTargetMilliseconds, tryTimeoutTargets), multiply(timeoutSeconds, 1000)),
    ),
  };
}
