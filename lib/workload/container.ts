/** Containers, hardened: no privileges, a read-only root, and declared places to write. */
import type {
  Container,
  ContainerPort,
  EnvVar,
  Lifecycle,
  Probe,
  ResourceRequirements,
  SecurityContext,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1';
import { z } from 'zod';
import type { Input } from '../values/expression';
import type { Items, Tree } from '../values/parts';
import { objectReference } from '../values/reference';
import { str } from '../values/texts';
import { entry, fragment, merge, when, whenSet } from '../values/tree';
import type { Image, Platform } from './platform';

/** One of two images. */
export interface ImageChoice {
  /** Which of the two. */
  readonly condition: Input<boolean>;
  /** Where it holds. */
  readonly then: Image;
  /** Where it does not. */
  readonly otherwise: Image;
}

/** What a container asks for and is held to. Quantities: `250m` cores, `512Mi` bytes. */
export interface Resources {
  /** What the scheduler sets aside. */
  readonly requests: {
    readonly cpu: Input<string>;
    readonly memory: Input<string>;
    readonly ephemeralStorage: Input<string>;
  };
  /** The most it may take: beyond it, CPU is held back, memory ends the container, and disk the pod. */
  readonly limits: {
    /** Null for no limit: the container may use what is idle. */
    readonly cpu: Input<string | null>;
    readonly memory: Input<string>;
    readonly ephemeralStorage: Input<string>;
  };
}

/** Devices of the node, such as GPUs, that a container has for itself. */
export interface Devices {
  /** Whether it has any. */
  readonly enabled: Input<boolean>;
  /** The extended resource as which a device plugin advertises them, such as `nvidia.com/gpu`. */
  readonly resource: Input<string>;
  /** How many. */
  readonly count: Input<number>;
}

/** The three probes of a container. */
export interface Probes {
  /** Holds the other two back until the program has started. */
  readonly startup: Tree<Probe>;
  /** Failing it restarts the container: it asks nothing of others. */
  readonly liveness: Tree<Probe>;
  /** Failing it takes the pod out of its Services. */
  readonly readiness: Tree<Probe>;
}

/** A container of a hardened pod. */
export interface ContainerProps {
  /** Unique in the pod. */
  readonly name: string;
  /** The image that it runs. */
  readonly image: Image | ImageChoice;
  /** The program and what comes before `args`. @default - the image's */
  readonly command?: readonly Tree<string>[];
  /** Arguments. @default - the image's */
  readonly args?: Items<string>;
  /** Ports that it listens on, by the names that probes and Services use. @default - none */
  readonly ports?: Items<ContainerPort>;
  /** Environment variables. @default - none */
  readonly env?: Items<EnvVar>;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
  /** Devices of the node that it has for itself. @default - none */
  readonly devices?: Devices;
  /**
   * How the kubelet asks whether it lives and serves.
   * @default - none, which only a container that ends by itself may have
   */
  readonly probes?: Probes;
  /** What is done after its start and before its end. @default - nothing */
  readonly lifecycle?: Tree<Lifecycle>;
  /** Mounts of the pod's volumes. @default - none */
  readonly mounts?: Items<VolumeMount>;
  /**
   * Folders of its own that the container writes to, with the most they may hold: an emptyDir each.
   * The root file system is read-only.
   * @default - none
   */
  readonly writable?: Readonly<Record<string, Input<string>>>;
  /**
   * Runs as root, without any capability: it owns what the kubelet makes on the node, and no more. Only for what ends
   * before the pod serves.
   * @default false
   */
  readonly root?: true;
  /** `Always` makes an init container a sidecar. @default - that of an ordinary container */
  readonly restartPolicy?: 'Always';
}

/** The security context of every container. */
const containerSecurityContext = fragment<SecurityContext, Record<string, never>>(
  'containerSecurityContext',
  'The security context of every container: Pod Security "restricted", and a read-only root.',
  {},
  () => ({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }),
);

export function container(props: ContainerProps, platform: Platform): Tree<Container> {
  const writable = Object.keys(props.writable ?? {}).map((path) => ({
    name: volumeName(props.name, path),
    mountPath: path,
  }));
  return {
    name: props.name,
    image: reference(props.image, platform),
    imagePullPolicy: 'IfNotPresent',
    restartPolicy: props.restartPolicy,
    command: props.command,
    args: props.args,
    env: props.env,
    ports: props.ports,
    startupProbe: props.probes?.startup,
    livenessProbe: props.probes?.liveness,
    readinessProbe: props.probes?.readiness,
    lifecycle: props.lifecycle,
    resources: resources(props),
    securityContext:
      props.root === undefined
        ? containerSecurityContext({})
        : merge<SecurityContext>({ runAsUser: 0, runAsNonRoot: false }, containerSecurityContext({})),
    volumeMounts: [...(props.mounts ?? []), ...writable],
  };
}

function reference(image: Image | ImageChoice, platform: Platform): Tree<string> {
  if (!('condition' in image)) return platform.image(image);
  return when<string>(image.condition, platform.image(image.then), platform.image(image.otherwise));
}

/** The volumes behind a container's writable folders. */
export function writableVolumes(props: ContainerProps): readonly Tree<Volume>[] {
  return Object.entries(props.writable ?? {}).map(([path, sizeLimit]) => ({
    name: volumeName(props.name, path),
    emptyDir: { sizeLimit },
  }));
}

function volumeName(containerName: string, path: string): string {
  return `${containerName}${path.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`.replace(/-$/, '');
}

function resources({ resources: given, devices }: ContainerProps): Tree<ResourceRequirements> {
  if (devices === undefined && objectReference(given) !== undefined) return chosenResources({ resources: given });
  const { requests, limits } = quantities(given);
  if (devices === undefined) return { requests, limits };
  return { requests: withDevices(requests, devices), limits: withDevices(limits, devices) };
}

/** In Kubernetes's names. */
function quantities({ requests, limits }: Resources) {
  return {
    requests: { cpu: requests.cpu, memory: requests.memory, 'ephemeral-storage': requests.ephemeralStorage },
    limits: { cpu: whenSet(limits.cpu), memory: limits.memory, 'ephemeral-storage': limits.ephemeralStorage },
  };
}

const resourcesShape = z.strictObject({
  requests: z.strictObject({ cpu: z.string(), memory: z.string(), ephemeralStorage: z.string() }),
  limits: z.strictObject({ cpu: z.string().min(1).nullable(), memory: z.string(), ephemeralStorage: z.string() }),
});

/** Those that an operator may choose. */
const chosenResources = fragment<ResourceRequirements, { resources: typeof resourcesShape }>(
  'resources',
  'What a container asks for and is held to.',
  { resources: resourcesShape },
  (given) => quantities(given.resources),
);

/** Request and limit of an extended resource must be equal. */
function withDevices(
  quantities: Tree<Record<string, string>>,
  { enabled, resource, count }: Devices,
): Tree<Record<string, string>> {
  return merge<Record<string, string>>(
    quantities,
    when<Record<string, string>>(enabled, entry(resource, str`${count}`)),
  );
}
