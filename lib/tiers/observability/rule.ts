/** Rules of Prometheus, written once for the two places where it finds them: files, and the groups of a PrometheusRule. */
import type { PrometheusRuleSpecGroups } from '../../../imports/prometheus-rule-monitoring.coreos.com';
import { type Input, literalOf } from '../../values/expression';
import { type Items, type Passage, Text, type Tree } from '../../values/parts';
import { passage } from '../../values/passage';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { merge, when } from '../../values/tree';

/** How urgent: someone is woken, someone looks at it today, someone may look at it. `none` is the dead man's switch. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** PromQL: one line, or a text. */
export type PromQl = Input<string> | Text;

/** A rule that says what is wrong. */
export interface AlertingRule {
  /** Name, in the manner of Prometheus: `PostgresDown`. Its runbook has a heading of the same name. */
  readonly alert: string;
  /** It fires for each series of the result. */
  readonly expr: PromQl;
  /** For how long the result must have been there, such as `5m`. @default - it fires at once */
  readonly for?: Input<string>;
  /** For how long it fires on after the result has gone, such as `10m`. @default - not at all */
  readonly keepFiringFor?: string;
  /** How urgent it is. */
  readonly severity: Severity;
  /** What is wrong, in one line; may hold `{{ $labels.pod }}` and `{{ $value }}`. */
  readonly summary: Input<string>;
  /** What it means for whom, and since when it counts, in one line. */
  readonly description: Input<string>;
  /** Labels beside severity, namespace and release. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Whether the rule is there. @default true */
  readonly enabled?: Input<boolean>;
}

/** A rule that computes a series. */
export interface RecordingRule {
  /** Name of the new series, `level:metric:operations`. */
  readonly record: string;
  /** What the series is. */
  readonly expr: PromQl;
  /** Labels of the new series. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Whether the rule is there. @default true */
  readonly enabled?: Input<boolean>;
}

/** A rule of either kind. */
export type Rule = AlertingRule | RecordingRule;

/** Rules of one subject, which are evaluated together. */
export interface RuleGroup {
  /** The subject, such as `postgres`: the name of the group, of its file and of its runbook. */
  readonly name: string;
  /** Its runbook, where several groups share one. @default - `name` */
  readonly runbook?: string;
  /** How often it is evaluated, such as `30s`. @default - as Prometheus does */
  readonly interval?: string;
  /** Labels of every alert of the group. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Whether what it is about is there. @default true */
  readonly enabled?: Input<boolean>;
  /** In the order in which they are evaluated. */
  readonly rules: readonly Rule[];
}

/** What the rules of one release have in common. */
export interface RuleFacts {
  /** Label `release` of every alert. */
  readonly instance: Input<string>;
  /** Label `namespace` of every alert. @default - that of its series */
  readonly namespace?: Input<string> | undefined;
  /** Where runbooks are: a URL, below which there is `postgres.md#postgresdown`. */
  readonly runbooks: Input<string>;
}

/** A group as Prometheus reads it, in a file or in a PrometheusRule. */
export interface WrittenGroup {
  readonly name: string;
  /** Whether what it is about is there. */
  readonly enabled: Input<boolean>;
  /** A list of one group. */
  readonly content: Passage<readonly PrometheusRuleSpecGroups[]>;
}

/** Writes a group, in the manner of a rules file. */
export function writtenGroup(group: RuleGroup, facts: RuleFacts): WrittenGroup {
  const { name, interval, rules, enabled = true } = group;
  const content = passage<readonly PrometheusRuleSpecGroups[]>(
    `rules-${name}`,
    `The rules of ${name}: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator.`,
    text`
      - name: ${name}
        ${interval === undefined ? undefined : text`interval: ${interval}`}
        rules:
          ${rules.map((rule) => when(rule.enabled ?? true, ruleText(rule, group, facts)))}
    `,
  );
  return { name, enabled, content };
}

/** Files by name, `<group>.yaml`, for a ConfigMap: those of the groups that are there. */
export function ruleFiles(groups: readonly WrittenGroup[]): Tree<Record<string, string>> {
  return merge<Record<string, string>>(
    ...groups.map(({ name, enabled, content }) => {
      const file = text`
        groups:
          ${content}
      `;
      return when<Record<string, string>>(enabled, { [`${name}.yaml`]: file });
    }),
  );
}

/** The same as the `groups` of a PrometheusRule. */
export function ruleGroups(groups: readonly WrittenGroup[]): Items<PrometheusRuleSpecGroups> {
  return groups.map(({ enabled, content }) => when<readonly PrometheusRuleSpecGroups[]>(enabled, content));
}

function ruleText(rule: Rule, group: RuleGroup, facts: RuleFacts): Text {
  if (!isAlert(rule)) {
    return text`
      - record: ${rule.record}
        expr: |
          ${lines(rule.expr)}
        ${mapText('labels', rule.labels ?? {})}
    `;
  }
  const { labels, annotations } = additions(rule, group, facts);
  return text`
    - alert: ${rule.alert}
      expr: |
        ${lines(rule.expr)}
      ${rule.for === undefined ? undefined : text`for: ${rule.for}`}
      ${rule.keepFiringFor === undefined ? undefined : text`keep_firing_for: ${rule.keepFiringFor}`}
      ${mapText('labels', labels)}
      ${mapText('annotations', annotations)}
  `;
}

function isAlert(rule: Rule): rule is AlertingRule {
  return 'alert' in rule;
}

interface Additions {
  readonly labels: Readonly<Record<string, Input<string>>>;
  readonly annotations: Readonly<Record<string, Input<string>>>;
}

/** Labels by which an alert is routed, and what whoever gets it reads. */
function additions(rule: AlertingRule, group: RuleGroup, { instance, namespace, runbooks }: RuleFacts): Additions {
  return {
    labels: {
      severity: rule.severity,
      ...(namespace === undefined ? {} : { namespace }),
      release: instance,
      ...group.labels,
      ...rule.labels,
    },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: str`${runbooks}/${group.runbook ?? group.name}.md#${rule.alert.toLowerCase()}`,
    },
  };
}

function lines(promQl: PromQl): Text {
  return promQl instanceof Text ? promQl : text`${promQl}`;
}

/** The entries of a map, whose values may hold anything but a line break. */
function mapText(key: string, map: Readonly<Record<string, Input<string>>>): Text | undefined {
  const entries = Object.entries(map);
  if (entries.length === 0) return undefined;
  return text`
    ${key}:
      ${entries.map(([name, value]) => entryText(name, value))}
  `;
}

function entryText(name: string, value: Input<string>): Text {
  const literal = literalOf(value);
  if (literal !== undefined) return text`${name}: ${JSON.stringify(literal)}`;
  return text`
    ${name}: |-
      ${value}
  `;
}
