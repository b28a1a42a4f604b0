/** What watches: Prometheus, Alertmanager, and whether both see anything. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { and, greaterThan } from '../../../values/logic';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Alertmanager } from '../alertmanager';
import type { Prometheus } from '../prometheus';
import type { RuleFacts, RuleGroup } from '../rule';
import { selectorOf, tierSelector } from './selector';

/** Which holds wherever rules are evaluated. */
export function watchdogRules(facts: RuleFacts): RuleGroup {
  const all = selectorOf(facts);
  return {
    name: 'watchdog',
    rules: [
      {
        alert: 'Watchdog',
        expr: 'vector(1)',
        severity: 'none',
        summary: 'Alerts get through',
        description: 'It always fires. Whoever receives it raises the alarm when it stops coming.',
      },
      {
        alert: 'TargetDown',
        expr: str`up${all()} == 0`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.job }} in {{ $labels.pod }} shows no metrics',
        description: 'For ten minutes: rules and dashboards do not see this pod.',
      },
    ],
  };
}

/** Of this release's own Prometheus; prometheus-operator's is watched by whoever runs it. */
export function prometheusRules(facts: RuleFacts, prometheus: Prometheus, sendsAlerts: Input<boolean>): RuleGroup {
  const tier = prometheus.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'prometheus',
    labels: { tier },
    enabled: and(conditionOf(prometheus), prometheus.isPlain),
    rules: [
      {
        alert: 'PrometheusReloadFailed',
        expr: str`prometheus_config_last_reload_successful${all()} == 0`,
        for: '1m',
        severity: 'critical',
        summary: 'Prometheus has refused its new configuration or rules',
        description: 'It goes on with what it had: what was changed since does not hold.',
      },
      {
        alert: 'PrometheusRulesFailing',
        expr: str`increase(prometheus_rule_evaluation_failures_total${all()}[5m]) > 0`,
        for: '5m',
        severity: 'critical',
        summary: 'Prometheus cannot evaluate rules of {{ $labels.rule_group }}',
        description: 'Alerts of this group do not fire.',
      },
      {
        alert: 'PrometheusRulesSlow',
        expr: text`
          prometheus_rule_group_last_duration_seconds${all()} > prometheus_rule_group_interval_seconds${all()}
        `,
        for: '15m',
        severity: 'warning',
        summary:
          'The rules of {{ $labels.rule_group }} take {{ $value | humanizeDuration }}, longer than their interval',
        description: 'Evaluations are left out: alerts fire late.',
      },
      {
        alert: 'PrometheusAlertsLost',
        expr: str`rate(prometheus_notifications_dropped_total${all()}[5m]) > 0`,
        for: '10m',
        severity: 'critical',
        enabled: sendsAlerts,
        summary: 'Prometheus loses {{ $value | humanize }} alerts per second',
        description: 'No Alertmanager takes them.',
      },
      {
        alert: 'PrometheusWithoutAlertmanager',
        expr: str`prometheus_notifications_alertmanagers_discovered${all()} < 1`,
        for: '10m',
        severity: 'critical',
        enabled: sendsAlerts,
        summary: 'Prometheus finds no Alertmanager',
        description: 'For ten minutes: nobody hears of any alert.',
      },
      {
        alert: 'PrometheusStorageFailing',
        expr: text`
          increase(prometheus_tsdb_compactions_failed_total${all()}[3h]) > 0
            or increase(prometheus_tsdb_wal_corruptions_total${all()}[3h]) > 0
        `,
        severity: 'warning',
        summary: 'Prometheus cannot write its series as it should',
        description: 'Within three hours a compaction failed, or the write-ahead log was broken.',
      },
    ],
  };
}

export function alertmanagerRules(facts: RuleFacts, alertmanager: Alertmanager): RuleGroup {
  const tier = alertmanager.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'alertmanager',
    labels: { tier },
    enabled: conditionOf(alertmanager),
    rules: [
      {
        alert: 'AlertmanagerDown',
        expr: str`absent(up${all()} == 1)`,
        for: '5m',
        severity: 'critical',
        summary: 'No Alertmanager runs',
        description: 'Prometheus shows this alert, and nobody is told: see that the dead man’s switch has.',
      },
      {
        alert: 'AlertmanagerReloadFailed',
        expr: str`alertmanager_config_last_reload_successful${all()} == 0`,
        for: '1m',
        severity: 'critical',
        summary: '{{ $labels.pod }} has refused its new configuration',
        description: 'It goes on with what it had: what was changed since does not hold.',
      },
      {
        alert: 'AlertmanagerNotificationsFailing',
        expr: str`rate(alertmanager_notifications_failed_total${all()}[5m]) > 0`,
        for: '5m',
        severity: 'critical',
        summary: '{{ $labels.pod }} cannot notify by {{ $labels.integration }}',
        description: 'For five minutes. By other ways, this alert gets through.',
      },
      {
        alert: 'AlertmanagerClusterSplit',
        expr: str`alertmanager_cluster_members${all()} < ${alertmanager.replicas}`,
        for: '15m',
        severity: 'warning',
        enabled: greaterThan(alertmanager.replicas, 1),
        summary: str`{{ $labels.pod }} sees {{ $value }} of ${alertmanager.replicas} Alertmanagers`,
        description: 'For a quarter of an hour: notifications may come twice, and silences may hold in one place only.',
      },
    ],
  };
}
