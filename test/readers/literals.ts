/** A system whose objects hold given values as literals. */
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { Json } from '../../lib/values/expression';
import { isList, isObject } from '../../lib/values/json';
import { KubeObject } from '../../lib/objects/kube-object';
import type { Node } from '../../lib/values/parts';

interface Holder {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Node;
}

/** One object for each value. */
export function systemOf(values: readonly Json[]): Chart {
  const chart = new Chart(new App(), 'literals');
  values.forEach((value, index) => {
    const name = `c${index}`;
    new KubeObject<Holder>(new Construct(chart, name), 'holder', {
      apiVersion: 'cdk8s-tiers/v1',
      kind: 'Holder',
      metadata: { name },
      spec: { value: nodeOf(value) },
    });
  });
  return chart;
}

/** An empty map stands for null, which a tree has not, and for an empty list, which is left out. */
function nodeOf(value: Json): Node {
  if (value === null || (isList(value) && value.length === 0)) return {};
  if (isList(value)) return value.map((item: Json) => nodeOf(item));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nodeOf(item)]));
  return value;
}
