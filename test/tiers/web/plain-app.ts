/** What a plain cdk8s app makes of tiers with literal props. */
import { App, Chart, Testing } from 'cdk8s';
import type { Image } from '../../../lib/workload/platform';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

export const image = (name: string): Image => ({
  registry: 'registry.example.com',
  repository: `shop/${name}`,
  tag: '1.0.0',
  digest: null,
});

/** The objects of a chart named `shop`, as `app.synth()` writes them. */
export function synth(build: (chart: Chart) => void): readonly KubernetesObject[] {
  const chart = new Chart(new App(), 'shop');
  build(chart);
  return Testing.synth(chart) as readonly KubernetesObject[];
}

/** @throws where there is none. */
export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind}/${name}`);
  return found;
}

/** The text of nginx.conf. */
export function nginxConfOf(objects: readonly KubernetesObject[]): string {
  return find(objects, 'ConfigMap', 'shop-frontend').data?.['nginx.conf'] ?? '';
}
