/** A system: tiers, their connections, and the values that an operator may set. */
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import type { ChartMetadata, ChartSource, PodSecurity } from '../output/helm/source';
import type { Text } from '../values/parts';
import { type Values, references } from '../values/reference';

export abstract class System<S extends z.ZodObject = z.ZodObject> extends Chart implements ChartSource {
  /** The values inside the system: an expression for each leaf of the schema. */
  protected readonly values: Values<S>;
  /** What Chart.yaml says. */
  abstract readonly metadata: ChartMetadata;
  /** What Helm prints after an installation. */
  abstract readonly notes: Text;
  /** Secrets that must exist, by the name they have in a release of the system's own name, with their keys. */
  abstract readonly secrets: Readonly<Record<string, readonly string[]>>;

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
}
