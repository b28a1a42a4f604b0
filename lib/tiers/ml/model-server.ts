import { Construct } from 'constructs';
import type { EnvVar, PersistentVolumeClaim, ServicePort, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { Endpoint, Server } from '../../network/connections';
import { demand, demandEach } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { isNotEmpty, repeatedNumbers, sizeOf } from '../../values/collections';
import type { Expr, Input } from '../../values/expression';
import { largestOf, sumOf } from '../../values/folds';
import { add, bytes, divide, divideUp, multiply } from '../../values/numbers';
import { atLeast, atMost, equals, isSet, not, or } from '../../values/logic';
import type { Items } from '../../values/parts';
import { str } from '../../values/texts';
import { type MapInput, when, whenSet } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import { type Autoscaling, maxReplicas } from '../../workload/scaling';
import { addService } from '../../workload/service';
import { StatefulSetWorkload } from '../../workload/stateful-set';
import { tierSelector } from '../observability/rules/selector';
import { Tier } from '../tier';
import { accelerate, demandAccelerator } from './accelerator';
import type { Model, ModelBackend, ModelProtocol } from './model';
import { modelFetcher, modelsMount } from './model-fetcher';
import { type ModelServerSettings, type ModelVolume, SERVER_FOLDER, type ServerProgram } from './model-server-props';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
/** For a start without models: libraries are mapped and the driver is asked, on a node that is busy. */
const STARTUP_SECONDS = 120;
/**
 * For a GiB of models: 8 s at the 125 MiB/s of a plain cloud volume (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html),
 * and half as long again to initialise and warm up.
 */
const STARTUP_SECONDS_PER_GIBIBYTE = 12;
const STARTUP_PERIOD_SECONDS = 5;

/** Bytes of models. */
interface ModelSizes {
  /** Of all versions of all models. */
  readonly total: Input<number>;
  /** Of the largest version. */
  readonly largest: Input<number>;
}

/**
 * A server of models: a StatefulSet, because a pod keeps its volume with the models, and because its GPU is free before
 * the next pod asks for one: a rollout never needs a spare GPU.
 */
export abstract class ModelServer extends Tier implements Server, ModelBackend {
  /** What it is one of. */
  abstract readonly framework: 'tensorflow' | 'torchserve' | 'triton';
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  readonly protocol: ModelProtocol;
  readonly host: Input<string>;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly models: MapInput<Model>;
  readonly latencyTargetMilliseconds: Input<number>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, settings: ModelServerSettings, program: ServerProgram) {
    super(scope, id, settings);
    const { httpPort, grpcPort } = program;
    this.protocol = program.protocol;
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
    this.host = str`${this.objectName}-headless`;
    this.models = settings.models;
    this.latencyTargetMilliseconds = settings.latencyTargetMilliseconds;
    const sizes = this.sizes(settings.models);
    this.demandMemory(settings, program, sizes);
    this.demandVolume(settings, sizes);
    this.workload = this.addWorkload(settings, program, sizes);
    this.client = this.workload;
    const ports: Items<ServicePort> = [
      { name: 'http', port: httpPort, targetPort: 'http' },
      { name: 'grpc', port: grpcPort, targetPort: 'grpc' },
    ];
    addService(this.workload, 'service', { ports });
    addService(this.workload, 'headless', { suffix: 'headless', ports, headless: 'ready' });
    this.endpoints = [
      { workload: this.workload, port: httpPort, name: 'http' },
      { workload: this.workload, port: grpcPort, name: 'grpc' },
    ];
    const prefix = id.replaceAll('-', '_').toUpperCase();
    this.clientSettings = [
      { name: `${prefix}_URL`, value: str`http://${this.objectName}:${httpPort}` },
      { name: `${prefix}_GRPC`, value: str`${this.objectName}:${grpcPort}` },
    ];
  }

  private addWorkload(settings: ModelServerSettings, program: ServerProgram, sizes: ModelSizes) {
    const { accelerator, sharedMemory, volume } = settings;
    const { container, isAlive, isReady, stop } = program;
    const acceleration = accelerate(this, accelerator);
    const startup = divide(multiply(sizes.total, STARTUP_SECONDS_PER_GIBIBYTE), GIBIBYTE * STARTUP_PERIOD_SECONDS);
    const { models, storage, cache } = settings;
    const fetcher = modelFetcher(this, { ...settings.fetcher, models, storage, cache, place: program.place });
    const workload = new StatefulSetWorkload(this, 'workload', {
      ...settings,
      ...acceleration.pod,
      name: this.node.id,
      component: 'ml-serving',
      user: program.user,
      autoscaling: this.autoscaling(settings, program),
      podManagementPolicy: 'Parallel',
      storage: { models: { ...volume, enabled: not(volume.shared) } },
      scrape: program.scrape,
      checksums: { ...fetcher.checksums, ...program.checksums },
      initContainers: fetcher.initContainers,
      terminationGracePeriodSeconds: add(stop.preStopSeconds, stop.exitSeconds),
      containers: [
        {
          ...container,
          name: 'server',
          env: [...acceleration.env, ...(container.env ?? [])],
          ports: [
            { name: 'http', containerPort: program.httpPort },
            { name: 'grpc', containerPort: program.grpcPort },
            ...(program.otherPorts ?? []),
          ],
          resources: settings.resources,
          devices: acceleration.devices,
          probes: {
            startup: {
              ...isReady,
              periodSeconds: STARTUP_PERIOD_SECONDS,
              timeoutSeconds: 5,
              failureThreshold: add(startup, STARTUP_SECONDS / STARTUP_PERIOD_SECONDS),
            },
            // A server under load answers late, and loses every model with a restart.
            liveness: { ...isAlive, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 },
            readiness: { ...isReady, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
          },
          lifecycle: { preStop: { sleep: { seconds: stop.preStopSeconds } } },
          mounts: [
            modelsMount,
            { name: 'files', mountPath: SERVER_FOLDER, readOnly: true },
            { name: 'shm', mountPath: '/dev/shm' },
            ...acceleration.mounts,
            ...(container.mounts ?? []),
          ] satisfies Items<VolumeMount>,
        },
      ],
      volumes: [
        { name: 'files', configMap: { name: this.objectName } },
        { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: sharedMemory } },
        when<Volume>(volume.shared, { name: 'models', persistentVolumeClaim: { claimName: this.sharedClaim(volume) } }),
        ...acceleration.volumes,
        ...fetcher.volumes,
      ],
    });
    addConfigMap(workload, 'files', program.files, '', program.modelFiles);
    fetcher.connect(workload);
    return workload;
  }

  /** The claim of all pods. Like those of a StatefulSet it outlives the release: the next one starts warm. */
  private sharedClaim({ shared, accessMode, size, storageClassName }: ModelVolume): Input<string> {
    const scope = new Construct(this, 'volume');
    onlyWhen(scope, shared);
    const name = str`${this.objectName}-models`;
    new KubeObject<PersistentVolumeClaim>(scope, 'claim', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        labels: this.platform.labels({ name: this.node.id, component: 'ml-serving' }),
        annotations: { 'helm.sh/resource-policy': 'keep' },
      },
      spec: {
        accessModes: [accessMode],
        storageClassName: whenSet(storageClassName),
        resources: { requests: { storage: size } },
      },
    });
    return name;
  }

  /** By CPU and memory, and by queue time where KEDA is to. */
  private autoscaling({ autoscaling, prometheus }: ModelServerSettings, program: ServerProgram): Autoscaling {
    const { queueTime, ...ordinary } = autoscaling;
    demand(
      this,
      or(not(queueTime.enabled), autoscaling.enabled),
      'autoscaling.queueTime.enabled has KEDA scale, but autoscaling.enabled is false; set it to true.',
    );
    demand(
      this,
      or(not(queueTime.enabled), prometheus === undefined ? false : conditionOf(prometheus)),
      'autoscaling.queueTime.enabled needs the metrics of a Prometheus, and there is none; give one, or switch it off.',
    );
    if (prometheus === undefined) return ordinary;
    const { isOperated, kedaNamespace, ruleFacts, urlInCluster } = prometheus;
    demand(
      this,
      or(not(queueTime.enabled), isOperated, isSet(kedaNamespace)),
      "autoscaling.queueTime.enabled has KEDA ask Prometheus, which does not let it in; set keda.namespace of Prometheus to the namespace of KEDA's operator.",
    );
    return {
      ...ordinary,
      metric: {
        enabled: queueTime.enabled,
        serverAddress: urlInCluster,
        query: program.queueTime(tierSelector(ruleFacts, this.node.id)),
        target: queueTime.targetMilliseconds,
      },
    };
  }

  private sizes(models: MapInput<Model>): ModelSizes {
    const id = this.node.id;
    demand(this, isNotEmpty(models), 'models is empty; name one, or switch the server off.');
    demandEach<Model>(this, models, (name, { versions }) => {
      const repeated = repeatedNumbers(versions, 'version');
      return {
        holds: equals(repeated, ''),
        message: str`models.${name}.versions has version ${repeated} more than once; name each once.`,
      };
    });
    return {
      total: sumOf([`${id}.modelBytes`, 'What all versions of all models take, in bytes.'], models, (_, model) =>
        multiply(bytes(model.size), sizeOf(model.versions)),
      ),
      largest: largestOf([`${id}.largestModelBytes`, 'What the largest model takes, in bytes.'], models, (_, model) =>
        bytes(model.size),
      ),
    };
  }

  private demandMemory(settings: ModelServerSettings, program: ServerProgram, { largest, total }: ModelSizes): void {
    const { accelerator, resources, sharedMemory } = settings;
    const limit = resources.limits.memory;
    const loaded = program.loaded ?? { what: 'all versions of all models', bytes: total };
    demandAccelerator(this, accelerator, { largest, loaded }, resources);
    const fits = atMost(bytes(sharedMemory), bytes(limit));
    demand(
      this,
      fits,
      str`sharedMemory ${sharedMemory} is above resources.limits.memory ${limit}, against which it counts; lower it, or raise the limit.`,
    );
    const needed = add(loaded.bytes, bytes(sharedMemory));
    demand(
      this,
      or(not(equals<string>(accelerator.kind, 'none')), not(fits), atMost(needed, bytes(limit))),
      str`${loaded.what} take ${divide(loaded.bytes, MEBIBYTE)} MiB, which with sharedMemory ${sharedMemory} is more than resources.limits.memory ${limit}; serve fewer, or raise the limit to ${divideUp(needed, MEBIBYTE)}Mi or more.`,
    );
  }

  private demandVolume({ autoscaling, replicas, volume }: ModelServerSettings, { total }: ModelSizes): void {
    const most = maxReplicas(replicas, autoscaling);
    demand(
      this,
      or(not(volume.shared), equals<string>(volume.accessMode, 'ReadWriteMany'), atMost(most, 1)),
      str`volume.shared with accessMode ${volume.accessMode} is mounted by one node alone, but there may be ${most} replicas; set accessMode to ReadWriteMany, or shared to false.`,
    );
    const needed: Expr<number> = multiply(total, 2);
    demand(
      this,
      atLeast(bytes(volume.size), needed),
      str`volume.size ${volume.size} is too small for all versions of all models twice, since new ones are fetched before old ones go; raise it to ${divideUp(needed, MEBIBYTE)}Mi or more.`,
    );
  }
}
