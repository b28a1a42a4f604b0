import type { Service, ServicePort } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import type { Items, Tree } from '../values/parts';
import type { Workload } from './workload';

export interface ServiceProps {
  /** @default - the workload's own name */
  readonly suffix?: string;
  readonly ports: Items<ServicePort>;
  /** Leads to each pod rather than to any: those that are not ready too, or `ready` ones alone. @default false */
  readonly headless?: boolean | 'ready';
  /** Labels of the pods that it leads to. @default - the workload's */
  readonly selector?: Tree<Record<string, string>>;
  /** Leads to the pod on the client's node alone. @default false */
  readonly nodeLocal?: boolean;
}

/** A Service in front of a workload's pods. */
export function addService(workload: Workload, id: string, props: ServiceProps): KubeObject<Service> {
  const { headless = false, nodeLocal = false } = props;
  return new KubeObject<Service>(workload, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: workload.metadata(props.suffix),
    spec: {
      type: 'ClusterIP',
      ...(headless === false ? {} : { clusterIP: 'None' }),
      ...(headless === true ? { publishNotReadyAddresses: true } : {}),
      ...(nodeLocal ? { internalTrafficPolicy: 'Local' } : {}),
      selector: props.selector ?? workload.selectorLabels,
      ports: props.ports,
    },
  });
}
