import type { Input } from '../../../values/expression';
import { str } from '../../../values/texts';
import type { RuleFacts } from '../rule';

/** Matchers of a metric's own labels, such as `component="primary"`, within the series of one release: `{…}`. */
export type Selector = (matchers?: Input<string>) => Input<string>;

/** Selects what a tier of the release exports. */
export function tierSelector(facts: RuleFacts, tier: string): Selector {
  return selectorOf(facts, `tier="${tier}"`);
}

/** Selects what kubelets and kube-state-metrics say about pods of the release, which have its name in theirs. */
export function podSelector({ instance, namespace }: RuleFacts): Selector {
  return joined(namespace === undefined ? [] : [str`namespace="${namespace}"`], str`pod=~"${instance}-.*"`);
}

/** Selects the same of volumes. */
export function claimSelector({ instance, namespace }: RuleFacts): Selector {
  const own = str`persistentvolumeclaim=~".*-${instance}-.*"`;
  return joined(namespace === undefined ? [] : [str`namespace="${namespace}"`], own);
}

/** Selects what kube-state-metrics says about a CronJob. */
export function cronJobSelector({ namespace }: RuleFacts, name: Input<string>): Selector {
  return joined(namespace === undefined ? [] : [str`namespace="${namespace}"`], str`cronjob="${name}"`);
}

/** Selects what the release exports, of whatever tier. */
export function selectorOf({ instance, namespace }: RuleFacts, ...matchers: readonly string[]): Selector {
  const own = namespace === undefined ? [] : [str`namespace="${namespace}"`];
  return joined(own, str`release="${instance}"`, ...matchers);
}

function joined(first: readonly Input<string>[], ...others: readonly Input<string>[]): Selector {
  return (matchers) => {
    const all = [...first, ...others, ...(matchers === undefined ? [] : [matchers])];
    return str`{${all.reduce((left, right) => str`${left},${right}`)}}`;
  };
}
