import type { Construct } from 'constructs';
import { Tier } from '../../../lib/tiers/tier';
import type { Model, ModelBackend, ModelProtocol } from '../../../lib/tiers/ml/model';
import type { Input } from '../../../lib/values/expression';
import { str } from '../../../lib/values/texts';
import type { MapInput } from '../../../lib/values/tree';
import { DeploymentWorkload } from '../../../lib/workload/deployment';
import { image } from '../web/plain-app';
import { resources } from '../web/pod-settings';

export interface FakeServerProps {
  readonly protocol: ModelProtocol;
  readonly models: MapInput<Model>;
  /** @default true */
  readonly enabled?: Input<boolean>;
  /** @default 50 */
  readonly latencyTargetMilliseconds?: Input<number>;
}

const PORTS = {
  tensorflow: { http: 8501, grpc: 8500 },
  torchserve: { http: 8080, grpc: 7070 },
  kserve: { http: 8000, grpc: 8001 },
} as const;

/** A server of models, as little of one as a gateway needs to know. */
export class FakeServer extends Tier implements ModelBackend {
  readonly workload: DeploymentWorkload;
  readonly protocol: ModelProtocol;
  readonly host: Input<string>;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly models: MapInput<Model>;
  readonly latencyTargetMilliseconds: Input<number>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: FakeServerProps) {
    super(scope, id, props);
    this.protocol = props.protocol;
    this.models = props.models;
    this.latencyTargetMilliseconds = props.latencyTargetMilliseconds ?? 50;
    this.httpPort = PORTS[props.protocol].http;
    this.grpcPort = PORTS[props.protocol].grpc;
    this.host = str`${this.objectName}-headless`;
    this.workload = new DeploymentWorkload(this, 'workload', {
      name: id,
      component: 'ml-serving',
      user: 10_001,
      replicas: 1,
      containers: [{ name: 'server', image: image(id), resources: resources('1') }],
    });
    this.client = this.workload;
  }
}

/** A model with versions of these numbers. */
export function model(...versions: readonly [number, ...number[]]): Model {
  return { versions: versions.map((version) => ({ version })), size: '1Mi' };
}
