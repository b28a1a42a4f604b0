/** What every workload has, of whatever kind: an identity, a ServiceAccount, its pods, and a list of what it may reach. */
import { Construct } from 'constructs';
import type { EnvVar, PodSpec, PodTemplateSpec, ServiceAccount, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { demand, demandEmpty } from '../objects/checks';
import { KubeObject } from '../objects/kube-object';
import { type Input, isExpr, literalOf } from '../values/expression';
import { sameTree } from '../values/fingerprint';
import { keysAmong } from '../values/collections';
import { atLeast } from '../values/logic';
import { str } from '../values/texts';
import type { Fragment, Items, Late, Tree } from '../values/parts';
import { fromString } from '../values/token';
import { late } from '../values/tree';
import type { ContainerProps, Resources } from './container';
import { WorkloadPolicy, allowFromNamespace } from './network-policy';
import {
  type PodIdentity,
  type PodProps,
  type PodSettings,
  SELECTOR_KEYS,
  type Scrape,
  envNames,
  ownAnnotations,
  podSpec,
  podTemplate,
} from './pod';
import { Platform } from './platform';
import { addScrapeTarget } from './scraping';

/** Props of `Workload`. */
export interface WorkloadProps extends PodProps {
  /** What the pods are of: the tier's name, such as `postgres`. */
  readonly name: string;
  /** What they do in it, such as `primary`. */
  readonly component: string;
  /** The objects' own name, without the instance. @default - `name` */
  readonly objectName?: string;
}

/** How many pods a workload has at a time, the surge of a rollout aside. */
export interface PodCount {
  /** While an autoscaler may choose, its least. */
  readonly fewest: Input<number>;
  /** While an autoscaler may choose, its most. */
  readonly most: Input<number>;
  /** One on each node, whatever is said above. @default false */
  readonly onEachNode?: true;
}

/** What the containers of a pod ask for: those that run side by side, and those that run before them. */
export interface PodResources {
  /** They run side by side. */
  readonly containers: readonly Resources[];
  /** They run one after the other, before the others. */
  readonly initContainers: readonly Resources[];
  /** They run from before the init containers on. */
  readonly sidecars: readonly Resources[];
}

type Labels = Readonly<Record<string, string>>;

/** Pods of one kind, with an identity, a ServiceAccount, and a NetworkPolicy in both directions. */
export abstract class Workload extends Construct {
  /** What it shares with the other workloads of its system. */
  readonly platform: Platform;
  /** The name of the objects, which begins with the instance. */
  readonly objectName: Input<string>;
  /** What the pods do in their tier. */
  readonly component: string;
  /** The labels of its pods, which never change. */
  readonly selectorLabels: Fragment<Labels>;
  /** The identity of the pods: one of the workload's own, or the one that was given. */
  readonly serviceAccountName: Input<string>;
  /** What its pods may reach, and who may reach them. */
  readonly policy: WorkloadPolicy;
  /** How many pods it has at a time. */
  abstract readonly podCount: PodCount;
  private readonly settings: Items<EnvVar>[number][] = [];
  private readonly fileVolumes: Items<Volume>[number][] = [];
  private readonly fileMounts: Items<VolumeMount>[number][] = [];
  private readonly scrapes: Scrape[] = [];

  constructor(
    scope: Construct,
    id: string,
    protected readonly props: WorkloadProps,
  ) {
    super(scope, id);
    this.platform = Platform.of(this);
    this.component = props.component;
    this.objectName = this.named(props.objectName ?? props.name);
    this.selectorLabels = this.platform.selectorLabels(props);
    this.serviceAccountName = nameOf(props.serviceAccount) ?? this.addServiceAccount();
    this.policy = new WorkloadPolicy(this);
    for (const { name, probes } of [...props.containers, ...(props.sidecars ?? [])]) {
      if (probes === undefined) continue;
      const alike = sameTree(probes.liveness, probes.readiness);
      demand(
        this,
        !alike,
        `liveness and readiness of container ${name} ask the same; a pod that cannot serve would be restarted.`,
      );
    }
    for (const given of ['podLabels', 'podAnnotations', 'extraEnv'] as const) {
      demandEmpty(
        this,
        () => keysAmong(props[given] ?? {}, this.ownKeys(given)),
        (keys) => str`${given} sets ${keys}, which this project sets; remove it.`,
      );
    }
    if (props.scrape) this.addMetrics(props.objectName ?? props.name, props.scrape);
  }

  /** Has metrics collected, those of a further port too, as those of a job. */
  addMetrics(job: string, scrape: Scrape): void {
    const { port } = scrape;
    this.scrapes.push(scrape);
    allowFromNamespace(this, this.platform.network.scraperNamespace, [{ port, protocol: 'TCP' }]);
    addScrapeTarget(this.platform, { ...scrape, workload: this, job, tier: this.props.name });
  }

  /** Paths at which its pods show metrics, on whatever port. */
  get metricsPaths(): readonly string[] {
    return [...new Set(this.scrapes.map(({ path }) => path))];
  }

  /** Gives the main container settings: where a server is, and the key to it. */
  addSettings(settings: Items<EnvVar>): void {
    this.settings.push(...settings);
  }

  /** Gives the main container files of volumes. */
  addFiles({ volumes, mounts }: { readonly volumes: Items<Volume>; readonly mounts: Items<VolumeMount> }): void {
    this.fileVolumes.push(...volumes);
    this.fileMounts.push(...mounts);
  }

  /** The name of the objects without the instance, such as `postgres-primary`. */
  get shortName(): string {
    return this.props.objectName ?? this.props.name;
  }

  /** What the containers of a pod ask for. */
  get podResources(): PodResources {
    const of = (containers: readonly ContainerProps[] = []): readonly Resources[] =>
      containers.map(({ resources }) => resources);
    const { containers, initContainers, sidecars } = this.props;
    return { containers: of(containers), initContainers: of(initContainers), sidecars: of(sidecars) };
  }

  /** Labels of an object that belongs to the workload. */
  get labels(): Fragment<Readonly<Record<string, string>>> {
    return this.platform.labels({ name: this.props.name, component: this.component });
  }

  /** Metadata of an object that belongs to the workload. */
  metadata(suffix: Input<string> = ''): Tree<ObjectMeta> {
    return {
      name: suffix === '' ? this.objectName : str`${this.objectName}-${suffix}`,
      labels: this.labels,
    };
  }

  /** A name of the instance's: `<instance>-<name>`. */
  protected named(name: string): Input<string> {
    return str`${this.platform.instance}-${name}`;
  }

  /** The pod template, with all settings and files that connections have added by the time of output, and what is said here. */
  protected template(spread: boolean, own: Partial<PodProps> = {}): Late<PodTemplateSpec> {
    return late<PodTemplateSpec>(() => podTemplate({ ...this.pod(), ...own }, this.identity(spread), this.platform));
  }

  /** The same for a pod that no controller makes. */
  protected podSpec(): Late<PodSpec> {
    return late<PodSpec>(() => podSpec(this.pod(), this.identity(false), this.platform));
  }

  private addServiceAccount(): Input<string> {
    new KubeObject<ServiceAccount>(this, 'service-account', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: this.metadata(),
      automountServiceAccountToken: false,
    });
    return this.objectName;
  }

  /** Keys that an operator's additions must leave alone. */
  private ownKeys(given: 'podLabels' | 'podAnnotations' | 'extraEnv'): readonly string[] {
    if (given === 'extraEnv') return envNames(this.pod().containers[0]?.env ?? []);
    return given === 'podLabels' ? SELECTOR_KEYS : Object.keys(ownAnnotations(this.props));
  }

  private pod(): PodProps {
    const [main, ...others] = this.props.containers;
    if (main === undefined) throw new TypeError(`${this.node.path}: a pod has at least one container`);
    return {
      ...this.props,
      containers: [
        {
          ...main,
          env: [...(main.env ?? []), ...this.settings],
          mounts: [...(main.mounts ?? []), ...this.fileMounts],
        },
        ...others,
      ],
      volumes: [...(this.props.volumes ?? []), ...this.fileVolumes],
    };
  }

  private identity(spread: boolean): PodIdentity {
    return { name: this.props.name, component: this.component, serviceAccountName: this.serviceAccountName, spread };
  }
}

function nameOf(serviceAccount: PodSettings['serviceAccount']): Input<string> | undefined {
  if (typeof serviceAccount !== 'object' || isExpr(serviceAccount)) return serviceAccount;
  return fromString(serviceAccount.name, 'the name of a ServiceAccount');
}

/** Whether a workload can have more than one replica. */
export function isReplicated(replicas: Input<number>): boolean {
  return literalOf(atLeast(replicas, 2)) !== false;
}
