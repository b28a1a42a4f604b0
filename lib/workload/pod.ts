/** The hardened pod that everything runs in: Pod Security "restricted", spread over zones and nodes. */
import type {
  Affinity,
  EnvVar,
  PodSecurityContext,
  PodSpec,
  PodTemplateSpec,
  Toleration as KubernetesToleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { z } from 'zod';
import { choose } from '../values/choice';
import { type Input, isExpr, literalOf } from '../values/expression';
import { equals } from '../values/logic';
import { str } from '../values/texts';
import { type Items, type Tree, When } from '../values/parts';
import {
  type ListInput,
  type MapInput,
  each,
  eachEntry,
  eachPair,
  fragment,
  merge,
  when,
  whenSet,
} from '../values/tree';
import { type ContainerProps, container, writableVolumes } from './container';
import type { Platform } from './platform';
import type { NamedResource } from './secrets';
import { separateAffinity, spreadAffinity, spreadConstraints, tierAffinity, tierConstraints } from './spreading';

/** What the operator of a tier may add to its pods. */
export interface PodSettings {
  /** An existing ServiceAccount: its name, or an `IServiceAccount` of cdk8s-plus. @default - one of the workload's own, without rights */
  readonly serviceAccount?: Input<string> | NamedResource;
  /** Labels beside the pods' own. @default {} */
  readonly podLabels?: MapInput<string>;
  /** Annotations beside the pods' own. @default {} */
  readonly podAnnotations?: MapInput<string>;
  /** Labels that a node must have. @default {} */
  readonly nodeSelector?: MapInput<string>;
  /** Taints of nodes that the pods tolerate. @default [] */
  readonly tolerations?: ListInput<Toleration>;
  /** PriorityClass; null for the cluster's default. @default - the cluster's default priority */
  readonly priorityClassName?: Input<string | null>;
  /** Environment variables of the main container. @default {} */
  readonly extraEnv?: MapInput<string>;
  /** ConfigMaps mounted into the main container, by the folder they are mounted at. @default [] */
  readonly extraVolumes?: ListInput<ExtraVolume>;
  /**
   * Containers beside the tier's own, hardened like them. Kubernetes starts them before the others and ends them after,
   * so that a Job with one still completes.
   * @default []
   */
  readonly sidecars?: readonly ContainerProps[];
}

/** A taint of nodes that pods tolerate, as Kubernetes has it. */
export interface Toleration {
  /** Of the taint. */
  readonly key: string;
  /** `Exists`, or `Equal` to the value. */
  readonly operator: string;
  /** Of the taint. @default - none */
  readonly value?: string | null | undefined;
  /** Of the taint: `NoSchedule`, `PreferNoSchedule` or `NoExecute`. @default - all */
  readonly effect?: string | null | undefined;
}

/** A ConfigMap mounted into the main container. */
export interface ExtraVolume {
  /** Name of the volume, unique in the pod. */
  readonly name: string;
  /** Name of the ConfigMap, which must exist. */
  readonly configMap: string;
  /** Folder that its keys are files in. */
  readonly mountPath: string;
}

/** Where metrics are. */
export interface Scrape {
  readonly port: Input<number>;
  readonly path: string;
  /** Whether they are served by HTTPS. The certificate is not verified: nothing secret goes either way. @default false */
  readonly https?: Input<boolean>;
  /** Parameters of the request, such as what an exporter is to ask. @default {} */
  readonly params?: Readonly<Record<string, string>>;
  /** The metrics are about others, and have labels for them: none of the pod's own are added. @default false */
  readonly honorLabels?: boolean;
  /** They are about the pod's node, which is the label `node`. @default false */
  readonly aboutNode?: boolean;
}

/** How replicas keep to different nodes: where a node is missing, one stays Pending, or two share a node. */
export type AntiAffinity = 'required' | 'preferred';

export interface PodProps extends PodSettings {
  /** Numeric user, group and owner of volumes; above 0. */
  readonly user: Input<number>;
  /** Further groups that the processes are in, such as that of files of the node. @default [] */
  readonly supplementalGroups?: readonly number[];
  /** The first is the main one. */
  readonly containers: readonly ContainerProps[];
  /** They end, one after the other, before the others start. @default [] */
  readonly initContainers?: readonly ContainerProps[];
  /** What containers mount. @default [] */
  readonly volumes?: Items<Volume>;
  /** Values whose change restarts the pods, by name: `checksum/<name>` annotations. @default {} */
  readonly checksums?: Readonly<Record<string, Input<string>>>;
  /** Seconds from SIGTERM to SIGKILL, the preStop hook included. @default 30 */
  readonly terminationGracePeriodSeconds?: Input<number>;
  /** Where they run, beside the spreading of replicas. @default - anywhere */
  readonly affinity?: Tree<Affinity> | undefined;
  /** Whether replicas keep to different nodes at all costs, or where there are enough. @default preferred */
  readonly antiAffinity?: Input<AntiAffinity>;
  /**
   * Where there are enough nodes and zones, they keep away from the pods of all workloads of the tier's name, however many
   * replicas each has: a change of `replicas` then restarts none of them.
   * @default false, from those of their own workload alone
   */
  readonly spreadsWithTier?: boolean;
  /** Taints that they tolerate, beside those of the operator's `tolerations`. @default [] */
  readonly ownTolerations?: Items<KubernetesToleration>;
  /** What runs their containers. @default - the node's own */
  readonly runtimeClassName?: Tree<string> | undefined;
  /** Where Prometheus finds metrics: the name of a port, and a path. @default - no metrics */
  readonly scrape?: Scrape;
  /** Lets them run on every node, whatever its taints. @default false */
  readonly toleratesAll?: boolean;
  /** Mounts a token for the API server. @default false */
  readonly serviceAccountToken?: boolean;
  /** Whether containers that end are started again. @default Always */
  readonly restartPolicy?: 'Never' | 'OnFailure';
}

export interface PodIdentity {
  readonly name: Input<string>;
  readonly component: Input<string>;
  readonly serviceAccountName: Input<string>;
  /** Spread replicas over zones and nodes. */
  readonly spread: boolean;
}

const tolerationsShape = z.array(
  z.strictObject({
    key: z.string(),
    operator: z.string(),
    value: z.string().min(1).nullish(),
    effect: z.string().min(1).nullish(),
  }),
);

const podSecurityContext = fragment<PodSecurityContext, { user: z.ZodNumber }>(
  'podSecurityContext',
  'The security context of every pod: Pod Security "restricted".',
  { user: z.int().min(1) },
  ({ user }) => ({
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  }),
);

export function podTemplate(props: PodProps, identity: PodIdentity, platform: Platform): Tree<PodTemplateSpec> {
  const labels = { name: identity.name, component: identity.component };
  return {
    metadata: {
      labels: merge<Record<string, string>>(
        platform.selectorLabels(labels),
        eachEntry(props.podLabels ?? {}, (key, value) => [key, value]),
      ),
      annotations: annotations(props),
    },
    spec: podSpec(props, identity, platform),
  };
}

export function podSpec(props: PodProps, identity: PodIdentity, platform: Platform): Tree<PodSpec> {
  const [main, ...others] = props.containers;
  if (main === undefined) throw new TypeError('a pod has at least one container');
  const withExtras: ContainerProps = {
    ...main,
    env: [...(main.env ?? []), ...extraEnv(props.extraEnv)],
    mounts: [
      ...(main.mounts ?? []),
      ...each<ExtraVolume, VolumeMount>(props.extraVolumes ?? [], ({ name, mountPath }) => ({
        name,
        mountPath,
        readOnly: true,
      })),
    ],
  };
  const sidecars = (props.sidecars ?? []).map((sidecar): ContainerProps => ({ ...sidecar, restartPolicy: 'Always' }));
  const initContainers = [...sidecars, ...(props.initContainers ?? [])];
  const all = [...initContainers, ...props.containers];
  return {
    serviceAccountName: identity.serviceAccountName,
    automountServiceAccountToken: props.serviceAccountToken ?? false,
    enableServiceLinks: false,
    securityContext: securityContext(props),
    priorityClassName: whenSet(props.priorityClassName),
    ...(props.runtimeClassName === undefined ? {} : { runtimeClassName: props.runtimeClassName }),
    imagePullSecrets: each<string, { name: string }>(platform.imagePullSecrets, (name) => ({ name })),
    restartPolicy: props.restartPolicy,
    terminationGracePeriodSeconds: props.terminationGracePeriodSeconds ?? 30,
    nodeSelector: merge<Record<string, string>>(eachEntry(props.nodeSelector ?? {}, (key, value) => [key, value])),
    tolerations: tolerations(props),
    ...spreading(props, identity, platform),
    initContainers: initContainers.map((init) => container(init, platform)),
    containers: [withExtras, ...others].map((each) => container(each, platform)),
    volumes: [
      ...(props.volumes ?? []),
      ...each<ExtraVolume, Volume>(props.extraVolumes ?? [], ({ name, configMap }) => ({
        name,
        configMap: { name: configMap },
      })),
      ...all.flatMap(writableVolumes),
    ],
  };
}

function securityContext({ user, supplementalGroups }: PodProps): Tree<PodSecurityContext> {
  const hardened = podSecurityContext({ user });
  return supplementalGroups === undefined ? hardened : merge<PodSecurityContext>(hardened, { supplementalGroups });
}

function tolerations({
  tolerations: given = [],
  ownTolerations,
  toleratesAll,
}: PodProps): Tree<KubernetesToleration[]> {
  if (toleratesAll === true) return [{ operator: 'Exists' }];
  if (ownTolerations !== undefined) return [...ownTolerations, ...operatorsTolerations(given)];
  return isExpr(given) ? chosenTolerations({ tolerations: given }) : [...operatorsTolerations(given)];
}

function operatorsTolerations(given: ListInput<Toleration>): Items<KubernetesToleration> {
  return each<Toleration, KubernetesToleration>(given, ({ key, operator, value, effect }) => ({
    key,
    operator,
    value: whenSet(value),
    effect: whenSet(effect),
  }));
}

/** Those that an operator may choose. */
const chosenTolerations = fragment<KubernetesToleration[], { tolerations: typeof tolerationsShape }>(
  'tolerations',
  'Taints of nodes that pods tolerate.',
  { tolerations: tolerationsShape },
  (given) => operatorsTolerations(given.tolerations),
);

function spreading(
  props: PodProps,
  { name, component, spread }: PodIdentity,
  platform: Platform,
): {
  readonly affinity: Tree<Affinity> | undefined;
  readonly topologySpreadConstraints: Tree<TopologySpreadConstraint[]> | undefined;
} {
  if (props.spreadsWithTier === true) {
    return {
      affinity: merged(props.affinity, tierAffinity(platform)({ name })),
      topologySpreadConstraints: tierConstraints(platform)({ name }),
    };
  }
  if (!spread) return { affinity: props.affinity, topologySpreadConstraints: undefined };
  const labels = { name, component };
  return {
    affinity: merged(props.affinity, antiAffinity(props.antiAffinity, labels, platform)),
    topologySpreadConstraints: spreadConstraints(platform)(labels),
  };
}

/** To which nodes pods are bound, and how they keep away from each other. */
function merged(own: Tree<Affinity> | undefined, spread: Tree<Affinity>): Tree<Affinity> {
  return own === undefined ? spread : merge<Affinity>(own, spread);
}

function antiAffinity(
  given: Input<AntiAffinity> = 'preferred',
  labels: Pick<PodIdentity, 'name' | 'component'>,
  platform: Platform,
): Tree<Affinity> {
  const preferred = spreadAffinity(platform)(labels);
  const required = equals<string>(given, 'required');
  return literalOf(required) === false ? preferred : when(required, separateAffinity(platform)(labels), preferred);
}

function extraEnv(given: MapInput<string> | undefined): Items<EnvVar> {
  return eachPair<string, EnvVar>(given ?? {}, (name, value) => ({ name, value }));
}

function annotations(props: PodProps): Tree<ObjectMeta['annotations']> {
  const own = ownAnnotations(props);
  return merge<Record<string, string>>(
    Object.keys(own).length > 0 ? own : undefined,
    eachEntry(props.podAnnotations ?? {}, (key, value) => [key, value]),
  );
}

/** Annotations that pods have without the operator's. */
export function ownAnnotations({ checksums, containers, scrape }: PodProps): Readonly<Record<string, Input<string>>> {
  const sums = Object.entries(checksums ?? {}).map(([name, sum]) => [`checksum/${name}`, sum] as const);
  const target = scrape && {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': str`${scrape.port}`,
    'prometheus.io/path': scrape.path,
    ...(scrape.https === undefined ? {} : { 'prometheus.io/scheme': choose(scrape.https, 'https', 'http') }),
    ...Object.fromEntries(
      Object.entries(scrape.params ?? {}).map(([name, value]) => [`prometheus.io/param_${name}`, value]),
    ),
  };
  const main =
    containers.length > 1 && containers[0] ? { 'kubectl.kubernetes.io/default-container': containers[0].name } : {};
  return { ...main, ...Object.fromEntries(sums), ...target };
}

/** The keys of a workload's selector. */
export const SELECTOR_KEYS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component'];

/** The names of environment variables, whatever they depend on. */
export function envNames(env: Items<EnvVar>): readonly string[] {
  const names = (part: unknown): readonly string[] => {
    if (part instanceof When) return [...names(part.then), ...names(part.otherwise)];
    if (Array.isArray(part)) return part.flatMap(names);
    return typeof part === 'object' && part !== null && 'name' in part && typeof part.name === 'string'
      ? [part.name]
      : [];
  };
  return [...new Set(names(env))].sort();
}
