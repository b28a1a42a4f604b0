/** A system: tiers, their connections, and the values that an operator may set. */
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import type { Text } from '../values/parts';
import { type Values, references } from '../values/reference';

/** What Chart.yaml says of a system, for people and for Artifact Hub. */
export interface ChartMetadata {
  readonly description: string;
  /** Of the chart, and of the system as a whole. */
  readonly version: string;
  readonly keywords: readonly string[];
  readonly home: string;
  readonly sources: readonly string[];
  readonly icon: string;
  readonly maintainers: readonly { readonly name: string; readonly url: string }[];
  /** Artifact Hub's category. */
  readonly category: string;
  /** What is new in this version. */
  readonly changes: readonly string[];
}

export abstract class System<S extends z.ZodObject = z.ZodObject> extends Chart {
  /** The values inside the system: an expression for each leaf of the schema. */
  protected readonly values: Values<S>;
  /** What Chart.yaml says. */
  abstract readonly metadata: ChartMetadata;
  /** What Helm prints after an installation. */
  abstract readonly notes: Text;

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
