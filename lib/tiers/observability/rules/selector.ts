import type { Input } from '../../../values/expression';
import type { Text } from '../../../values/parts';
import { text } from '../../../values/text';
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

/** True while a CronJob that has been due has not succeeded since. */
export function dueWithoutSuccess(cronJob: Selector): Text {
  const selected = cronJob();
  return text`
    kube_cronjob_status_last_schedule_time${selected}
      unless on (namespace, cronjob)
        kube_cronjob_status_last_successful_time${selected} >= kube_cronjob_status_last_schedule_time${selected}
  `;
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
