import type { Construct } from 'constructs';
import type { Pod } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { images } from '../../images';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { IN_CHART } from '../../values/chart-facts';
import type { Tree } from '../../values/parts';
import { merge } from '../../values/tree';
import type { Image } from '../../workload/platform';
import { Workload, type WorkloadProps } from '../../workload/workload';
import { Tier, type TierProps } from '../tier';

/** Props of `SmokeTest`. */
export interface SmokeTestProps extends TierProps {
  /** What must answer with success, in order. */
  readonly urls: readonly Input<string>[];
  /** The image that it runs. @default - `images.curl` */
  readonly image?: Image;
}

/** Any user: curl writes nothing. */
const USER = 10_001;

/**
 * `helm test`: asks the system's own addresses, from a pod that may reach what it is connected to.
 *
 * @example
 * const test = new SmokeTest(this, 'tests', { urls: [str`http://${frontend.objectName}/readyz`] });
 * test.connectTo(frontend);
 */
export class SmokeTest extends Tier {
  protected readonly client: Workload;

  constructor(scope: Construct, id: string, props: SmokeTestProps) {
    super(scope, id, props);
    this.client = new TestPod(this, 'test', {
      name: id,
      component: 'test',
      user: USER,
      restartPolicy: 'Never',
      containers: [
        {
          name: 'curl',
          image: props.image ?? images.curl,
          command: ['curl'],
          args: [
            '--fail',
            '--silent',
            '--show-error',
            '--max-time',
            '10',
            '--retry',
            '12',
            '--retry-all-errors',
            ...props.urls,
          ],
          resources: {
            requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
            limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '16Mi' },
          },
        },
      ],
    });
  }
}

/** A pod with its identity and its way to what it tests: all are hooks of the chart, and plain manifests have none. */
class TestPod extends Workload {
  /** It is started by hand. */
  readonly podCount = { fewest: 0, most: 0 };

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id, props);
    new KubeObject<Pod>(this, 'pod', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: this.objectName, labels: this.selectorLabels, annotations: hook('0', 'before-hook-creation') },
      spec: this.podSpec(),
    });
    for (const part of this.node.children) onlyWhen(part, IN_CHART);
  }

  /** What the pod needs is there before it, and goes with its success. */
  override metadata(suffix?: string): Tree<ObjectMeta> {
    return merge<ObjectMeta>(super.metadata(suffix), {
      annotations: hook('-1', 'before-hook-creation,hook-succeeded'),
    });
  }
}

function hook(weight: string, deletePolicy: string): Readonly<Record<string, string>> {
  return { 'helm.sh/hook': 'test', 'helm.sh/hook-weight': weight, 'helm.sh/hook-delete-policy': deletePolicy };
}
