import type { Service, ServicePort } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { KubeObject } from '../objects/kube-object';
import type { Input } from '../values/expression';
import { equals, not } from '../values/logic';
import type { Items, Tree } from '../values/parts';
import { type MapInput, eachEntry, merge, when } from '../values/tree';
import type { Workload } from './workload';

/** What `addService` is to make. */
export interface ServiceProps {
  /** What its name has behind the workload's. @default - the workload's own name */
  readonly suffix?: string;
  /** Its ports, and those of the pods behind them. */
  readonly ports: Items<ServicePort>;
  /** Leads to each pod rather than to any: those that are not ready too, or `ready` ones alone. @default false */
  readonly headless?: boolean | 'ready';
  /** Labels of the pods that it leads to. @default - the workload's */
  readonly selector?: Tree<Record<string, string>>;
  /** Leads to the pod on the client's node alone. @default false */
  readonly nodeLocal?: boolean;
  /** Who may reach it from outside the cluster. @default - nobody */
  readonly exposed?: ServiceExposure;
}

/** How a Service is reached from outside the cluster. */
export interface ServiceExposure {
  /** `LoadBalancer` for an address of its own outside the cluster; `NodePort` for a port of each node. */
  readonly type: Input<ServiceType>;
  /** What the cloud's controller is to know. */
  readonly annotations: MapInput<string>;
}

/** Kinds of Services. */
export type ServiceType = 'ClusterIP' | 'LoadBalancer' | 'NodePort';

/** A Service in front of a workload's pods. */
export function addService(workload: Workload, id: string, props: ServiceProps): KubeObject<Service> {
  const { exposed, headless = false, nodeLocal = false } = props;
  return new KubeObject<Service>(workload, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata:
      exposed === undefined
        ? workload.metadata(props.suffix)
        : merge<ObjectMeta>(workload.metadata(props.suffix), {
            annotations: merge<Record<string, string>>(eachEntry(exposed.annotations, (key, value) => [key, value])),
          }),
    spec: {
      type: exposed?.type ?? 'ClusterIP',
      // The pods see the address of the client, not of the node that it came by.
      ...(exposed === undefined
        ? {}
        : { externalTrafficPolicy: when<string>(not(equals<ServiceType>(exposed.type, 'ClusterIP')), 'Local') }),
      ...(headless === false ? {} : { clusterIP: 'None' }),
      ...(headless === true ? { publishNotReadyAddresses: true } : {}),
      ...(nodeLocal ? { internalTrafficPolicy: 'Local' } : {}),
      selector: props.selector ?? workload.selectorLabels,
      ports: props.ports,
    },
  });
}
