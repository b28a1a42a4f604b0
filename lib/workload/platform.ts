/** What all tiers of one system share: its name, its labels, where images come from, and facts of its network. */
import { Names } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { z } from 'zod';
import { type Input, literalOf } from '../values/expression';
import { CHART_LABEL, CHART_SERVICE, IN_CHART } from '../values/chart-facts';
import { choose } from '../values/choice';
import { isSet, valueOf } from '../values/logic';
import { str } from '../values/texts';
import type { Fragment } from '../values/parts';
import { type ListInput, fragment, when } from '../values/tree';

/** A container image. */
export interface Image {
  /** The registry that has it. @default - `docker.io`, or the platform's own registry where it names one */
  readonly registry: Input<string>;
  /** Its name there. */
  readonly repository: Input<string>;
  /** Its version. */
  readonly tag: Input<string>;
  /** Wins over the tag where it is set. */
  readonly digest: Input<string | null>;
}

const imageShape = z.strictObject({
  registry: z.string(),
  repository: z.string(),
  tag: z.string(),
  digest: z.string().min(1).nullish(),
});

/** Facts of the cluster's network that no manifest can know. */
export interface NetworkFacts {
  /** Namespace of the DNS servers. @default kube-system */
  readonly dnsNamespace: Input<string>;
  /** Ports on which DNS pods listen: 53, and 5353 on OpenShift. @default [53] */
  readonly dnsPorts: ListInput<number>;
  /** Addresses of node-local DNS caches, such as 169.254.20.10/32. @default [] */
  readonly dnsAddresses: ListInput<string>;
  /** Namespace of the ingress controller or gateway. @default - no controller reaches the pods */
  readonly ingressNamespace: Input<string | null>;
  /** Namespace from which metrics are scraped. @default - nothing scrapes the pods from another namespace */
  readonly scraperNamespace: Input<string | null>;
  /** Addresses of the API server, as pods reach it after the Service's translation. @default ['0.0.0.0/0'] */
  readonly apiServerAddresses: ListInput<string>;
  /** Ports of the API server. @default [443, 6443] */
  readonly apiServerPorts: ListInput<number>;
}

export const defaultNetworkFacts = {
  dnsNamespace: 'kube-system',
  dnsPorts: [53],
  dnsAddresses: [],
  ingressNamespace: null,
  scraperNamespace: null,
  apiServerAddresses: ['0.0.0.0/0'],
  apiServerPorts: [443, 6443],
} as const satisfies NetworkFacts;

/** Props of `Platform`. */
export interface PlatformProps {
  /** What every object's name begins with: the release's name. */
  readonly instance: Input<string>;
  /** The namespace, for fields that name it. @default - that of the object that has the field */
  readonly namespace?: Input<string>;
  /** The system that the tiers are part of. */
  readonly partOf: string;
  /** The system's version. @default - no version label */
  readonly version?: string;
  /** A registry that replaces that of every image, such as a mirror. @default - each image's own */
  readonly imageRegistry?: Input<string | null>;
  /** Names of Secrets to pull images with. @default [] */
  readonly imagePullSecrets?: ListInput<string>;
  /** Facts of the cluster's network. @default - see NetworkFacts */
  readonly network?: NetworkFacts;
}

const platforms = new WeakMap<IConstruct, Platform>();

interface PodLabels {
  readonly name: Input<string>;
  readonly component: Input<string>;
}

type Labels = Readonly<Record<string, string>>;

/** What the tiers of one system share. */
export class Platform {
  /** What every object's name begins with: the release's name. */
  readonly instance: Input<string>;
  /** The release's namespace; undefined in an app of your own, where each chart has its own. */
  readonly namespace: Input<string> | undefined;
  /** Names of Secrets to pull images with. */
  readonly imagePullSecrets: ListInput<string>;
  /** Facts of the cluster's network. */
  readonly network: NetworkFacts;

  /** The labels that selectors use. They never change between versions. */
  readonly selectorLabels: (given: PodLabels) => Fragment<Labels>;
  /** Those of them that the pods of all workloads of a tier have in common. */
  readonly tierLabels: (given: Pick<PodLabels, 'name'>) => Fragment<Labels>;
  /** The labels of an object's own metadata. */
  readonly labels: (given: PodLabels) => Fragment<Labels>;
  /** An image as one reference. */
  readonly image: (image: Image) => Fragment<string>;

  constructor(props: PlatformProps) {
    this.instance = props.instance;
    this.namespace = props.namespace;
    this.imagePullSecrets = props.imagePullSecrets ?? [];
    this.network = props.network ?? defaultNetworkFacts;
    const parameters = { name: z.string().meta({ plain: true }), component: z.string().meta({ plain: true }) };

    const selectorLabels = fragment<Labels, typeof parameters>(
      'selectorLabels',
      'Labels that select the pods of a workload; they never change.',
      parameters,
      ({ name, component }) => ({
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/instance': props.instance,
        'app.kubernetes.io/component': component,
      }),
    );
    this.selectorLabels = selectorLabels;

    const { name: nameOfTier } = parameters;
    this.tierLabels = fragment<Labels, { name: typeof nameOfTier }>(
      'tierLabels',
      'Labels that select the pods of all workloads of a tier; they never change.',
      { name: nameOfTier },
      ({ name }) => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': props.instance }),
    );

    this.labels = fragment<Labels, typeof parameters>(
      'labels',
      "Labels of an object's own metadata.",
      parameters,
      ({ name, component }) => ({
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/instance': props.instance,
        'app.kubernetes.io/component': component,
        'app.kubernetes.io/part-of': props.partOf,
        'app.kubernetes.io/version': props.version,
        'app.kubernetes.io/managed-by': when(IN_CHART, CHART_SERVICE),
        'helm.sh/chart': when(IN_CHART, CHART_LABEL),
      }),
    );

    const image = fragment<string, { image: typeof imageShape }>(
      'image',
      'An image: registry/repository:tag, or @digest where one is set.',
      { image: imageShape },
      ({ image: { registry, repository, tag, digest } }) => {
        const override = props.imageRegistry ?? null;
        const from = literalOf(override) === null ? registry : choose(isSet(override), valueOf(override), registry);
        return str`${from}/${repository}${choose(isSet(digest ?? null), str`@${valueOf(digest ?? null)}`, str`:${tag}`)}`;
      },
    );
    this.image = (given) => image({ image: given });
  }

  /** Makes all tiers in this scope part of one system. */
  static provide(scope: IConstruct, platform: Platform): void {
    platforms.set(scope, platform);
  }

  /** The platform around a construct. Outside a system, its parent's path is the instance: `shop` for `shop/cache`. */
  static of(construct: Construct): Platform {
    const scope = construct.node.scopes.reverse().find((ancestor) => platforms.has(ancestor));
    const found = scope && platforms.get(scope);
    if (found) return found;
    const above = construct.node.scope;
    const parent = Construct.isConstruct(above) ? above : construct;
    const instance = Names.toDnsLabel(parent, { includeHash: false });
    const own = new Platform({ instance, partOf: instance });
    platforms.set(parent, own);
    return own;
  }
}
