import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import type { Items } from '../values/parts';
import type { Workload } from './workload';

export interface ServiceProps {
  /** @default - the workload's own name */
  readonly suffix?: string;
  readonly ports: Items<ServicePort>;
  /** Gives each pod a name in DNS, ready or not. @default false */
  readonly headless?: boolean;
}

/** A Service in front of a workload's pods. */
export function addService(workload: Workload, id: string, props: ServiceProps): KubeObject<Service> {
  const headless: ServiceSpec = { clusterIP: 'None', publishNotReadyAddresses: true };
  return new KubeObject<Service>(workload, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: workload.metadata(props.suffix),
    spec: {
      type: 'ClusterIP',
      ...(props.headless === true ? headless : {}),
      selector: workload.selectorLabels,
      ports: props.ports,
    },
  });
}
