/** A system: tiers, their connections, and the values that an operator may set. */
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import type { ChartMetadata, ChartSource, PodSecurity, SuppliedSecret } from '../output/helm/source';
import type { Input } from '../values/expression';
import type { Text } from '../values/parts';
import { type Values, references, release } from '../values/reference';
import type { ListInput } from '../values/tree';
import { type NetworkFacts, Platform } from '../workload/platform';

/** Values that every system has; see globalValues and networkValues. */
export interface SharedValues {
  /** Where images come from. @default - each image's own registry, and no Secrets to pull with */
  readonly global?: { readonly imageRegistry: Input<string | null>; readonly imagePullSecrets: ListInput<string> };
  /** Facts of the cluster's network. */
  readonly network: NetworkFacts;
}

/** A chart of cdk8s that has values: read with each environment's for manifests, and with all of them open for Helm. */
export abstract class System<S extends z.ZodObject = z.ZodObject> extends Chart implements ChartSource {
  /** The values inside the system: an expression for each leaf of the schema. */
  protected readonly values: Values<S>;
  /** What Chart.yaml says. */
  abstract readonly metadata: ChartMetadata;
  /** What Helm prints after an installation. */
  abstract readonly notes: Text;
  /** Secrets with passwords, by the name they have in a release of the system's own name, with their keys. */
  abstract readonly secrets: Readonly<Record<string, readonly string[]>>;
  /** Secrets with what others give, by the same names. */
  readonly suppliedSecrets: Readonly<Record<string, SuppliedSecret>> = {};

  readonly podSecurity: PodSecurity = 'restricted';

  constructor(
    scope: Construct,
    /** The system's name, which is also the default name of the release and of the namespace. */
    readonly systemName: string,
    readonly schema: S,
  ) {
    super(scope, systemName);
    this.values = references(schema);
  }

  /** Says what all tiers share. Before the first of them. */
  protected providePlatform({ global, network }: SharedValues): void {
    const { systemName: partOf, metadata } = this;
    const { name: instance, namespace } = release;
    Platform.provide(
      this,
      new Platform({ instance, namespace, partOf, version: metadata.version, ...global, network }),
    );
  }
}
