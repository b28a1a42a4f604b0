/** The cache of models: whether it is there, whether it has what is asked for, and whether it is filled. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { ModelCache } from '../../ml/model-cache';
import type { RuleFacts, RuleGroup } from '../rule';
import { cronJobSelector, dueWithoutSuccess, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** Reads within an hour, from which on a share of them says something: a GiB of a model is 32. */
const ENOUGH_READS = 32;

/** @param hasContainerMetrics whether Prometheus knows from kube-state-metrics how Jobs end */
export function modelCacheRules(
  facts: RuleFacts,
  cache: ModelCache,
  thresholds: Thresholds,
  hasContainerMetrics: Input<boolean>,
): RuleGroup {
  const { modelCacheHitPercent } = { ...thresholdDefaults, ...thresholds };
  const tier = cache.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: tier,
    runbook: 'model-cache',
    labels: { tier },
    enabled: conditionOf(cache),
    rules: [
      {
        record: 'tier:model_cache_hits:ratio_rate1h',
        expr: text`
          sum by (namespace, release, tier) (rate(redis_keyspace_hits_total${all()}[1h]))
            / (
              sum by (namespace, release, tier) (rate(redis_keyspace_hits_total${all()}[1h]))
              + sum by (namespace, release, tier) (rate(redis_keyspace_misses_total${all()}[1h]))
            )
        `,
      },
      {
        alert: 'ModelCacheDown',
        expr: str`absent(redis_up${all()} == 1)`,
        for: '5m',
        severity: 'warning',
        summary: 'The cache of models does not answer',
        description: 'For five minutes: servers that start fetch all of their models from object storage.',
      },
      {
        alert: 'ModelCacheHitRateLow',
        expr: text`
          tier:model_cache_hits:ratio_rate1h${all()} < ${modelCacheHitPercent} / 100
            and on (namespace, release, tier)
              sum by (namespace, release, tier) (
                increase(redis_keyspace_hits_total${all()}[1h]) + increase(redis_keyspace_misses_total${all()}[1h]))
              > ${ENOUGH_READS}
        `,
        for: '15m',
        severity: 'warning',
        summary: 'The cache had {{ $value | humanizePercentage }} of what was read of models within an hour',
        description: str`For a quarter of an hour less than ${modelCacheHitPercent} %: it is too small, or empty after a restart, and servers start slowly.`,
      },
      {
        alert: 'ModelCacheEvicts',
        expr: str`increase(redis_evicted_keys_total${all()}[1h]) > ${ENOUGH_READS}`,
        severity: 'info',
        summary: 'The cache of models has evicted {{ $value | humanize }} chunks within an hour',
        description: 'What servers fetch is more than it has memory for.',
      },
      {
        alert: 'ModelCachePreloadFailing',
        expr: dueWithoutSuccess(cronJobSelector(facts, cache.preloading.objectName)),
        for: '90m',
        severity: 'warning',
        enabled: hasContainerMetrics,
        summary: 'The cache of models is not filled',
        description: 'For an hour and a half {{ $labels.cronjob }} has been due, and has not succeeded.',
      },
    ],
  };
}
