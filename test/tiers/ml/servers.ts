/** A server of models in a plain app. */
import type { Chart } from 'cdk8s';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { type Accelerator, acceleratorDefaults } from '../../../lib/tiers/ml/accelerator';
import { modelServerDefaults } from '../../../lib/tiers/ml/model-server-props';
import { TensorFlowServing, type TensorFlowServingProps } from '../../../lib/tiers/ml/tensorflow-serving';
import { type KubernetesObject, find, synth } from '../web/plain-app';
import { type Stored, addStorage } from './served';

export type Given = Partial<Stored<TensorFlowServingProps>>;

export const NAME = 'shop-tensorflow-serving';

export const models: TensorFlowServingProps['models'] = {
  half_plus_two: { versions: [{ version: 1 }], size: '100Mi', maxBatchSize: 64 },
};

/** One model of a size, in so many versions. */
export const modelOf = (size: string, versions = 1): TensorFlowServingProps['models'] => ({
  large: { versions: Array.from({ length: versions }, (_, i) => ({ version: i + 1 })), size, maxBatchSize: 64 },
});

/** Space enough for any model. */
export const roomy = {
  volume: { ...modelServerDefaults.volume, size: '999Gi' },
  resources: {
    requests: { cpu: '1', memory: '1Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '999Gi', ephemeralStorage: '512Mi' },
  },
} satisfies Given;

export const gpu = (accelerator: Partial<Accelerator> = {}): Accelerator => ({
  ...acceleratorDefaults,
  kind: 'gpu',
  ...accelerator,
});

export function addServer(
  chart: Chart,
  props: Given = {},
  storage = addStorage(chart, props.storage),
): TensorFlowServing {
  return new TensorFlowServing(chart, 'tensorflow-serving', { models, ...props, storage });
}

export const objectsOf = (props: Given = {}): readonly KubernetesObject[] => synth((chart) => addServer(chart, props));

export function setOf(props: Given = {}): StatefulSetSpec {
  return find(objectsOf(props), 'StatefulSet', NAME).spec as StatefulSetSpec;
}

export function podOf(props: Given = {}): PodSpec {
  const { spec } = setOf(props).template;
  if (spec === undefined) throw new Error('a StatefulSet without pods');
  return spec;
}

export function serverOf(props: Given = {}): Container {
  const [server] = podOf(props).containers;
  if (server === undefined) throw new Error('a pod without containers');
  return server;
}

/** What is refused, a line for each failure. */
export function refusalOf(props: Given): readonly string[] {
  try {
    objectsOf(props);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return [...message.matchAll(/\[shop\/tensorflow-serving[^\]]*\] (.*)/g)].map(([, said]) => said ?? '');
  }
  return [];
}
