/** What a plain app makes of a chart, and its objects by kind and name. */
import { type Chart, Testing } from 'cdk8s';
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly Deployment: Deployment;
  readonly NetworkPolicy: NetworkPolicy;
  readonly Service: Service;
  readonly StatefulSet: StatefulSet;
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export class Objects {
  private readonly all: readonly KubernetesObject[];

  constructor(chart: Chart) {
    this.all = Testing.synth(chart) as KubernetesObject[];
  }

  get names(): readonly string[] {
    return this.all.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  }

  /** @throws where there is none. */
  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] {
    const found = this.all.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind}/${name} among ${this.names.join(', ')}`);
    return found as unknown as Kinds[K];
  }

  /** Those of a tier alone, by the beginning of their names. */
  of(tier: string): readonly unknown[] {
    return this.all.filter(({ metadata }) => metadata.name.startsWith(tier));
  }

  toJSON(): readonly unknown[] {
    return this.all;
  }
}
