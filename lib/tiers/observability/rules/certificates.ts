/** Certificates that a CronJob renews: whether it does. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { and } from '../../../values/logic';
import type { Certificates } from '../../operations/certificates';
import type { RuleFacts, RuleGroup } from '../rule';
import { cronJobSelector, dueWithoutSuccess } from './selector';

/** @param hasContainerMetrics whether Prometheus knows from kube-state-metrics how Jobs end */
export function certificateRules(
  facts: RuleFacts,
  { maker, node }: Certificates,
  hasContainerMetrics: Input<boolean>,
): RuleGroup {
  return {
    name: node.id,
    runbook: 'certificates',
    labels: { tier: node.id },
    enabled: and(conditionOf(maker), hasContainerMetrics),
    rules: [
      {
        alert: 'CertificatesNotRenewed',
        expr: dueWithoutSuccess(cronJobSelector(facts, maker.objectName)),
        for: '36h',
        severity: 'warning',
        summary: 'Certificates are not looked at, or one of them is not as it should be',
        description: 'For a day and a half {{ $labels.cronjob }} has been due, and has not succeeded.',
      },
    ],
  };
}
