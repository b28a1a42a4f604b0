/** Workloads in a plain cdk8s app, with literal props, and in a system whose values decide. */
import { App, Chart, Testing } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ContainerProps, Probes } from '../../lib/workload/container';
import { DeploymentWorkload, type DeploymentProps } from '../../lib/workload/deployment';
import type { WorkloadProps } from '../../lib/workload/workload';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

/** The objects of a chart named `shop`, as `app.synth()` writes them. */
export function synth(build: (chart: Chart) => void): readonly KubernetesObject[] {
  const chart = new Chart(new App(), 'shop');
  build(chart);
  return Testing.synth(chart) as readonly KubernetesObject[];
}

/** What `app.synth()` refuses, without the frame that cdk8s puts around it. */
export function refusal(build: (chart: Chart) => void): string {
  const app = new App();
  build(new Chart(app, 'shop'));
  try {
    app.synthYaml();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

/** @throws where there is none. */
export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found)
    throw new Error(
      `no ${kind}/${name} among ${objects.map(({ kind: k, metadata }) => `${k}/${metadata.name}`).join(', ')}`,
    );
  return found;
}

export function kindsOf(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map(({ kind }) => kind);
}

export const probes: Probes = {
  startup: { httpGet: { path: '/health', port: 8080 }, failureThreshold: 30 },
  liveness: { httpGet: { path: '/health', port: 8080 } },
  readiness: { httpGet: { path: '/ready', port: 8080 } },
};

export function container(props: Partial<ContainerProps> = {}): ContainerProps {
  return {
    name: 'main',
    image: { registry: 'docker.io', repository: 'library/shop', tag: '1.2.3', digest: null },
    resources: {
      requests: { cpu: '100m', memory: '64Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '1', memory: '128Mi', ephemeralStorage: '32Mi' },
    },
    probes,
    ...props,
  };
}

export function podProps(props: Partial<WorkloadProps> = {}): WorkloadProps {
  return { name: 'api', component: 'server', user: 10_001, containers: [container()], ...props };
}

/** A Deployment named `shop-api`. */
export function deployment(scope: Construct, props: Partial<DeploymentProps> = {}): DeploymentWorkload {
  return new DeploymentWorkload(scope, props.name ?? 'api', { replicas: 1, ...podProps(props), ...props });
}

/** The pod template of a Deployment with these props. */
export function template(props: Partial<DeploymentProps> = {}): { readonly metadata: Fields; readonly spec: Fields } {
  const { spec } = find(
    synth((chart) => deployment(chart, props)),
    'Deployment',
    'shop-api',
  );
  return (spec as { readonly template: { readonly metadata: Fields; readonly spec: Fields } }).template;
}

export type Fields = Readonly<Record<string, unknown>>;
