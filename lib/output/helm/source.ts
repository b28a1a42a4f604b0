/** What a chart is written from. */
import type { IConstruct } from 'constructs';
import type { z } from 'zod';
import type { Text } from '../../values/parts';

/** What Chart.yaml says of a system, for people and for Artifact Hub. */
export interface ChartMetadata {
  /** What the system is, in a line. */
  readonly description: string;
  /** Of the chart, and of the system as a whole. */
  readonly version: string;
  /** What it is found by. */
  readonly keywords: readonly string[];
  /** URL of its home page. */
  readonly home: string;
  /** URLs of its sources. */
  readonly sources: readonly string[];
  /** URL of a picture of it. */
  readonly icon: string;
  /** Who answers for it. */
  readonly maintainers: readonly { readonly name: string; readonly url: string }[];
  /** Artifact Hub's category. */
  readonly category: string;
  /** What is new in this version. */
  readonly changes: readonly string[];
  /** Further reading, by title. */
  readonly links: Readonly<Record<string, string>>;
}

/** The level of Pod Security that a namespace enforces. */
export type PodSecurity = 'restricted' | 'privileged';

/** A Secret that no program can make: somebody else gives what it holds. */
export interface SuppliedSecret {
  /** Its keys. */
  readonly keys: readonly string[];
  /** The values that ask for it, such as `backup.offsite.enabled`. */
  readonly neededWith: readonly string[];
  /** What it holds, and where that comes from. */
  readonly holds: string;
}

/** A system, with all that its chart needs beside its objects. */
export interface ChartSource extends IConstruct {
  /** The chart's name, and that of the system's folders. */
  readonly systemName: string;
  /** Of its values, with their defaults. */
  readonly schema: z.ZodObject;
  /** What Chart.yaml says of it. */
  readonly metadata: ChartMetadata;
  /** What Helm prints after an installation. */
  readonly notes: Text;
  /** What the namespace enforces: `restricted`, unless the system has agents that cannot be. */
  readonly podSecurity: PodSecurity;
  /** Secrets with passwords, by the name they have in a release of the system's own name, with their keys. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
  /** Secrets with what others give, by the same names. */
  readonly suppliedSecrets: Readonly<Record<string, SuppliedSecret>>;
}
